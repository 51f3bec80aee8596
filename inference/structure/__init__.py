"""How tables hang together: keys, dependencies, references, kinds of tables."""
