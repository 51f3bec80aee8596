"""No text reads or changes what belongs to another project or to the platform."""

import pytest

from tests.attacks.target import CANARY, SECRET, VANDAL, Attack, Target

BASE = "http://mimir.local/p/"
FOREIGN = f"{BASE}{CANARY}/graph/data"
META = f"{BASE}{VANDAL}/graph/meta"
ONTOLOGY = f"{BASE}{VANDAL}/graph/ontology"
ALL = frozenset({200, 204, 400, 403, 404, 422})

SPELLINGS = [
    f"<{FOREIGN}>",
    "<" + FOREIGN.replace("canary", "c\\u0061nary") + ">",
    f"<{FOREIGN.replace('canary', '%63anary')}>",
    f"<{FOREIGN}/>",
    f"<{FOREIGN.upper()}>",
    f"<{BASE}{VANDAL}/../{CANARY}/graph/data>",
    "<urn:canary:g>",
]
EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
VISIBLE = "{ ?s ?p ?o FILTER(CONTAINS(STR(?o), 'canary') || ?s = <urn:canary> || ?s = <urn:c>) }"

HOSTILE = ["'", '"', "\\", "<>", "> <urn:x> 1 } ; DROP ALL #", "} ; DROP ALL #", "'''", "$name"]
HOSTILE += [
    "\n} ; CLEAR ALL #",
    "@en } #",
    "^^<urn:x>",
    "\u202e",
    "<script>alert(1)</script>",
    "?s",
]
HOSTILE += ["{{7*7}}", "${x}", "%s", "\t\r\n"]


