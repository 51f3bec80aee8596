"""Graph to models: features by SPARQL, honest evaluation, model cards as facts."""
