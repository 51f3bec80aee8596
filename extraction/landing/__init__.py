"""Rows to RDF: individuals, literals, what is refused, and the tables to replay it."""
