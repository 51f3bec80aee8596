"""Twins: overlays over the base graph, what-if changes, predictions and monitors."""
