"""Files made to hurt: each is refused with a clear error, or read within its limits."""

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import Workbook

from extraction.tables import Staging, stage
from graph.errors import BadInput


def _stage(tmp_path: Path, content: str | bytes, name: str) -> Staging:
    path = tmp_path / "content-hash"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return stage(path, name=name, sha256="abc", folder=tmp_path / "staged")


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


_LAUGHS = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
_FETCH = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
_PARAMETER = '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://x/">%p;]><a/>'


@pytest.mark.parametrize("text", [_LAUGHS, _FETCH, _PARAMETER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_document_types_are_refused_in_every_encoding(
    tmp_path: Path, text: str, encoding: str
) -> None:
    with pytest.raises(BadInput, match="document type"):
        _stage(tmp_path, text.encode(encoding), "a.xml")
    declared = f'<?xml version="1.0" encoding="iso-8859-1"?>{text}'.encode("latin-1")
    with pytest.raises(BadInput, match="document type"):
        _stage(tmp_path, declared, "a.xml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>" * 200_000, "nested deeper"),
        ("<a " + " ".join(f'b{n}=""' for n in range(100_000)) + "/>", "attributes"),
        ("<a>" + "".join(f"<b{n}/>" for n in range(60_000)) + "</a>", "kinds of elements"),
        ("<a>&undefined;</a>", "not well-formed"),
    ],
)
def test_deep_and_broad_xml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, text, "a.xml")


@pytest.mark.parametrize("start", ["<a><!--", '<a><b c="', "<a><b"])
def test_a_tag_or_comment_without_end_is_refused(tmp_path: Path, start: str) -> None:
    with pytest.raises(BadInput, match="a tag or comment has more than"):
        _stage(tmp_path, start + "c" * 18_000_000, "a.xml")


def test_dense_archives_are_refused(tmp_path: Path) -> None:
    zeros = b"0" * 30_000_000
    for name, content in [
        ("a.zip", _zip({"a.csv": zeros})),
        ("a.csv.gz", gzip.compress(zeros)),
        ("a.csv.zst", pa.compress(zeros, codec="zstd", asbytes=True)),
        ("a.xlsx", _zip({"xl/workbook.xml": zeros})),
    ]:
        with pytest.raises(BadInput, match="expands more than"):
            _stage(tmp_path, content, name)


def test_members_of_a_zip_that_lie_about_their_size_are_refused(tmp_path: Path) -> None:
    good = _zip({"a.csv": b"id\n" + b"1\n" * 5_000})
    at = good.rindex(b"PK\x01\x02") + 24
    lying = good[:at] + (10).to_bytes(4, "little") + good[at + 4 :]
    with pytest.raises(BadInput):
        _stage(tmp_path, lying, "a.zip")


def test_links_inside_a_zip_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(BadInput, match="is a link"):
        _stage(tmp_path, stream.getvalue(), "a.zip")


def test_a_cell_in_the_far_corner_of_a_sheet_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "a"
    sheet["XFD1048576"] = "b"
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(BadInput, match="spans 17,179,869,184 cells"):
        _stage(tmp_path, stream.getvalue(), "a.xlsx")


def test_a_cell_of_opendocument_that_stands_for_millions_is_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="999999" office:value-type="string"/>'
    content = f"<office:document-content>{cell * 40}</office:document-content>"
    packed = _zip({"mimetype": b"x", "content.xml": content.encode()})
    with pytest.raises(BadInput, match="spans"):
        _stage(tmp_path, packed, "a.ods")


def test_a_header_of_a_hundred_thousand_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="columns; the limit is"):
        _stage(tmp_path, ",".join("a" * 100_000) + "\n1,2\n", "a.csv")


def test_long_fields_and_unclosed_quotes_are_read_or_told(tmp_path: Path) -> None:
    long = _stage(tmp_path, "id,text\n1," + "x" * 200_000 + "\n", "a.csv")
    assert (long.tables[0].rows, long.rejects) == (1, ())
    text = 'id,a,b\n1,"never closed,x,y\n' + "".join(f"{n},x,y\n" for n in range(5_000))
    staging = _stage(tmp_path, text, "a.csv")
    assert staging.tables[0].rows + sum(r.row > 0 for r in staging.rejects) == 5_001


def test_runs_of_quotes_cost_their_own_line_only(tmp_path: Path) -> None:
    text = "id,a,b\n" + "1,x,y\n" * 5 + '2,"' + '"' * 20_001 + "x,y\n" + "3,x,y\n"
    assert _stage(tmp_path, text, "a.csv").tables[0].rows >= 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "nested too deep|not valid JSON"),
        ('{"a":' * 100_000, "nested too deep|not valid JSON"),
        ('[{"a": 1},', "not valid JSON"),
    ],
)
def test_deep_and_broken_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, text, "a.json")


def test_json_of_thousands_of_tables_is_refused(tmp_path: Path) -> None:
    text = ",".join(f'{{"k{number}": [1]}}' for number in range(2_500))
    with pytest.raises(BadInput, match="more than 2,000 arrays"):
        _stage(tmp_path, f"[{text}]", "a.json")


def test_strange_json_values_are_text(tmp_path: Path) -> None:
    digits = "9" * 1_000_000
    text = f'[{{"n": {digits}, "x": NaN, "__proto__": 1, "s": "\\ud800"}}, {{"n": 1, "n": 2}}]'
    assert _stage(tmp_path, text, "a.json").tables[0].rows == 2


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\x7fELF\0\0\0\0", "orders.csv", "binary file"),
        (b"%PDF-1.7 <table><tr><td>", "orders.xlsx", "binary file"),
        (b"PK\x03\x04<html>", "page.html", "damaged zip"),
        (b"", "\u202egnp.csv", "is empty"),
        (b"PAR1 and no more", "a.parquet", "damaged Parquet"),
        (b"\xd0\xcf\x11\xe0 no more", "a.xls", "cannot be read as a workbook"),
    ],
)
def test_content_decides_what_a_file_is(
    tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        _stage(tmp_path, content, name)


@pytest.mark.parametrize("name", ["CON.csv", "x" * 5_000 + ".csv", "a\u202eb.csv", "../../up.csv"])
def test_names_of_files_never_leave_the_folder(tmp_path: Path, name: str) -> None:
    (table,) = _stage(tmp_path, "id,n\n1,2\n", name).tables
    assert table.path.parent == tmp_path / "staged"
    assert table.path.is_file()


@pytest.mark.parametrize(
    "text",
    [
        "|" * 100_000 + "\n" + "|-" * 50_000 + "|\n",
        "[" * 100_000,
        "a | " + "[" * 20_000,
        "a | " + "**" * 20_000,
        "a | " + "`" * 20_001,
    ],
)
def test_pathological_markdown_ends(tmp_path: Path, text: str) -> None:
    staging = _stage(tmp_path, f"a | b\n--|--\n1 | 2\n{text}\n", "a.md")
    assert staging.tables[0].rows >= 1


def test_a_quote_that_is_never_closed_in_sql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="never closed"):
        _stage(tmp_path, "INSERT INTO a VALUES ('x" + "y" * 100_000, "a.sql")
