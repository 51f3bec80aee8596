"""OWL 2 RL to a fixpoint, the difference it makes, and why a triple is there."""
