"""What of a schema its ontology, shapes and mapping hold: all but what only the rows tell."""

from dataclasses import replace

from graph.schema import Column, Key, Schema, Table
from inference.knowledge.reading_back import READ


def essence(schema: Schema) -> Schema:
    """Give a schema without what only the rows tell: what `read_schema` gives back."""

    def column(item: Column) -> Column:
        """Leave counts and ranges out."""
        bare = Column(item.name, item.datatype, READ)
        return replace(
            bare,
            nullable=item.nullable,
            unique=item.unique,
            format=item.format,
            decimal_comma=item.decimal_comma,
            spaced_groups=item.spaced_groups,
            true_words=tuple(sorted(item.true_words)),
            false_words=tuple(sorted(item.false_words)),
            null_words=tuple(sorted(item.null_words)),
            enumeration=item.enumeration,
            unit=item.unit,
            language=item.language,
        )

    def key(item: Key) -> Key:
        """Leave the evidence out."""
        return Key(item.columns, READ)

    return Schema(
        tuple(
            Table(
                table.name,
                table.source,
                0,
                tuple(map(column, table.columns)),
                key(table.primary_key) if table.primary_key else None,
                tuple(sorted(map(key, table.unique_keys), key=lambda item: item.columns)),
                tuple(
                    replace(item, decision=READ, coverage=1.0, orphans=0)
                    for item in table.references
                ),
                table.kind,
            )
            for table in schema.tables
        )
    )
