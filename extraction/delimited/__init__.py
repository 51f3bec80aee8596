"""Delimited text: how it is written, and its rows."""
