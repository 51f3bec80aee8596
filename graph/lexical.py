"""DuckDB expressions that turn source text into canonical XSD lexical forms.

Inference counts with them and mapping writes with them, so what was counted is what lands. Only
text is built here; no engine is imported. Lexical forms: XML Schema 1.1 part 2, canonical.
"""

from graph.schema import Column


def quote_name(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def null_sql(column: Column, source: str) -> str:
    """Give the condition under which the cell has no value.

    Args:
        column: the decided column; its `null_words` count as no value.
        source: SQL expression of the cell's text (varchar or NULL).
    """
    if not column.null_words:
        return f"({source} IS NULL)"
    words = ", ".join(quote_text(word) for word in column.null_words)
    return f"({source} IS NULL OR trim({source}) IN ({words}))"


def lexical_sql(column: Column, source: str) -> str:
    """Give the expression of the cell's canonical lexical form; NULL where it is not valid.

    Args:
        column: the decided column: datatype, format, words.
        source: SQL expression of the cell's text; where `null_sql` holds, the result is NULL.
    """
    raise NotImplementedError
