"""VALUES as it is asked of a store: no row leaves a variable out that its block names."""

from collections.abc import Iterator, Sequence

from graph.syntax.spans import Spans
from graph.syntax.tokens import Token


def written_values(items: Sequence[Token], spans: Spans, index: int, stop: int) -> str:
    """Write the VALUES block between two tokens; rows with UNDEF as blocks without that variable.

    Fuseki puts a filter on a variable into the block that names it, and where a row leaves it out
    the filter drops the row before a pattern has bound it.
    """
    if all(token.keyword != "UNDEF" for token in items[index:stop]):
        return spans.written(index, stop)
    opening = next(at for at in range(index, stop) if items[at].text == "{")
    names = [token.text for token in items[index:opening] if token.kind == "variable"]
    blocks: dict[tuple[str, ...], list[str]] = {}
    for cells in _rows(items, spans, opening, several=items[index + 1].text == "("):
        held = [(name, cell) for name, cell in zip(names, cells, strict=True) if cell != "UNDEF"]
        row = " ".join(("(", *(cell for _, cell in held), ")"))
        blocks.setdefault(tuple(name for name, _ in held), []).append(row)
    return " UNION ".join(
        " ".join(("{ VALUES (", *held, ") {", *rows, "} }")) for held, rows in blocks.items()
    )


def _rows(
    items: Sequence[Token], spans: Spans, opening: int, *, several: bool
) -> Iterator[list[str]]:
    at, close = opening + 1, spans.close(opening)
    while at < close:
        end = spans.close(at) if several else spans.term(at)
        cells = []
        at += several
        while at < end:
            last = spans.term(at)
            word = items[at].keyword
            cells.append(word if word == "UNDEF" else spans.written(at, last))
            at = last
        yield cells
        at = end + several
