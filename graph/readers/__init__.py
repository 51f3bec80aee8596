"""Untrusted SPARQL: the gate, the pool of reader processes, limits, explanations."""
