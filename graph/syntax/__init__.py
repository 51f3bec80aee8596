"""SPARQL text taken apart without running it: tokens, spans, groups, paths, updates."""
