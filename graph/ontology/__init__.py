"""Versions of an ontology, its edits by people, import, export, migration."""
