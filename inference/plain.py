"""The plain JSON form of a schema: names and SQL types, with why each was decided."""

from typing import Any

from graph.schema import Column, Decision, Schema, SemanticType, Table

_SQL_TYPES = {"double": "decimal", "gYear": "integer"}


def plain_schema(schema: Schema) -> dict[str, Any]:
    """Give the plain JSON form of a schema, with the types that SQL knows.

    The form is `{"tables": {table: {"columns": {column: {"type", "nullable"}}, "primary_key":
    [columns] or null, "foreign_keys": [{"columns", "ref_table", "ref_columns"}],
    "functional_dependencies": [{"columns", "determined"}]}}}`. Columns, foreign keys and
    dependencies have `confidence` and `evidence` too, and so has the key, in `key_decision`.
    """
    return {"tables": {table.name: _plain_table(table) for table in schema.tables}}


def _plain_table(table: Table) -> dict[str, Any]:
    key = table.primary_key
    return {
        "columns": {column.name: _plain_column(column) for column in table.columns},
        "primary_key": list(key.columns) if key else None,
        **({"key_decision": _why(key.decision)} if key else {}),
        "foreign_keys": [
            {
                "columns": list(reference.columns),
                "ref_table": reference.ref_table,
                "ref_columns": list(reference.ref_columns),
                "orphans": reference.orphans,
                **_why(reference.decision),
            }
            for reference in table.references
        ],
        "functional_dependencies": [
            {
                "columns": list(item.columns),
                "determined": list(item.determined),
                **_why(item.decision),
            }
            for item in table.dependencies
        ],
    }


def _plain_column(column: Column) -> dict[str, Any]:
    datatype = _SQL_TYPES.get(column.datatype, column.datatype)
    plain = {"type": datatype, "nullable": column.nullable, **_why(column.decision)}
    plain |= {"language": column.language} if column.language else {}
    return plain | ({"semantic": _plain_semantic(column.semantic)} if column.semantic else {})


def _why(decision: Decision) -> dict[str, Any]:
    return {"confidence": decision.confidence, "evidence": list(decision.evidence)}


def _plain_semantic(semantic: SemanticType) -> dict[str, Any]:
    facts = {
        "type": semantic.type,
        "confidence": semantic.decision.confidence,
        "evidence": list(semantic.decision.evidence),
        "personal": semantic.personal,
        "unit": semantic.unit,
        "language": semantic.language,
        "order": list(semantic.order),
    }
    return {name: value for name, value in facts.items() if value}