def quoted(text: str) -> str:
    """Write a text as a SPARQL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_texts_are_stored_as_data(target: Target, value: str) -> None:
    insert = f"INSERT DATA {{ <urn:hostile> <urn:is> {quoted(value)} }}"
    text = f"ASK {{ <urn:hostile> <urn:is> {quoted(value)} }}"

    assert target.send(Attack("A48", insert, ALL, "update"), VANDAL).status_code == 204
    assert target.ask(text, VANDAL) == "true"
    target.send(Attack("A48", "DELETE WHERE { <urn:hostile> ?p ?o }", ALL, "update"), VANDAL)
    target.check()


@pytest.mark.parametrize("place", SPELLINGS)
def test_a_foreign_graph_gives_no_row_whatever_its_spelling(target: Target, place: str) -> None:
    texts = [
        f"SELECT * {{ GRAPH {place} {{ ?s ?p ?o }} }}",
        f"SELECT * {{ BIND({place} AS ?g) GRAPH ?g {{ ?s ?p ?o }} }}",
        f"SELECT * FROM {place} {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED {place} {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"CONSTRUCT {{ ?s ?p ?o }} FROM {place} WHERE {{ ?s ?p ?o }}",
        f"SELECT * {{ ?x ?y ?z FILTER EXISTS {{ GRAPH {place} {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ {{ SELECT * {{ GRAPH {place} {{ ?s ?p ?o }} }} }} }}",
    ]
    for text in texts:
        answer = target.ask(text, VANDAL)
        assert SECRET not in answer
        assert len(answer.splitlines()) <= 1, f"{text} {answer}"
    plain = place[1:-1].replace("\\u0061", "a")
    for parameter in ("default-graph-uri", "named-graph-uri"):
        answer = target.ask(EVERYTHING, VANDAL, **{parameter: plain})
        assert len(answer.splitlines()) <= 1
    target.check()


def test_no_pattern_reaches_the_canary(target: Target) -> None:
    for text in (
        f"SELECT * {VISIBLE}",
        f"SELECT * {{ GRAPH ?g {VISIBLE} }}",
        "DESCRIBE <urn:canary> <urn:c>",
        "SELECT * { ?s <urn:says> ?o }",
    ):
        assert SECRET not in target.ask(text, VANDAL)


@pytest.mark.parametrize("place", [f"<{FOREIGN}>", f"<{BASE}{CANARY}/graph/absent>"])
def test_oracles_answer_for_a_foreign_graph_as_for_an_absent_one(
    target: Target, place: str
) -> None:
    probes = [
        f"ASK {{ GRAPH {place} {{ ?s ?p ?o }} }}",
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH {place} {{ ?s ?p ?o }} }}",
        f"SELECT (COUNT(*) AS ?n) {{ {{ }} MINUS {{ GRAPH {place} {{ ?s ?p ?o }} }} }}",
        f"ASK {{ FILTER EXISTS {{ GRAPH {place} {{ <urn:canary> ?p ?o }} }} }}",
    ]

    assert [target.ask(probe, VANDAL).split() for probe in probes] == [
        ["false"], ["n", "0"], ["n", "1"], ["false"],
    ]  # fmt: skip


FOREIGN_UPDATES = [
    template.replace("$g", place)
    for place in (f"<{FOREIGN}>", f"<{META}>", f"<{ONTOLOGY}>")
    for template in (
        "INSERT DATA { GRAPH $g { <urn:x> <urn:y> 1 } }",
        "DELETE DATA { GRAPH $g { <urn:canary> <urn:says> 1 } }",
        "INSERT { GRAPH $g { ?s ?p 1 } } WHERE { ?s ?p ?o }",
        "INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { BIND($g AS ?g) ?s ?p ?o }",
        "DELETE WHERE { GRAPH $g { ?s ?p ?o } }",
        "WITH $g DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } INSERT { <urn:stolen> ?p ?o } USING $g WHERE { ?s ?p ?o }",
        "CLEAR GRAPH $g",
        "DROP SILENT GRAPH $g",
        "CREATE GRAPH $g",
        "COPY $g TO <urn:copy>",
        "MOVE $g TO <urn:copy>",
        "ADD <urn:canary:g> TO $g",
        "COPY DEFAULT TO $g",
        "INSERT { GRAPH $g { ?s ?p 1 } } WHERE { ?s ?p ?o FILTER(RAND() < 0.1) }",
    )
] + [
    "CLEAR ALL",
    "DROP ALL",
    "CLEAR NAMED",
    "DROP NAMED",
    "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
    "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(RAND() < 0.5) }",
]


def test_updates_change_neither_the_canary_nor_the_platforms_graphs(target: Target) -> None:
    text = f"SELECT * {{ GRAPH <{META}> {{ ?s a <https://w3id.org/mimir-aip/ns#Commit> }} }}"
    before = set(target.ask(text, VANDAL).splitlines())
    known = "SELECT (COUNT(*) AS ?n) { GRAPH $g { ?s ?p ?o } }".replace("$g", f"<{ONTOLOGY}>")
    ontology = target.ask(known, VANDAL)

    for update in FOREIGN_UPDATES:
        answer = target.send(Attack("A52", update, ALL, "update"), VANDAL)
        assert answer.status_code in ALL, f"{update} {answer.text}"
        assert SECRET not in answer.text

    assert before <= set(target.ask(text, VANDAL).splitlines())
    assert target.ask(known, VANDAL) == ontology
    assert SECRET not in target.ask(EVERYTHING, VANDAL)
    target.check()


def test_a_text_at_the_wrong_door_is_refused(target: Target) -> None:
    path = f"/projects/{VANDAL}/sparql"
    update, query = "CLEAR DEFAULT", "ASK {}"
    as_query = {"Content-Type": "application/sparql-query"}
    as_update = {"Content-Type": "application/sparql-update"}
    http = target.http
    answers = [
        http.get(path, params={"query": update}),
        http.get(path, params={"update": update}),
        http.post(path, data={"query": update}),
        http.post(path, content=update, headers=as_query),
        http.post(path, content=query, headers=as_update),
        http.post(path, data={"query": query, "update": update}),
        http.post(path, content=update, headers={"Content-Type": "text/plain"}),
        http.put(path, content=update, headers=as_update),
        http.delete(path),
        http.get(path, params={"query": update}, headers={"X-HTTP-Method-Override": "POST"}),
    ]

    assert {answer.status_code for answer in answers} <= {400, 405, 415, 422}
    target.check()


@pytest.mark.parametrize("graph", [FOREIGN, META, ONTOLOGY, FOREIGN.replace("canary", "%63anary")])
def test_the_graph_store_keeps_foreign_graphs_closed(target: Target, graph: str) -> None:
    path = f"/projects/{VANDAL}/graph-store"
    triple = "<urn:x> <urn:y> <urn:z> ."
    turtle = {"Content-Type": "text/turtle"}
    for answer in (
        target.http.put(path, params={"graph": graph}, content=triple, headers=turtle),
        target.http.post(path, params={"graph": graph}, content=triple, headers=turtle),
        target.http.delete(path, params={"graph": graph}),
        target.http.get(path, params={"graph": graph}),
    ):
        assert answer.status_code in {200, 201, 204, 400, 403, 404, 405}
        assert SECRET not in answer.text
    target.check()


@pytest.mark.parametrize("media", ["application/trig", "application/n-quads"])
def test_an_upload_of_quads_writes_to_no_closed_graph(target: Target, media: str) -> None:
    quads = f"<urn:x> <urn:y> <urn:z> <{META}> .\n<urn:x> <urn:y> <urn:z> <{ONTOLOGY}> .\n"
    trig = f"<{META}> {{ <urn:x> <urn:y> <urn:z> }} <{ONTOLOGY}> {{ <urn:x> <urn:y> <urn:z> }}"
    body = trig if media.endswith("trig") else quads

    answer = target.http.post(
        f"/projects/{VANDAL}/graph-store", content=body, headers={"Content-Type": media}
    )

    assert answer.status_code in {400, 403, 404, 422}, answer.text
    for graph in (META, ONTOLOGY):
        assert target.ask(f"ASK {{ GRAPH <{graph}> {{ <urn:x> ?p ?o }} }}", VANDAL) == "false"
    target.check()


def test_blank_nodes_of_two_imports_do_not_merge(target: Target) -> None:
    for number in (1, 2):
        text = f"INSERT DATA {{ _:same <urn:import> {number} }}"
        assert target.send(Attack("A59", text, ALL, "update"), VANDAL).status_code == 204

    answer = target.ask("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <urn:import> ?n2 }", VANDAL)
    assert answer.split() == ["n", "2"]
    target.check()


def test_statements_about_the_same_thing_join_no_two_projects(target: Target) -> None:
    same = "<http://www.w3.org/2002/07/owl#sameAs>"
    shape = (
        "<urn:shape> a <http://www.w3.org/ns/shacl#NodeShape> ; "
        "<http://www.w3.org/ns/shacl#targetNode> <urn:canary> ; "
        "<http://www.w3.org/ns/shacl#sparql> [ <http://www.w3.org/ns/shacl#select> "
        "'SELECT $this ?value { GRAPH ?g { $this ?p ?value } }' ]"
    )
    equal = f"<urn:mine> {same} <urn:canary> . <urn:canary> {same} <urn:mine>"
    text = f"INSERT DATA {{ {equal} . {shape} }}"
    assert target.send(Attack("A60", text, ALL, "update"), VANDAL).status_code == 204

    for path in ("reasoning", "validate"):
        target.http.post(f"/api/v1/projects/{VANDAL}/{path}", json={})
    assert SECRET not in target.ask(EVERYTHING, VANDAL)
    assert SECRET not in target.ask("DESCRIBE <urn:mine> <urn:canary>", VANDAL)
    target.check()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/projects/{}/export?graph=data",
        "/api/v1/projects/{}/export.zip",
        "/api/v1/projects/{}/tables.zip",
        "/api/v1/projects/{}/log/verify",
        "/api/v1/projects/{}/blobs/" + "0" * 64,
        "/projects/{}/graph-store?default",
        "/projects/{}/void",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        f"{VANDAL}/../{CANARY}",
        f"{VANDAL}%2f..%2f{CANARY}",
        f"..%2fprojects%2f{CANARY}",
        f".{CANARY}",
        f"{CANARY}%00",
        f"{CANARY}%0d%0a",
        CANARY.upper(),
        "%2e%2e",
    ],
)
def test_no_name_of_a_project_leads_around_a_folder(target: Target, path: str, name: str) -> None:
    answer = target.http.get(path.replace("{}", name))

    # A path with dots in it is the path of the project itself once it is resolved.
    resolved = {200, 422} if "/../" in name else set()
    assert answer.status_code in {403, 404} | resolved, answer.text


def test_names_of_tables_and_columns_are_no_sql(target: Target) -> None:
    names = ["id", 'x"; DROP TABLE t; --', "y'); ATTACH 'z' AS q; --", "${a}", "{{7*7}}", "select"]
    rows = ["1,a,b,c,d,e", "2,f,g,h,i,j", "3,k,l,m,n,o"]
    head = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    file = ("t'; DROP TABLE x; --.csv", "\n".join((head, *rows, "")).encode(), "text/csv")
    target.http.post("/api/v1/projects", json={"name": "columns"})

    started = target.http.post("/api/v1/projects/columns/files", files={"files": file})

    assert started.status_code in (200, 201, 202), started.text
    run = started.json()["run"]["id"]
    with target.http.stream("GET", f"/api/v1/projects/columns/runs/{run}/events") as events:
        view = [line for line in events.iter_lines() if line.startswith("data: ")][-1]
    assert '"state": "succeeded"' in view or '"state":"succeeded"' in view, view[:2_000]
    assert target.ask("SELECT (COUNT(*) AS ?n) { ?s ?p 'k' }", "columns").split() == ["n", "1"]
    target.check()


def test_no_request_writes_lines_of_its_own_into_the_log(target: Target) -> None:
    forged = "\r\nERROR forged \x1b[31m"
    text = "SELECT * { ?s ?p '" + forged + "' FILTER(<urn:f>(?s)) "
    for query in (text, "ASK { ?s <urn:\nx> ?o }", forged):
        answer = target.send(Attack("A63", query, ALL))
        assert answer.status_code in {400, 422}
        assert "\\u001b" in answer.text or "\x1b" not in answer.text
    target.check()
