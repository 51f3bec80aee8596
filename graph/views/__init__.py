"""A stack of overlays over a graph, read by rewriting queries."""
