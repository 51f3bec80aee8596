"""Keys and references of generated databases: other names, languages, identifiers each time."""

from pathlib import Path

from inference.infer import infer_schema
from tests.inference.generated import Link, database

SEEDS = range(10)


def test_finds_the_keys_and_references_of_generated_databases(tmp_path: Path) -> None:
    keys = right_keys = found = wanted = right = sure = right_sure = 0
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        made = database(seed, folder)
        schema = infer_schema(made.tables)
        inferred: dict[Link, float] = {
            (table.name, r.columns, r.ref_table, r.ref_columns): r.decision.confidence
            for table in schema.tables
            for r in table.references
        }
        found, wanted = found + len(inferred), wanted + len(made.links)
        right += len(inferred.keys() & made.links)
        certain = {link for link, confidence in inferred.items() if confidence >= 0.9}
        sure, right_sure = sure + len(certain), right_sure + len(certain & made.links)
        for name, key in made.keys.items():
            chosen = schema.table(name).primary_key
            keys += bool(key)
            right_keys += bool(key) and chosen is not None and set(chosen.columns) == set(key)
    assert right / found >= 0.98
    assert right / wanted >= 0.98
    assert right_keys / keys >= 0.98
    assert right_sure / sure >= 0.98
