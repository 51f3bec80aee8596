"""Decide what the values of every column stand for: e-mail addresses, countries, money, people.

Few distinct values of each text column are sampled and counted against forms and word lists, one
table at a time and all in the table engine; pure detectors judge the counts; a type that has a form
is then checked on every distinct value. Numbers are judged by header, range and unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.schema import Column, Decision, Key, Reference, SemanticType
from inference.columns.profile import ValueStore
from inference.columns.units import unit_words
from inference.detectors import network, people, places, quantities, texts
from inference.detectors.forms import FORMS, form_sql
from inference.detectors.languages import SCRIPTS, STOP_WORDS
from inference.detectors.lexicon import word_lists
from inference.detectors.personal import personal_class
from inference.detectors.view import ColumnView, Detector, Finding

DETECTORS: tuple[Detector, ...] = (
    *network.DETECTORS,
    *places.DETECTORS,
    *people.DETECTORS,
    *quantities.DETECTORS,
    *texts.DETECTORS,
)
"""All detectors, the specific ones first: of two that are equally sure, the first is believed."""

_SAMPLE = 400
_FEW = 60
_HEAD = 300
_LEAST_WORDS = 5
_LEAST_SHARE = 0.02
"""Of running text, many words are small ones, and several of them, whatever the language."""


@dataclass(frozen=True)
class ColumnFacts:
    """What was counted of one text column.

    Attributes:
        sampled: how many distinct values were looked at; `values` are these, where they are few.
        length, tokens: their mean number of characters and of words.
        shares: share of them by form or word list.
    """

    sampled: int = 0
    length: float = 0.0
    tokens: float = 0.0
    shares: dict[str, float] = field(default_factory=dict)
    values: tuple[str, ...] = ()


ValueFacts = Mapping[tuple[int, int], ColumnFacts]
"""By the number of the table and the place of the column."""


def value_facts(store: ValueStore, tables: Sequence[Sequence[Column]]) -> ValueFacts:
    """Count forms and words in a sample of the distinct values of all text columns, at once.

    Args:
        store: holds the distinct values.
        tables: the decided columns of each table, in the store's order.
    """
    if not _lay_samples(store, tables):
        return {}
    _lay_word_lists(store)
    facts = _form_shares(store)
    _add_word_shares(store, facts)
    _add_language_shares(store, facts)
    return facts


def _lay_word_lists(store: ValueStore) -> None:
    store.connection.execute("CREATE OR REPLACE TABLE lexicon (list VARCHAR, word VARCHAR)")
    lists = word_lists() | {"units": unit_words()}
    lists |= {f"language {name}": words for name, words in STOP_WORDS.items()}
    for name, words in lists.items():
        store.connection.execute("INSERT INTO lexicon SELECT ?, unnest(?)", [name, list(words)])


def semantic_columns(
    store: ValueStore,
    table: int,
    columns: Sequence[Column],
    key: Key | None,
    references: Sequence[Reference],
    facts: ValueFacts,
) -> tuple[Column, ...]:
    """Give the columns of one table with their semantic types.

    Args:
        store: holds the distinct values.
        facts: what `value_facts` counted.
        columns: decided columns, with their enumerations.
        key, references: what the columns name and point to.
    """
    bound = {name for reference in references for name in reference.columns}
    bound |= set(key.columns) if key is not None else set()
    names = tuple(column.name for column in columns)
    found = []
    for position, column in enumerate(columns):
        fact = facts.get((table, position), ColumnFacts())
        view = ColumnView(
            column=column,
            table=store.tables[table].name,
            siblings=names,
            rows=store.tables[table].rows,
            key=key is not None and key.columns == (column.name,),
            bound=column.name in bound,
            shares=fact.shares,
            sampled=fact.sampled,
            length=fact.length,
            tokens=fact.tokens,
            values=fact.values or column.enumeration,
        )
        finding = detect(view)
        found.append(replace(column, semantic=_semantic(store, table, position, view, finding)))
    return tuple(found)


def detect(view: ColumnView) -> Finding | None:
    """Ask all detectors; the surest is believed, of equals the first."""
    findings = [finding for detector in DETECTORS if (finding := detector(view)) is not None]
    return max(findings, key=lambda finding: finding.confidence, default=None)


def _semantic(
    store: ValueStore, table: int, position: int, view: ColumnView, finding: Finding | None
) -> SemanticType | None:
    personal = personal_class(view, finding.type if finding else None)
    if finding is None:
        if personal == "none":
            return None
        why = f"The header {view.column.name!r} speaks of people."
        return SemanticType("personal-detail", Decision(0.7, (why,)), personal)
    confidence, evidence, exact = finding.confidence, finding.evidence, view.is_number
    if finding.form in FORMS:
        misses, example, filled = _misses(store, table, position, view.column, finding.form)
        exact = misses == 0
        if misses:
            confidence *= 1 - misses / filled
            evidence += (f"{misses} of all {filled} rows do not, such as {example[:40]!r}.",)
    return SemanticType(
        type=finding.type,
        decision=Decision(round(confidence, 3), evidence),
        personal=personal,
        unit=finding.unit,
        language=finding.language,
        order=finding.order,
        exact=finding.form is not None and exact,
    )


def _misses(
    store: ValueStore, table: int, position: int, column: Column, form: str
) -> tuple[int, str, int]:
    """Count, over all values, the rows that do not have the form; with an example and the total.

    Blanks around a value are no part of a form, so a value that has them does not have it.
    """
    nulls = list(column.null_words)
    has = f"(value = t AND {form_sql(form, 't')})"
    row = store.connection.execute(
        f"SELECT coalesce(sum(n) FILTER (NOT {has}), 0)::BIGINT, "
        f"coalesce(min(value) FILTER (NOT {has}), ''), sum(n)::BIGINT "
        f"FROM (SELECT value, trim(value) AS t, n FROM {store.values(table)} WHERE col = ?) "
        "WHERE t <> '' AND NOT list_contains(?::VARCHAR[], t)",
        [position, nulls],
    ).fetchone()
    misses, example, filled = row or (0, "", 0)
    return int(misses), str(example), int(filled or 1)


def _lay_samples(store: ValueStore, tables: Sequence[Sequence[Column]]) -> bool:
    """Take about `_SAMPLE` distinct values of each text column; tell whether there are any."""
    store.connection.execute(
        "CREATE OR REPLACE TABLE sampled (tab INTEGER, col INTEGER, whole VARCHAR, t VARCHAR)"
    )
    any_text = False
    for table, columns in enumerate(tables):
        wanted = {i: c for i, c in enumerate(columns) if c.datatype == "string" and c.distinct}
        if wanted:
            _lay_sample(store, table, wanted)
            any_text = True
    return any_text


def _lay_sample(store: ValueStore, table: int, columns: Mapping[int, Column]) -> None:
    """Choose values by their hash: the same ones every time, and as if by chance."""
    steps = " ".join(
        f"WHEN {position} THEN {max(1, column.distinct // _SAMPLE)}"
        for position, column in columns.items()
    )
    store.connection.execute(
        f"INSERT INTO sampled SELECT {table}, col, trim(value), left(trim(value), {_HEAD}) "
        f"FROM {store.values(table)} "
        f"WHERE col IN ({', '.join(map(str, columns))}) AND form NOT IN ('null', 'blank') "
        f"AND hash(value) % (CASE col {steps} END) = 0"
    )


def _form_shares(store: ValueStore) -> ValueFacts:
    shares = ", ".join(
        f"avg(({form_sql(form, 'whole' if form == 'json' else 't')})::INTEGER)" for form in FORMS
    )
    rows = store.connection.execute(
        "SELECT tab, col, count(*), avg(length(whole)), "
        "avg(length(t) - length(replace(t, ' ', '')) + 1), "
        f"CASE WHEN count(*) <= {_FEW} THEN list(t ORDER BY t) END, {shares} "
        "FROM sampled GROUP BY tab, col ORDER BY tab, col"
    ).fetchall()
    return {
        (table, position): ColumnFacts(
            count, length, tokens, dict(zip(FORMS, shares, strict=True)), tuple(values or ())
        )
        for table, position, count, length, tokens, values, *shares in rows
    }


def _add_word_shares(store: ValueStore, facts: ValueFacts) -> None:
    """Count the values that are words of a list, begin with a given name, or end with a unit."""
    rows = store.connection.execute(
        "WITH looked AS ("
        "SELECT tab, col, t, replace(lower(t), '’', '''') AS word, '' AS wanted FROM sampled "
        "UNION ALL SELECT tab, col, t, split_part(lower(trim(CASE WHEN contains(t, ',') "
        "THEN split_part(t, ',', 2) ELSE t END)), ' ', 1), 'given-name' FROM sampled "
        "UNION ALL SELECT tab, col, t, "
        "regexp_extract(lower(t), '[0-9] ?([^0-9., ][^ ]*)$', 1), 'units' "
        "FROM sampled) "
        "SELECT tab, col, CASE wanted WHEN 'given-name' THEN 'first-token' ELSE list END AS list, "
        "count(DISTINCT t) FROM looked JOIN lexicon USING (word) "
        "WHERE wanted = list OR (wanted = '' AND list <> 'units' "
        "AND NOT starts_with(list, 'language ')) "
        "GROUP BY tab, col, 3 ORDER BY tab, col, 3"
    ).fetchall()
    for table, position, name, count in rows:
        fact = facts[table, position]
        fact.shares[name] = count / fact.sampled


def _add_language_shares(store: ValueStore, facts: ValueFacts) -> None:
    """Count small words and scripts in the columns whose values are several words."""
    store.connection.execute(
        "CREATE OR REPLACE TABLE spoken AS SELECT * FROM sampled SEMI JOIN (SELECT tab, col "
        "FROM sampled GROUP BY tab, col "
        "HAVING avg(length(t) - length(replace(t, ' ', ''))) >= 1.5 OR avg(length(t)) >= 8) "
        "USING (tab, col)"
    )
    rows = store.connection.execute(
        "WITH words AS (SELECT tab, col, "
        "unnest(regexp_split_to_array(lower(t), '[^\\p{L}]+')) AS word FROM spoken), "
        "told AS (SELECT tab, col, word, list FROM words JOIN lexicon USING (word) "
        "WHERE starts_with(list, 'language ')), "
        "totals AS (SELECT tab, col, count(*) AS spoken, count(*) FILTER (word IN "
        "(SELECT word FROM lexicon WHERE starts_with(list, 'language '))) AS total "
        "FROM words GROUP BY tab, col) "
        "SELECT tab, col, list, count(*) / any_value(total) "
        "FROM told JOIN totals USING (tab, col) "
        f"WHERE total >= {_LEAST_WORDS} AND total >= {_LEAST_SHARE} * spoken "
        f"GROUP BY tab, col, list HAVING count(DISTINCT word) >= {_LEAST_WORDS} "
        "ORDER BY tab, col, list"
    ).fetchall()
    for table, position, name, share in rows:
        facts[table, position].shares[name] = share
    scripts = ", ".join(
        f"avg(regexp_matches(t, '{script}')::INTEGER)" for script in SCRIPTS.values()
    )
    found = store.connection.execute(
        f"SELECT tab, col, {scripts} FROM spoken GROUP BY tab, col ORDER BY tab, col"
    ).fetchall()
    for table, position, *parts in found:
        _add_scripts(facts[table, position].shares, dict(zip(SCRIPTS, parts, strict=True)))


def _add_scripts(shares: dict[str, float], scripts: Mapping[str, float]) -> None:
    """Take a script for its language; Japanese is written with Chinese signs too."""
    for name, share in scripts.items():
        if share >= 0.5 and not (name == "zh" and scripts["ja"] >= 0.3):
            shares[f"language {name}"] = share
