"""The report of an import: every row that came in is landed or quarantined."""

from pathlib import Path

from extraction.landing.landings import TableLanding
from extraction.landing.mapping import Landing
from extraction.staging import Reject, Staging
from graph.changes import ChangeSet
from graph.projects import Project
from graph.schema import StagedTable
from workers.imports import import_quads

REPORT = """
PREFIX m: <https://w3id.org/mimir-aip/ns#>
SELECT ?table ?in ?landed ?held WHERE {
  ?record a m:TableImport ; m:partOf ?import ; m:sourceTable ?table ; m:rowsIn ?in ;
          m:rowsLanded ?landed ; m:rowsQuarantined ?held
} ORDER BY ?table
"""
SOURCES = """
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?source WHERE { ?import a prov:Entity ; prov:wasDerivedFrom ?source } ORDER BY ?source
"""


def table(name: str, source: str) -> StagedTable:
    return StagedTable(name, Path(f"{name}.parquet"), ("a",), 3, source, "0" * 64)


def reject(name: str, row: int) -> Reject:
    return Reject(f"{name}.csv", name, row, row + 1, "too many cells", "1,2,3", "")


def report_of(project: Project, landing: Landing, found: Staging) -> list[list[str]]:
    quads = import_quads(project.names, "abc", landing, found)
    project.commit(ChangeSet(added=tuple(quads)))
    reader = project.reader(project.names.meta)
    return [[str(getattr(term, "value", "")) for term in row] for row in reader.select(REPORT)]


def test_rows_that_could_not_be_read_count_as_quarantined(project: Project) -> None:
    tables = (TableLanding("orders", 10, 8, 2, 80), TableLanding("parts", 5, 5, 0, 40))
    found = Staging(
        (table("orders", "orders.csv"), table("parts", "parts.csv")),
        (reject("orders", 4), reject("orders", 9)),
    )

    report = report_of(project, Landing(Path("x.nq"), tables, Path("x.parquet")), found)

    assert report == [["orders", "12", "8", "4"], ["parts", "5", "5", "0"]]
    assert all(int(came) == int(landed) + int(held) for _, came, landed, held in report)


def test_an_import_names_each_file_once(project: Project) -> None:
    found = Staging((table("a", "book.xlsx"), table("b", "book.xlsx"), table("c", "c.csv")))

    report_of(project, Landing(Path("x.nq"), (), Path("x.parquet")), found)

    rows = project.reader(project.names.meta).select(SOURCES).rows
    assert [str(row[0]).count("book.xlsx") for row in rows] == [1, 0]
    assert len(rows) == 2
