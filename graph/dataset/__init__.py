"""One project's store with its commit log: commits, bulk loads, checkpoints, recovery."""
