"""Names for a schema: tables become classes, columns attributes, references links.

OWL 2 DL forbids punning, so a local name is one thing in the whole ontology: a class, an object
property, or a datatype property of one datatype and unit. A text in several languages, `title_en`
and `title_de`, is one property. A name that was given once stays.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.schema import Column, Reference, Schema, Table
from inference.knowledge.table_words import KEY_WORDS, row_words, table_words
from inference.text_headers import text_header
from inference.words import camel_case, pascal_case, spelled_out, split_words

_KEY_ENDINGS = ("id", "key", "code", "nr", "no", "num")

Identity = tuple[object, ...]
Meaning = tuple[str, ...]
RowWords = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Request:
    """A wish for a local name.

    Two requests may share a name when their `meaning` is equal and their `owner` is not; requests
    of a lower `rank` choose first.
    """

    identity: Identity
    owner: str
    meaning: Meaning
    candidates: tuple[str, ...]
    rank: int


def name_schema(schema: Schema, previous: KnowledgeModel | None = None) -> KnowledgeModel:
    """Name every class, attribute and link of a schema.

    Args:
        schema: all tables, with keys and references.
        previous: the model of an earlier run; its names stay for the same table and columns as
            long as they still mean the same kind of term.
    """
    known = term_names(previous or KnowledgeModel())
    for identity in _newly_spoken(schema, previous or KnowledgeModel()):
        known.pop(identity, None)
    return name_with(schema, known)


def _newly_spoken(schema: Schema, previous: KnowledgeModel) -> Iterator[Identity]:
    """List the texts that have a language now and had none: their name becomes that of all."""
    plain = {
        (item.table, attribute.column)
        for item in previous.classes
        for attribute in item.attributes
        if attribute.language is None
    }
    for table in schema.tables:
        for column in table.columns:
            if column.language and (table.name, column.name) in plain:
                yield ("attribute", table.name, column.name)


def name_with(schema: Schema, known: Mapping[Identity, str]) -> KnowledgeModel:
    """Name a schema whose terms have names already, by identity as `term_names` gives them."""
    pairs = frozenset(table.name for table in schema.tables if _is_junction(table, schema))
    rows = row_words(schema)
    requests = [
        *_class_requests(schema, pairs, rows),
        *_link_requests(schema, rows),
        *_junction_requests(schema, pairs),
        *_attribute_requests(schema, pairs, rows),
    ]
    given = _give_names(requests, known)
    return KnowledgeModel(
        tuple(_class(table, given, rows) for table in schema.tables if table.name not in pairs),
        tuple(_junction(table, given, rows) for table in schema.tables if table.name in pairs),
    )


def _is_junction(table: Table, schema: Schema) -> bool:
    pointed_to = any(
        reference.ref_table == table.name
        for other in schema.tables
        for reference in other.references
    )
    return table.kind == "junction" and len(table.references) == 2 and not pointed_to


def _give_names(
    requests: Iterable[_Request], previous: Mapping[Identity, str]
) -> dict[Identity, str]:
    meanings: dict[str, Meaning] = {}
    taken: defaultdict[str, set[str]] = defaultdict(set)
    given: dict[Identity, str] = {}
    # Names must not depend on the order of the tables.
    known_first = sorted(
        requests, key=lambda item: (item.identity not in previous, item.rank, str(item.identity[1]))
    )
    for request in known_first:
        old = previous.get(request.identity)
        for name in _endless([old, *request.candidates] if old else request.candidates):
            if meanings.get(name, request.meaning) == request.meaning:
                if name in taken[request.owner]:
                    continue
                meanings[name] = request.meaning
                taken[request.owner].add(name)
                given[request.identity] = name
                break
    return given


def _endless(candidates: Sequence[str]) -> Iterator[str]:
    yield from candidates
    yield from (f"{candidates[-1]}{number}" for number in count(2))


def term_names(model: KnowledgeModel) -> dict[Identity, str]:
    """Give the names of a model by what they name.

    Identities are `("class", table)`, `("junction", table)`, `("attribute", table, column)` and
    `("link", table, columns, target table, target columns)`.
    """
    names: dict[Identity, str] = {}
    for item in model.classes:
        names["class", item.table] = item.name
        names |= {("attribute", item.table, each.column): each.name for each in item.attributes}
        names |= {_link_of(item.table, link): link.name for link in item.links}
    for pair in model.junctions:
        names["junction", pair.table] = pair.name
        names |= {_link_of(pair.table, link): link.name for link in (pair.source, pair.target)}
    return names


def _link_of(table: str, link: LinkDef) -> Identity:
    return ("link", table, link.columns, link.target_table, link.target_columns)


def _reference_of(table: str, item: Reference) -> Identity:
    return ("link", table, item.columns, item.ref_table, item.ref_columns)


def _class_requests(schema: Schema, pairs: frozenset[str], rows: RowWords) -> Iterator[_Request]:
    for table in schema.tables:
        if table.name not in pairs:
            names = (pascal_case(rows[table.name]), pascal_case(table_words(table.name)))
            yield _Request(("class", table.name), "", ("class", table.name), names, 0)


def _link_requests(schema: Schema, rows: RowWords) -> Iterator[_Request]:
    for table in schema.tables:
        for reference in table.references:
            words = _role_words(reference, rows)
            target = rows[reference.ref_table]
            owner = rows[table.name]
            longer = words if words[-len(target) :] == target else (*words, *target)
            names = (words, longer, (*owner, *words))
            yield _Request(
                _reference_of(table.name, reference),
                table.name,
                ("link",),
                tuple(camel_case(each) for each in names),
                1,
            )


def _junction_requests(schema: Schema, pairs: frozenset[str]) -> Iterator[_Request]:
    for table in schema.tables:
        if table.name in pairs:
            words = table_words(table.name)
            names = (camel_case(words), camel_case((*words, "link")))
            identity = ("junction", table.name)
            yield _Request(identity, table.name, ("link", table.name), names, 2)


def _attribute_requests(
    schema: Schema, pairs: frozenset[str], rows: RowWords
) -> Iterator[_Request]:
    columns = [
        (table, column)
        for table in schema.tables
        if table.name not in pairs
        for column in _attribute_columns(table)
    ]
    by_table = sorted(columns, key=lambda pair: pair[0].name)
    usual = _usual_meanings(column for _, column in by_table)
    roles = {
        camel_case(_role_words(reference, rows))
        for table in schema.tables
        for reference in table.references
    }
    for table, column in columns:
        words = _column_words(column)
        bare = camel_case(words)
        prefixed = camel_case((*rows[table.name], *words))
        meaning = _attribute_meaning(column)
        is_usual = usual[bare] == meaning
        # The text column `city` beside links named `city` reads best as `cityName`.
        is_role = column.datatype == "string" and bare in roles and words[-1] != "name"
        named = (camel_case((*words, "name")),) if is_role else ()
        names = (bare, *named, prefixed) if is_usual else (prefixed,)
        identity = ("attribute", table.name, column.name)
        # A text in several languages is one property: a name is taken once for each of them.
        owner = f"{table.name}@{column.language}" if column.language else table.name
        yield _Request(identity, owner, meaning, names, 3 if is_usual else 4)


def _attribute_columns(table: Table) -> list[Column]:
    consumed = {item.columns[0] for item in table.references if len(item.columns) == 1}
    return [column for column in table.columns if column.name not in consumed]


def _attribute_meaning(column: Column) -> Meaning:
    datatype = "langString" if column.language else column.datatype
    return ("attribute", datatype, column.unit or "")


def _usual_meanings(columns: Iterable[Column]) -> dict[str, Meaning]:
    uses: defaultdict[str, Counter[Meaning]] = defaultdict(Counter)
    for column in columns:
        uses[camel_case(_column_words(column))][_attribute_meaning(column)] += 1
    return {name: counter.most_common(1)[0][0] for name, counter in uses.items()}


def _class(table: Table, given: Mapping[Identity, str], rows: RowWords) -> ClassDef:
    return ClassDef(
        table=table.name,
        name=given["class", table.name],
        label=spelled_out(rows[table.name]),
        key=table.primary_key.columns if table.primary_key else (),
        attributes=tuple(
            _attribute(column, given["attribute", table.name, column.name])
            for column in _attribute_columns(table)
        ),
        links=tuple(_link(table, item, given, rows) for item in table.references),
        kind="entity" if table.kind == "junction" else table.kind,
    )


def _attribute(column: Column, name: str) -> AttributeDef:
    return AttributeDef(
        column=column.name,
        name=name,
        label=spelled_out(_column_words(column)),
        datatype=column.datatype,
        unit=column.unit,
        required=not column.nullable,
        unique=column.unique,
        language=column.language,
    )


def _link(
    table: Table, reference: Reference, given: Mapping[Identity, str], rows: RowWords
) -> LinkDef:
    return LinkDef(
        columns=reference.columns,
        target_table=reference.ref_table,
        target_columns=reference.ref_columns,
        target=given["class", reference.ref_table],
        name=given[_reference_of(table.name, reference)],
        label=spelled_out(_role_words(reference, rows)),
        required=all(not table.column(column).nullable for column in reference.columns),
        one_to_one=reference.one_to_one,
    )


def _junction(table: Table, given: Mapping[Identity, str], rows: RowWords) -> JunctionDef:
    # The pair reads as its header does: the columns of the source come first.
    order = [column.name for column in table.columns]
    ends = sorted(table.references, key=lambda item: order.index(item.columns[0]))
    source, target = (_link(table, item, given, rows) for item in ends)
    label = spelled_out(table_words(table.name))
    return JunctionDef(table.name, given["junction", table.name], label, source, target)


def _column_words(column: Column) -> tuple[str, ...]:
    header = column.name
    if column.language and (text := text_header(header)):
        return text.words or ("text",)
    if column.unit:
        header = re.sub(rf"[(\[]\s*{re.escape(column.unit)}\s*[)\]]", " ", header)
    return split_words(header) or split_words(column.name) or ("column",)


def _role_words(reference: Reference, rows: RowWords) -> tuple[str, ...]:
    """Give the words of the part that the target plays: the header without its key word."""
    target = rows[reference.ref_table]
    if len(reference.columns) > 1:
        return _composite_role(reference, target)
    words = split_words(reference.columns[0])
    stripped = _without_key_word(words, target)
    key = split_words(reference.ref_columns[0])
    if stripped == words and len(key) < len(words) and words[-len(key) :] == key:
        stripped = words[: -len(key)]
    return stripped or target


def _without_key_word(words: tuple[str, ...], target: tuple[str, ...]) -> tuple[str, ...]:
    if words and words[0].lower() in {"fk", "id", "ref"}:
        words = words[1:]
    if words and words[-1].lower() in KEY_WORDS:
        return words[:-1]
    # "orderkey" is cut only where the rest is the name of the target: "paid" is no key of "pa".
    for ending in _KEY_ENDINGS:
        if words and words[-1].lower() == "".join(target).lower() + ending:
            return (*words[:-1], words[-1][: -len(ending)])
    return words


def _composite_role(reference: Reference, target: tuple[str, ...]) -> tuple[str, ...]:
    """Give what all child headers add to their parent's, then the target: `winnerTeam`, `team`."""
    added = {
        _added(child.casefold(), parent.casefold())
        for child, parent in zip(reference.columns, reference.ref_columns, strict=True)
        if child.casefold() != parent.casefold()
    }
    role = split_words(added.pop()) if len(added) == 1 else ()
    return role if role[-len(target) :] == target else (*role, *target)


def _added(child: str, parent: str) -> str:
    if child.startswith(parent):
        return child.removeprefix(parent)
    return child.removesuffix(parent) if child.endswith(parent) else ""
