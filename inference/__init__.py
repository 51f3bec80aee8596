"""Tables to schema: types, keys, references, names, ontology, shapes and mapping."""
