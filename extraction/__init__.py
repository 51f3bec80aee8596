"""Files to rows to RDF: sniffing, staging and bulk mapping."""
