"""Tables in documents: JSON, XML, HTML, Markdown, Parquet."""
