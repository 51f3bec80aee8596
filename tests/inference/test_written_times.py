"""Dates, times and durations as people write them."""

import pytest

from tests.inference.written_values import Case, Decided, decide

DATES: list[Case] = [
    ("d", ["2024-01-05", "2024-12-31"], "date", []),
    ("d", ["2024/01/05", "2024/12/31"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["05.01.2024", "31.12.2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["5.1.2024", "31.12.2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["1/5/2024", "12/31/2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["05.01.24", "31.12.24"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["1/5/98", "12/31/05"], "date", ["1998-01-05", "2005-12-31"]),
    ("d", ["5 Jan 2024", "31 Dec 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["January 5, 2024", "December 31, 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["Jan 5, 2024", "Dec 31, 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["05-JAN-24", "31-DEC-24"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["05-Jan-2024", "31-Dec-2024"], "date", ["2024-01-05", "2024-12-31"]),
    (
        "d",
        ["5th January 2024", "31st December 2024", "2nd May 2023"],
        "date",
        ["2024-01-05", "2024-12-31", "2023-05-02"],
    ),
    (
        "datum",
        ["5. Januar 2024", "31. Dezember 2024", "3. März 2023"],
        "date",
        ["2024-01-05", "2024-12-31", "2023-03-03"],
    ),
    ("datum", ["5. Jan. 2024", "31. Dez. 2024"], "date", ["2024-01-05", "2024-12-31"]),
    (
        "date",
        ["5 janvier 2024", "31 décembre 2024", "1er août 2023"],
        "date",
        ["2024-01-05", "2024-12-31", "2023-08-01"],
    ),
    (
        "fecha",
        ["5 de enero de 2024", "31 de diciembre de 2024"],
        "date",
        ["2024-01-05", "2024-12-31"],
    ),
    ("data", ["5 gennaio 2024", "31 dicembre 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("data", ["5 de janeiro de 2024", "31 de março de 2024"], "date", ["2024-01-05", "2024-03-31"]),
    ("datum", ["5 januari 2024", "31 maart 2024"], "date", ["2024-01-05", "2024-03-31"]),
    ("data", ["5 stycznia 2024", "31 grudnia 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("datum", ["5 januari 2024", "31 maj 2024"], "date", ["2024-01-05", "2024-05-31"]),
    ("дата", ["5 января 2024", "31 декабря 2024"], "date", ["2024-01-05", "2024-12-31"]),
    ("dato", ["5. januar 2024", "17. oktober 2024"], "date", ["2024-01-05", "2024-10-17"]),
    ("日付", ["2024年1月5日", "2024年12月31日"], "date", ["2024-01-05", "2024-12-31"]),
    ("date", ["20240105", "20241231"], "date", ["2024-01-05", "2024-12-31"]),
    ("d", ["Fri, 05 Jan 2024", "Tue, 31 Dec 2024"], "date", ["2024-01-05", "2024-12-31"]),
    (
        "d",
        ["Friday, January 5, 2024", "Tuesday, December 31, 2024"],
        "date",
        ["2024-01-05", "2024-12-31"],
    ),
    ("year", ["1999", "2024", "1850"], "gYear", []),
    ("Jahr", ["1999", "2024"], "gYear", []),
    ("production_year", ["1999", "2024"], "gYear", []),
    ("founded", ["1999", "2024"], "gYear", []),
]

MOMENTS: list[Case] = [
    ("ts", ["2024-01-05T10:11:12Z", "2024-12-31T23:59:59Z"], "dateTime", ["2024-01-05T10:11:12Z"]),
    (
        "ts",
        ["2024-01-05 10:11:12+02:00", "2024-12-31 23:59:59+01:00"],
        "dateTime",
        ["2024-01-05T10:11:12+02:00"],
    ),
    (
        "ts",
        [
            "2024-01-05 10:11:12.123456 UTC",
            "2024-01-05 10:11:12.123456 UTC",
            "2024-01-05 10:11:12.123456 UTC",
            "2024-01-06 10:11:12 UTC",
        ],
        "dateTime",
        ["2024-01-05T10:11:12.123456Z"],
    ),
    (
        "ts",
        [
            "2024-01-05T10:11:12,123",
            "2024-01-05T10:11:12,123",
            "2024-01-05T10:11:12,123",
            "2024-01-06T10:11:12,5",
        ],
        "dateTime",
        ["2024-01-05T10:11:12.123"],
    ),
    ("ts", ["2024-01-05 10:11", "2024-01-06 23:59"], "dateTime", ["2024-01-05T10:11:00"]),
    ("ts", ["20240105T101112Z", "20241231T235959Z"], "dateTime", ["2024-01-05T10:11:12Z"]),
    ("ts", ["2024-01-05 1:05:00", "2024-01-05 13:05:00"], "dateTime", ["2024-01-05T01:05:00"]),
    ("ts", ["05.01.2024 10:11", "31.12.2024 23:59"], "dateTime", ["2024-01-05T10:11:00"]),
    ("ts", ["1/5/2024 1:05:00 PM", "12/31/2024 11:59:59 AM"], "dateTime", ["2024-01-05T13:05:00"]),
    ("ts", ["01/05/2024 13:05", "12/31/2024 23:59"], "dateTime", ["2024-01-05T13:05:00"]),
    (
        "ts",
        ["Fri, 05 Jan 2024 10:11:12 GMT", "Tue, 31 Dec 2024 23:59:59 GMT"],
        "dateTime",
        ["2024-01-05T10:11:12Z"],
    ),
    (
        "ts",
        ["Fri, 05 Jan 2024 10:11:12 +0200", "Tue, 31 Dec 2024 23:59:59 +0100"],
        "dateTime",
        ["2024-01-05T10:11:12+02:00"],
    ),
    (
        "ts",
        ["Fri Jan  5 10:11:12 2024", "Tue Dec 31 23:59:59 2024"],
        "dateTime",
        ["2024-01-05T10:11:12"],
    ),
    (
        "ts",
        ["05/Jan/2024:10:11:12 +0000", "31/Dec/2024:23:59:59 +0000"],
        "dateTime",
        ["2024-01-05T10:11:12+00:00"],
    ),
    ("ts", ["5 Jan 2024 10:11", "31 Dec 2024 23:59"], "dateTime", ["2024-01-05T10:11:00"]),
    ("ts", ["Jan 5, 2024 10:11 AM", "Dec 31, 2024 11:59 PM"], "dateTime", ["2024-01-05T10:11:00"]),
    ("ts", ["2024/01/05 10:11:12", "2024/12/31 23:59:59"], "dateTime", ["2024-01-05T10:11:12"]),
    (
        "ts",
        ["5. Januar 2024 10:11", "31. Dezember 2024 23:59"],
        "dateTime",
        ["2024-01-05T10:11:00"],
    ),
    ("ts", ["05.01.2024, 10:11 Uhr", "31.12.2024, 23:59 Uhr"], "dateTime", ["2024-01-05T10:11:00"]),
    ("start", ["08:30", "17:45"], "time", ["08:30:00"]),
    ("start", ["8:30 AM", "5:45 PM"], "time", ["08:30:00"]),
    ("start", ["8:30 a.m.", "5:45 p.m."], "time", ["08:30:00"]),
    ("start", ["08:30:15", "17:45:59"], "time", []),
    (
        "duration",
        ["1:23:45", "0:59:10", "26:10:05"],
        "duration",
        ["PT1H23M45S", "PT59M10S", "P1DT2H10M5S"],
    ),
    ("duration", ["00:03:45", "00:05:12"], "duration", ["PT3M45S"]),
    ("elapsed", ["25:10:00", "01:00:00", "30:15:20"], "duration", []),
    ("d", ["PT1H30M", "P1DT2H", "PT45S"], "duration", ["PT1H30M", "P1DT2H", "PT45S"]),
    ("d", ["P1Y2M", "P3M"], "duration", ["P1Y2M", "P3M"]),
    ("d", ["P2W", "P1W"], "duration", ["P14D", "P7D"]),
    ("time_taken", ["2h 30m", "45m", "1h"], "duration", ["PT2H30M", "PT45M", "PT1H"]),
    (
        "time_taken",
        ["2 hours 30 minutes", "45 minutes", "1 hour"],
        "duration",
        ["PT2H30M", "PT45M", "PT1H"],
    ),
    (
        "runtime",
        ["1 day, 2:03:04", "0:10:00", "3 days, 0:00:00"],
        "duration",
        ["P1DT2H3M4S", "PT10M", "P3D"],
    ),
    ("d", ["1 days 02:03:04", "0 days 00:10:00"], "duration", ["P1DT2H3M4S", "PT10M"]),
    ("dauer", ["2 Std. 30 Min.", "45 Min."], "duration", ["PT2H30M", "PT45M"]),
]

CASES = [*DATES, *MOMENTS]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> list[Decided]:
    """Decide all columns at once."""
    return decide(tmp_path_factory.mktemp("types"), CASES)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_reads_dates_times_and_durations_as_people_write_them(
    decided: list[Decided], number: int
) -> None:
    header, values, datatype, canonical = CASES[number]
    column, found = decided[number]
    assert column.datatype == datatype, (header, values, column.decision)
    assert datatype == "string" or column.invalid == 0, (header, values)
    assert found == canonical, (header, values)
