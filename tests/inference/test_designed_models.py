"""Small schemas are modelled as a careful modeller would draw them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.vocab import RDFS
from inference.infer import infer_schema
from inference.knowledge.meanings import meaning_quads
from inference.knowledge.naming import name_schema
from inference.knowledge.suggestions import Suggestion, hierarchy_suggestions
from tests.inference.designed_schemas import CASES, Row
from tests.inference.staging import stage

NAMES = ProjectNames("https://example.org/", "designed")


@dataclass(frozen=True)
class Found:
    """What was made of a schema."""

    model: KnowledgeModel
    sure: frozenset[tuple[str, str]]
    suggestions: tuple[Suggestion, ...]

    @property
    def said(self) -> set[str]:
        """Say everything in words."""
        words = {f"{one} is a {other}" for one, other in self.sure}
        for item in self.model.classes:
            words |= {f"{item.name}.{link.name} -> {link.target}" for link in item.links}
            words |= {f"{item.name} is a class"}
        for pair in self.model.junctions:
            words |= {f"{pair.source.target}.{pair.name} -> {pair.target.target}"}
        for each in self.suggestions:
            kind, table = each.about[:2]
            own = self.model.class_of(table).name
            if kind == "kinds":
                words |= {f"{value} is a {own}" for value in each.about[3:]}
            elif kind in ("codes", "event"):
                words |= {f"{own}: {kind}"}
            else:
                words |= {each.reason.split(":")[0].rstrip(".").removeprefix("Each ")}
        return words


def modelled(folder: Path, tables: dict[str, tuple[str, list[Row]]]) -> Found:
    """Infer and name tables, and collect what is sure and what is suggested."""
    schema = infer_schema(
        [stage(folder, key, header.split(), rows) for key, (header, rows) in tables.items()]
    )
    model = name_schema(schema)
    local = {NAMES.term(item.name): item.name for item in model.classes}
    sure = frozenset(
        (local[quad.subject], str(quad.object.value).rpartition("/")[2])  # type: ignore[union-attr, index]
        for quad in meaning_quads(model, schema, NAMES)
        if quad.predicate == RDFS.subClassOf and quad.subject in local
    )
    return Found(model, sure, hierarchy_suggestions(model, schema, NAMES))


@pytest.mark.parametrize("case", CASES)
def test_says_what_a_modeller_would_draw_and_not_what_none_would(case: str, tmp_path: Path) -> None:
    tables, wanted, unwanted = CASES[case]
    said = modelled(tmp_path, tables).said
    missing = {each for each in wanted if not set(each.split("|")) & said}
    assert (missing, unwanted & said) == (set(), set()), sorted(said)
