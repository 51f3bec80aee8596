"""Shapes checked by queries, reports, the gate on commits, and repairs."""
