"""Rules: derived by structure and words, edited as data, refused when they cannot work."""

from dataclasses import replace

import pytest

from alerting.limits import find_limits
from alerting.rules import Rule, derive_rules, merge_rules, read_rules, rule_quads
from graph.errors import BadInput
from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.oxigraph import OxigraphStore
from tests.alerting.plant_data import MACHINE, MODEL, NAMES, READING


def _attribute(name: str, datatype: str = "decimal", unit: str | None = None) -> AttributeDef:
    return AttributeDef(name, name, name, datatype, unit)


def test_each_measured_property_each_class_and_each_stated_limit_gives_a_rule() -> None:
    assert [rule.id for rule in derive_rules(MODEL, NAMES)] == [
        "anomaly-Reading-powerKw",
        "anomaly-Reading-temperatureC",
        "anomaly-Reading-vibrationMmS",
        "missing-Reading",
        "threshold-Reading-temperatureC-maxTemperatureC",
    ]


def test_every_query_is_complete_without_prefixes() -> None:
    reader = OxigraphStore().reader(list(NAMES.default_graphs))
    for rule in derive_rules(MODEL, NAMES):
        assert "PREFIX" not in rule.query
        assert reader.select(rule.query).rows == []


def test_a_class_without_time_gives_no_series_rules() -> None:
    timeless = replace(READING, attributes=READING.attributes[2:])
    assert derive_rules(KnowledgeModel((timeless,)), NAMES) == ()


def test_an_attribute_name_that_is_no_variable_still_gives_a_query_that_parses() -> None:
    odd = replace(
        READING, attributes=(*READING.attributes, _attribute("größe"), _attribute("time"))
    )
    reader = OxigraphStore().reader(list(NAMES.default_graphs))
    rules = derive_rules(KnowledgeModel((odd,)), NAMES)
    assert [reader.select(rule.query).rows for rule in rules] == [[]] * len(rules)


@pytest.mark.parametrize(
    ("value", "bound", "side"),
    [
        ("temperatureC", "maxTemperatureC", "above"),
        ("temperature", "temperatureUpperLimit", "above"),
        ("pressure", "minPressure", "below"),
        ("temperature", "maxTemp", "above"),
        ("stock", "reorderLevel", "below"),
        ("unitsInStock", "reorderLevel", "below"),
        ("stockQuantity", "safetyStock", "below"),
        ("load", "loadThreshold", "above"),
    ],
)
def test_words_pair_a_limit_with_its_value(value: str, bound: str, side: str) -> None:
    found = find_limits([_attribute(value)], [_attribute(bound)])
    assert [(item.value.name, item.bound.name, item.side) for item in found] == [
        (value, bound, side)
    ]


@pytest.mark.parametrize(
    ("value", "bound"),
    [
        ("powerKw", "ratedPowerKw"),
        ("temperatureC", "maxPressure"),
        ("price", "reorderLevel"),
        ("maxSpeed", "maxSpeed"),
    ],
)
def test_words_that_do_not_fit_pair_nothing(value: str, bound: str) -> None:
    assert find_limits([_attribute(value)], [_attribute(bound)]) == ()


def test_a_limit_in_another_unit_or_of_several_values_pairs_nothing() -> None:
    bound = _attribute("maxTemperature", unit="°F")
    assert find_limits([_attribute("temperature", unit="°C")], [bound]) == ()
    several = [_attribute("stock"), _attribute("stockOnHand")]
    assert find_limits(several, [_attribute("reorderLevel")]) == ()


def test_rules_survive_the_graph() -> None:
    rules = derive_rules(MODEL, NAMES)
    store = OxigraphStore()
    store.apply(rule_quads(rules, NAMES), [])
    assert read_rules(store.reader([NAMES.data], [NAMES.meta]), NAMES) == rules


def test_what_a_person_changed_or_added_survives_a_new_derivation() -> None:
    derived = derive_rules(MODEL, NAMES)
    switched_off = replace(derived[0], enabled=False, overridden=True)
    own = Rule(
        "own", "threshold", "Mine", "SELECT ?entity WHERE { ?entity ?p ?o }", overridden=True
    )
    stale = replace(derived[1], id="anomaly-Gone-x")
    merged = merge_rules(derived, [switched_off, own, stale])
    assert {rule.id: rule.enabled for rule in merged} == {
        **{rule.id: True for rule in derived},
        derived[0].id: False,
        "own": True,
    }


def test_a_rule_refuses_a_severity_or_comparison_nobody_knows() -> None:
    with pytest.raises(BadInput, match="severity"):
        Rule("x", "threshold", "x", "SELECT", severity="awful")  # type: ignore[arg-type] # on purpose
    with pytest.raises(BadInput, match="comparison"):
        Rule("x", "threshold", "x", "SELECT", parameters=(("comparison", "~"),))


def test_limits_within_a_class_without_time_watch_its_individuals() -> None:
    part = ClassDef(
        "parts", "Part", "part", ("id",), (_attribute("stock"), _attribute("reorderLevel")), ()
    )
    (rule,) = derive_rules(KnowledgeModel((part, MACHINE)), NAMES)
    assert rule.id == "threshold-Part-stock-reorderLevel"
    assert "FILTER(?value < ?limit)" in rule.query
