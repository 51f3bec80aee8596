"""Columns of values as people write them, decided and written in their canonical form."""

from collections.abc import Sequence
from pathlib import Path

from graph.lexical import lexical_sql
from graph.schema import Column
from inference.columns.datatypes import decide_columns
from inference.columns.profile import ValueStore
from tests.inference.staging import stage

Case = tuple[str, list[str | None], str, list[str]]
"""A header, its values (given three times), their datatype, and the first in canonical form."""

Decided = tuple[Column, list[str | None]]


def decide(folder: Path, cases: Sequence[Case]) -> list[Decided]:
    """Decide the columns of all cases, each in a table of its own; give the canonical forms too."""
    tables = [
        stage(folder, f"t{number}", [header], [[value] for value in values * 3])
        for number, (header, values, _, _) in enumerate(cases)
    ]
    store = ValueStore(tables, folder)
    try:
        return [_decide(store, number, case) for number, case in enumerate(cases)]
    finally:
        store.close()


def _decide(store: ValueStore, number: int, case: Case) -> Decided:
    (column,) = decide_columns(store, number, store.read(number))
    found = store.connection.execute(
        f"SELECT {lexical_sql(column, 'v')} FROM (SELECT unnest(?::VARCHAR[]) AS v)",
        [case[1][: len(case[3])]],
    ).fetchall()
    return column, [text for (text,) in found]


def check(case: Case, decided: Decided) -> None:
    """Compare what was decided of a column, and its canonical texts, with the case."""
    header, values, datatype, canonical = case
    column, found = decided
    assert column.datatype == datatype, (header, values, column.decision)
    assert datatype == "string" or column.invalid == 0, (header, values)
    assert found == canonical, (header, values)


TextCase = tuple[str, str, str, str]
"""A case on one line: header, values parted by `|`, datatype, canonical forms, `~` for none."""


def decide_texts(folder: Path, cases: Sequence[TextCase]) -> list[Decided]:
    """Decide the columns of cases on one line each."""
    return decide(folder, [_case(case) for case in cases])


def check_texts(case: TextCase, decided: Decided) -> None:
    """Compare what was decided with the case; canonical forms that it leaves out may be any."""
    header, _, datatype, canonical = case
    column, found = decided
    assert column.datatype == datatype, (case, column.decision)
    wanted = [None if text == "~" else text for text in canonical.split("|") if text]
    assert found == wanted, (header, case)


def _case(case: TextCase) -> Case:
    header, values, datatype, canonical = case
    texts: list[str | None] = [text or None for text in values.split("|")]
    return header, texts, datatype, [text for text in canonical.split("|") if text]
