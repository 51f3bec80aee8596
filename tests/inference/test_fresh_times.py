"""Columns of times that were written down before anybody looked at how they are read."""

import pytest

from tests.inference.written_values import Decided, check_texts, decide_texts

CASES = [
    ("signed", "03/04/2024|05/06/2024|31/12/2023|01/01/2024", "date", "2024-04-03|2024-06-05"),
    ("shipped", "03/04/2024|05/06/2024|12/31/2023|01/01/2024", "date", "2024-03-04|2024-05-06"),
    ("visit", "3.4.24|15.6.24|1.1.24", "date", "2024-04-03|2024-06-15"),
    ("visit", "4-3-2024|28-6-2024|1-1-2024", "date", "2024-03-04|2024-06-28"),
    ("opened", "2024/03/04|2024/12/31|2023/1/1", "date", "2024-03-04"),
    ("opened", "20240304|20231231|20220115|20210630", "date", "2024-03-04"),
    ("opened_on", "04-Mar-2024|31-Dec-2023|15-Jan-2022", "date", "2024-03-04"),
    ("opened_on", "04-MAR-24|31-DEC-23|15-JAN-22", "date", "2024-03-04"),
    ("day", "March 4, 2024|December 31, 2023|January 15, 2022", "date", "2024-03-04"),
    ("day", "4th March 2024|31st December 2023|22nd January 2022", "date", "2024-03-04"),
    ("Datum", "4. März 2024|31. Dezember 2023|15. Januar 2022", "date", "2024-03-04"),
    (
        "fecha",
        "4 de marzo de 2024|31 de diciembre de 2023|15 de enero de 2022",
        "date",
        "2024-03-04",
    ),
    (
        "date",
        "4 mars 2024|31 décembre 2023|1er janvier 2022",
        "date",
        "2024-03-04|2023-12-31|2022-01-01",
    ),
    ("日付", "2024年3月4日|2023年12月31日|2022年1月15日", "date", "2024-03-04"),
    ("data", "4 marzo 2024|31 dicembre 2023|15 gennaio 2022", "date", "2024-03-04"),
    ("дата", "4 марта 2024|31 декабря 2023|15 января 2022", "date", "2024-03-04"),
    ("weekday_date", "Mon, 4 Mar 2024|Sun, 31 Dec 2023|Sat, 15 Jan 2022", "date", "2024-03-04"),
    ("when", "03.04.2024|05.06.2024|07.08.2023", "date", "2024-04-03"),
    ("period", "2024-03|2024-04|2023-12", "string", ""),
    ("quarter", "2024-Q1|2024-Q2|2023-Q4", "string", ""),
    ("week", "2024-W10|2024-W11|2023-W52", "string", ""),
    ("month", "Mar-24|Apr-24|Dec-23", "string", ""),
    ("logged", "2024-03-04T10:00:00Z|2024-12-31T23:59:59Z", "dateTime", "2024-03-04T10:00:00Z"),
    (
        "logged",
        "2024-03-04T10:00:00+01:00|2024-12-31T23:59:59-05:30",
        "dateTime",
        "2024-03-04T10:00:00+01:00",
    ),
    (
        "logged",
        "2024-03-04 10:00:00 UTC|2024-12-31 23:59:59 UTC",
        "dateTime",
        "2024-03-04T10:00:00Z",
    ),
    (
        "logged",
        "2024-03-04 10:00:00.123456|2024-12-31 23:59:59.5",
        "dateTime",
        "2024-03-04T10:00:00.123456|2024-12-31T23:59:59.5",
    ),
    ("logged", "2024-03-04 10:00|2024-12-31 23:59", "dateTime", "2024-03-04T10:00:00"),
    (
        "logged",
        "3/4/2024 1:05 PM|12/31/2023 12:30 AM|1/1/2024 12:00 PM",
        "dateTime",
        "2024-03-04T13:05:00|2023-12-31T00:30:00|2024-01-01T12:00:00",
    ),
    ("logged", "31.12.2023 23:59|04.03.2024 10:00", "dateTime", "2023-12-31T23:59:00"),
    (
        "logged",
        "Mon Mar 04 10:00:00 2024|Sun Dec 31 23:59:59 2023",
        "dateTime",
        "2024-03-04T10:00:00",
    ),
    (
        "received",
        "Mon, 04 Mar 2024 10:00:00 +0000|Sun, 31 Dec 2023 23:59:59 -0500",
        "dateTime",
        "2024-03-04T10:00:00+00:00|2023-12-31T23:59:59-05:00",
    ),
    (
        "received",
        "04/Mar/2024:10:00:00 +0100|31/Dec/2023:23:59:59 +0100",
        "dateTime",
        "2024-03-04T10:00:00+01:00",
    ),
    ("received", "20240304T100000Z|20231231T235959Z", "dateTime", "2024-03-04T10:00:00Z"),
    ("received", "20240304100000|20231231235959|20220115081530", "dateTime", "2024-03-04T10:00:00"),
    (
        "stamp",
        "2024-03-04|2024-03-05 10:00:00|2024-03-06",
        "dateTime",
        "2024-03-04T00:00:00|2024-03-05T10:00:00",
    ),
    (
        "stamp",
        "March 4, 2024 10:00 AM|December 31, 2023 11:59 PM",
        "dateTime",
        "2024-03-04T10:00:00|2023-12-31T23:59:00",
    ),
    ("opens", "08:00|17:30|12:15", "time", "08:00:00"),
    ("opens", "8:00 AM|5:30 PM|12:15 AM", "time", "08:00:00|17:30:00|00:15:00"),
    ("opens", "08:00:15|17:30:00.250", "time", "08:00:15"),
    ("opens", "10:00:00Z|11:30:00+02:00", "time", "10:00:00Z"),
    ("departure", "0800|1730|1215|2359|0005", "string", ""),
    ("score", "3:1|2:2|0:0|4:3", "string", ""),
    ("aspect_ratio", "16:9|4:3|21:9", "string", ""),
    ("year", "1999|2003|2024|1987", "gYear", "1999"),
    ("Baujahr", "1999|2003|2024|1987", "gYear", ""),
    ("release_year", "1925|2003|2024|1987", "gYear", ""),
    ("founded", "1899|1745|2001|1066", "gYear", ""),
    ("año", "1999|2003|2024", "gYear", ""),
    ("season", "2019/20|2020/21|2021/22", "string", ""),
    ("duration", "PT1H30M|PT45M|P1DT2H", "duration", "PT1H30M"),
    ("elapsed", "01:30:00|25:10:05|100:00:00", "duration", "PT1H30M|P1DT1H10M5S|P4DT4H"),
    ("runtime", "1h 30m|45m|2h", "duration", "PT1H30M|PT45M|PT2H"),
    ("subscription", "P1Y|P6M|P1Y6M", "duration", "P1Y|P6M|P1Y6M"),
]
"""A header, its values (none where nothing stands), their datatype, the first in canonical form."""


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> list[Decided]:
    """Decide all columns at once."""
    return decide_texts(tmp_path_factory.mktemp("types"), CASES)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_reads_columns_of_times_as_their_writer_meant(decided: list[Decided], number: int) -> None:
    check_texts(CASES[number], decided[number])
