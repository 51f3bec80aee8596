"""The workflows: which steps, in which order."""
