"""Features over one-to-one links and junctions, from both ends."""

import numpy as np
import pytest

from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.terms import Literal, NamedNode, Quad
from graph.vocab import RDF
from ml.features import pull
from ml.tasks import Task

NAMES = ProjectNames("http://example.org/", "club")
PEOPLE = 60


def link(name: str, target: str, *, one_to_one: bool = False) -> LinkDef:
    return LinkDef((name,), target.lower(), ("id",), target, name, name, one_to_one=one_to_one)


def attribute(name: str, datatype: str) -> AttributeDef:
    return AttributeDef(name, name, name, datatype)


def thing_class(name: str, attributes, links=()) -> ClassDef:
    return ClassDef(name.lower(), name, name, ("id",), tuple(attributes), tuple(links))


MODEL = KnowledgeModel(
    (
        thing_class("Person", [attribute("score", "double"), attribute("age", "integer")]),
        thing_class(
            "Passport",
            [attribute("pages", "integer"), attribute("issuer", "string")],
            [link("holder", "Person", one_to_one=True)],
        ),
        thing_class("Club", [attribute("rank", "double")]),
    ),
    (JunctionDef("members", "memberOf", "member of", link("p", "Person"), link("c", "Club")),),
)


@pytest.fixture(scope="module")
def reader():
    rng = np.random.default_rng(1)
    quads = []

    def put(node: NamedNode, name: str, value: NamedNode | Literal) -> None:
        quads.append(Quad(node, NAMES.term(name), value, NAMES.data))

    def thing(name: str, number: int) -> NamedNode:
        node = NAMES.thing(name, [str(number)])
        quads.append(Quad(node, RDF.type, NAMES.term(name), NAMES.data))
        return node

    clubs = [thing("Club", number) for number in range(12)]
    for number, club in enumerate(clubs):
        put(club, "rank", Literal(float(number)))
    for number in range(PEOPLE):
        person = thing("Person", number)
        put(person, "score", Literal(float(rng.normal())))
        put(person, "age", Literal(20 + number))
        put(person, "memberOf", clubs[number % 12])
        if number % 6 == 0:
            put(person, "memberOf", clubs[(number + 1) % 12])
        if number % 2:
            passport = thing("Passport", number)
            put(passport, "holder", person)
            put(passport, "pages", Literal(10 * number))
            put(passport, "issuer", Literal("AB"[number % 4 // 2]))
    store = OxigraphStore()
    store.apply(quads, [])
    return store.reader([NAMES.data])


def test_a_one_to_one_partner_gives_its_values_themselves(reader) -> None:
    task = Task("Person", "score", "regression", "double", "score")
    frame = pull(reader, task, MODEL, NAMES).frame
    person = frame.loc[NAMES.thing("Person", ["7"]).value]
    assert person["passport.pages"] == 70
    assert person["passport.issuer"] == "B"
    without = frame.loc[NAMES.thing("Person", ["8"]).value]
    assert np.isnan(without["passport.pages"])
    assert without["passport.issuer"] == ""


def test_a_junction_counts_and_averages_from_its_source(reader) -> None:
    task = Task("Person", "score", "regression", "double", "score")
    frame = pull(reader, task, MODEL, NAMES).frame
    person = frame.loc[NAMES.thing("Person", ["6"]).value]
    assert person["memberOf.count"] == 2
    assert person["memberOf.rank.mean"] == 6.5


def test_a_junction_counts_and_averages_from_its_target(reader) -> None:
    task = Task("Club", "rank", "regression", "double", "rank")
    table = pull(reader, task, MODEL, NAMES)
    club = table.frame.loc[NAMES.thing("Club", ["1"]).value]
    assert club["person.memberOf.count"] == 10
    assert club["person.memberOf.age.minimum"] == 20
    assert club["person.memberOf.age.maximum"] == 69
    assert table.frame.shape[0] == 12
