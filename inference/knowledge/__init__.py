"""From schema to knowledge: names, OWL, SHACL, RML, CSVW, and what to suggest beyond."""
