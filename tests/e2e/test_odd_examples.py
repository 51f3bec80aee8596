"""Every project is born with examples that run, however odd its tables are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.settings import Settings
from app.wiring import Owner
from tests.e2e.conftest import finished, settings_for
from tests.e2e.served import upload

TABLES = {
    "fruit": ("果物.csv", "名称,説明,都市\nりんご,赤い果物,東京\nみかん,甘い,大阪\n梨,水っぽい,\n"),
    "signs": ("!.csv", '#,%," ",a/b?c\n§,$,&,<x>\n\'q\',"""",\\n,{y}\n'),
}
_EXECUTABLE = NamedNode("http://www.w3.org/ns/shacl#SPARQLExecutable")
_LEAST = 10


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One owner with a project for each table."""
    settings: Settings = settings_for(tmp_path_factory.mktemp("odd"))
    owner = Owner(settings, port=0)
    owner.start()
    client = Client(owner.url)
    folder: Path = tmp_path_factory.mktemp("tables")
    for project, (name, text) in TABLES.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        run = finished(client, project, upload(client, [path], project))
        assert run["state"] == "succeeded", run
    yield client
    owner.stop()


@pytest.mark.parametrize("project", TABLES)
def test_every_example_of_an_odd_project_runs_at_its_own_address(
    client: Client, project: str
) -> None:
    queries = client.call(OPERATIONS["list_saved_queries"], {"project": project})["items"]

    assert len(queries) >= _LEAST
    for query in queries:
        # A thing, a class or words: whatever a parameter is for.
        given = dict.fromkeys(query["parameters"], f"<http://mimir.local/p/{project}/id/x>")
        given |= {"words": "a"} if "words" in given else {}
        answer = client.http.get(query["url"], params=given, headers={"Accept": "text/csv"})
        assert answer.status_code == 200, (query, answer.text)


@pytest.mark.parametrize("project", TABLES)
def test_the_examples_are_executables_of_shacl(client: Client, project: str) -> None:
    place = {"graph": f"http://mimir.local/p/{project}/graph/queries"}
    headers = {"Accept": "application/n-triples"}

    answer = client.http.get(f"/projects/{project}/graph-store", params=place, headers=headers)

    triples = list(parse(answer.content, RdfFormat.N_TRIPLES))
    assert sum(triple.object == _EXECUTABLE for triple in triples) >= _LEAST
