"""What no longer follows when triples are taken back: delete and rederive.

First everything is doubted that was made with the help of a triple that is gone, however else it
may follow too. Then what still follows in one step from what is not doubted is put back; going on
from there is left to `graph.reasoning.saturation`. Source: A. Gupta, I. S. Mumick, V. S.
Subrahmanian, Maintaining views incrementally, SIGMOD 1993.
"""

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat

from graph.oxigraph import OxigraphStore
from graph.reasoning.rules import RuleInstance, rederive_text, retract_text
from graph.reasoning.saturation import FRESH, load, may_be_new, terms_of, touched
from graph.sparql import bind, load_query
from graph.terms import NamedNode

DOUBTED = NamedNode("urn:mimir:reasoning:doubted")
GONE = NamedNode("urn:mimir:reasoning:gone")
PUT_BACK = NamedNode("urn:mimir:reasoning:put-back")
_ROUND = "urn:mimir:reasoning:doubted:"


def doubt(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    inferred: NamedNode,
    gone: Path,
    instances: Sequence[RuleInstance],
    folder: Path,
) -> None:
    """Move from `inferred` to `DOUBTED` what was made with the help of triples that are gone.

    Args:
        gone: N-Triples that were asserted and are no more; none is schema.
    """
    load(store, gone, GONE)
    newest, rounds = GONE, 0
    output = folder / "doubted.nt"
    while True:
        rounds += 1
        with output.open("wb") as file:
            for item, at in touched(instances, terms_of(store, newest)):
                text = retract_text(item, at, newest, inferred, DOUBTED)
                answer = store.engine.query(
                    text,
                    default_graph=[*asserted, inferred, GONE],
                    named_graphs=[newest, inferred, DOUBTED],
                )
                file.write(answer.serialize(format=RdfFormat.N_TRIPLES) or b"")  # type: ignore[arg-type] # a CONSTRUCT
        if not output.stat().st_size:
            break
        newest = NamedNode(f"{_ROUND}{rounds}")
        load(store, output, newest)
        load(store, output, DOUBTED)
    store.update(bind(load_query("graph", "remove_graph"), target=inferred, removed=DOUBTED))


def put_back(
    store: OxigraphStore,
    asserted: Sequence[NamedNode],
    inferred: NamedNode,
    instances: Sequence[RuleInstance],
    folder: Path,
) -> None:
    """Write to `FRESH` and `PUT_BACK` what of the doubted, or gone, follows in one step."""
    output = folder / "put-back.nt"
    with output.open("wb") as file:
        for lost in (DOUBTED, GONE):
            new = terms_of(store, lost)
            for item in instances:
                if item.head is None or not may_be_new(item.head, new):
                    continue
                answer = store.engine.query(
                    rederive_text(item, lost),
                    default_graph=[*asserted, inferred],
                    named_graphs=[lost],
                )
                file.write(answer.serialize(format=RdfFormat.N_TRIPLES) or b"")  # type: ignore[arg-type] # a CONSTRUCT
    load(store, output, FRESH)
    load(store, output, PUT_BACK)
