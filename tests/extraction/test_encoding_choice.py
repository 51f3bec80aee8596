"""Encodings of many languages, of short texts, of mostly plain texts, and of mixed ones."""

from pathlib import Path

import duckdb
import pytest

from extraction.encodings import encoding_of
from extraction.tables import stage

_TEXTS = {
    "ja": "番号,会社\n1,株式会社サクラ\n2,西日本鉄道\n",
    "kana": "code,name,kana\n1,山田太郎,ﾔﾏﾀﾞ ﾀﾛｳ\n2,鈴木一郎,ｽｽﾞｷ ｲﾁﾛｳ\n",
    "zh": "编号,公司\n1,联想集团\n2,腾讯科技\n",
    "ru": "номер,город\n1,Москва\n2,Новосибирск\n3,Екатеринбург\n",
    "uk": "назва,місто\nІван,Київ\nЄвген,Львів\nЇжакевич,Чернівці\n",
    "ar": "الاسم,المدينة\nمحمد علي,القاهرة\nفاطمة,الإسكندرية\n",
    "pl": "numer,miasto\n1,Łódź\n2,Świętego Ducha\n3,Źródło życia\n",
    "lv": "vārds,pilsēta\nJānis Bērziņš,Rīga\nKristīne Kļaviņa,Ķegums\n",
    "fr": "ville,prix\nOrléans,15 €\nHors d'œuvre,7 €\nSaint-Étienne,33 €\n",
    "es": "nombre,ciudad\nÍñigo Muñoz,Cádiz\nMaría Núñez,León\n",
    "marks": "id;text\n1;“smart” quotes\n2;it’s – dash…\n3;€ 5\n",
    "short": "naam,stad\nZoë,Forlì\n",
}


def _found(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "hash"
    path.write_bytes(content)
    return encoding_of(path, "names.csv").name


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("ja", "iso2022_jp"), ("kana", "cp932"), ("ru", "mac_cyrillic"), ("uk", "koi8_u"),
        ("ar", "iso8859_6"), ("pl", "iso8859_2"), ("pl", "cp852"), ("lv", "cp1257"),
        ("fr", "iso8859_15"), ("fr", "cp1252"), ("es", "cp850"), ("es", "mac_roman"),
        ("marks", "cp1252"), ("short", "latin-1"),
    ],
)  # fmt: skip
def test_letters_tell_the_encoding_apart(tmp_path: Path, text: str, encoding: str) -> None:
    content = _TEXTS[text].encode(encoding)
    assert content.decode(_found(tmp_path, content)) == _TEXTS[text]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["ja", "zh", "ru", "ar", "fr"])
def test_wide_texts_without_a_mark_are_told_in_every_script(
    tmp_path: Path, text: str, encoding: str
) -> None:
    assert _found(tmp_path, _TEXTS[text].encode(encoding)) == encoding


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ("José Muñoz", "François")),
        ("cp1250", ("Łukasz Żak", "Małgorzata Dąbrowska")),
        ("cp1251", ("Иван Петров", "Мария Иванова")),
        ("cp932", ("山田太郎", "佐藤花子")),
        ("iso2022_jp", ("山田太郎", "佐藤花子")),
    ],
)
def test_two_words_among_thousands_of_lines_tell_the_encoding(
    tmp_path: Path, encoding: str, words: tuple[str, str]
) -> None:
    lines = [f"{n},customer {n},Main Street {n}" for n in range(2000)]
    lines[900], lines[1999] = (f"{n},{word},x" for n, word in enumerate(words))
    text = "id,name,street\n" + "\n".join(lines) + "\n"
    assert text.encode(encoding).decode(_found(tmp_path, text.encode(encoding))) == text


def test_stray_bytes_do_not_spoil_a_text_in_utf8(tmp_path: Path) -> None:
    lines = [f"{n},Zoë Müller\n".encode("cp1252" if n in (3, 7) else "utf-8") for n in range(50)]
    path = tmp_path / "hash"
    path.write_bytes(b"id,name\n" + b"".join(lines))
    staging = stage(path, name="t.csv", sha256="abc", folder=tmp_path)
    (reading,) = staging.readings
    names = duckdb.read_parquet(str(staging.tables[0].path)).project("name").distinct().fetchall()
    assert (reading.encoding, names) == ("utf-8", [("Zoë Müller",)])
    assert reading.confidence < 1
    assert [(r.line, r.text) for r in staging.rejects] == [(5, "3,Zoë Müller"), (9, "7,Zoë Müller")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp1251"])
def test_rejects_have_their_place_in_the_bytes_of_every_encoding(
    tmp_path: Path, encoding: str
) -> None:
    text = "номер,город\r\n1,Москва\r\n2,Омск,лишнее\r\n3,Казань\r\n4,Пермь\r\n"
    path = tmp_path / "hash"
    path.write_bytes(text.encode(encoding))
    (reject,) = stage(path, name="t.csv", sha256="abc", folder=tmp_path).rejects
    cut = path.read_bytes()[reject.start : reject.end]
    plain = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
    assert cut.decode(plain.get(encoding, encoding)) == "2,Омск,лишнее"
