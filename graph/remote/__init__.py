"""Datasets whose graphs are on a SPARQL server."""
