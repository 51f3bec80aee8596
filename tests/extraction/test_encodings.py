"""Encodings: the whole file decides, and words that are read differently are shown."""

from pathlib import Path

import pytest

from extraction.encodings import encoding_of
from graph.errors import BadInput

_JAPANESE = "名前,都市\n田中太郎,東京都\n山田花子,大阪府\n佐藤,さいたま\n"
_CHINESE = "姓名,城市\n张伟,北京\n王芳,上海\n李娜,广州市\n"
_KOREAN = "이름,도시\n김철수,서울\n이영희,부산광역시\n"
_RUSSIAN = "имя,город\nИван,Москва\nОльга,Санкт-Петербург\n"
_CZECH = "jméno,město\nŘehoř Šťastný,Plzeň\nŽofie Černá,Ústí nad Labem\nJiří,Třebíč\n"
_TURKISH = "ad,şehir\nAyşe,İstanbul\nMehmet Öztürk,Eskişehir\nÇağla,Muğla\n"
_FRENCH = "nom,ville\nRené,Orléans\nHélène,Besançon\nMaël,Évry\nNoël,Béziers\n"
_DANISH = "navn,by\nSøren,Århus\nJørgen,Køge\nBjørn,Ærø\nLærke,Sæby\n"
_ICELANDIC = "nafn,borg\nÞórður,Ísafjörður\nÆgir,Ólafsfjörður\nSigríður,Höfn\n"
_GERMAN = "name,ort\nJürgen Müller,Köln\nRenée – x,Zürich\nßtraße,Österreich €\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", _JAPANESE),
        ("utf-8-sig", _FRENCH),
        ("utf-16", _CHINESE),
        ("utf-32", _CHINESE),
        ("utf-16-le", _FRENCH),
        ("utf-16-be", _FRENCH),
        ("utf-32-le", _FRENCH),
        ("shift_jis", _JAPANESE),
        ("euc_jp", _JAPANESE),
        ("gb18030", _CHINESE),
        ("euc_kr", _KOREAN),
        ("cp1251", _RUSSIAN),
        ("cp1251", "Товар;Цена\nСтол;100\n"),
        ("koi8_r", _RUSSIAN),
        ("cp866", _RUSSIAN),
        ("iso8859_5", _RUSSIAN),
        ("cp1253", "όνομα,πόλη\nΓιώργος,Αθήνα\n"),
        ("cp1255", "שם,עיר\nדוד,ירושלים\n"),
        ("cp1256", "اسم,مدينة\nمحمد,القاهرة\n"),
        ("cp874", "ชื่อ,เมือง\nสมชาย,กรุงเทพมหานคร\n"),
        ("big5", "姓名,地址\n張偉,臺北市\n"),
        ("mac_roman", "nom,ville\nCafé,Zürich\nFrançois,Orléans\n"),
        ("cp850", _GERMAN.replace("€", "").replace("–", "-")),
        ("cp1250", "név,város\nGyőr,Székesfehérvár\nTűzoltó,Őrült\n"),
        ("latin-1", "nome,cidade\nAção,São Paulo\n"),
        ("cp1250", _CZECH),
        ("cp1254", _TURKISH),
        ("cp1252", _GERMAN),
        ("latin-1", _FRENCH),
        ("latin-1", _DANISH),
        ("latin-1", _ICELANDIC),
    ],
)
def test_texts_are_decoded_as_they_were_written(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "hash"
    path.write_bytes(text.encode(encoding))
    found = encoding_of(path, "names.csv")
    assert path.read_bytes().decode(found.name) == text


def test_words_that_another_encoding_reads_differently_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_bytes(_FRENCH.encode("latin-1"))
    found = encoding_of(path, "names.csv")
    assert (found.name, found.runner_up) == ("latin-1", "cp1250")
    assert ("Hélène", "Hélčne") in found.words
    assert found.confidence < 1


def test_a_text_that_breaks_its_own_mark_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hash"
    path.write_bytes(b"\xff\xfea\0b")
    with pytest.raises(BadInput, match="does not go on so"):
        encoding_of(path, "names.csv")
