"""The knowledge graph: terms, names, stores, changes, views, SHACL; imports nothing of ours."""
