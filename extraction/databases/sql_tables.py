"""SQL dumps to staged tables: the rows of INSERT and COPY statements; nothing is executed."""

import re
from collections.abc import Sequence

from extraction.databases import sql_copy
from extraction.databases.sql_tokens import Token, Tokens, text_of
from extraction.databases.sql_values import NoLiteral, value_of
from extraction.encodings import encoding_of
from extraction.staging import (
    Reading,
    Reject,
    Source,
    Staging,
    TableWriter,
    column_names,
    shorten,
)
from extraction.text_readings import with_text
from graph.errors import BadInput
from graph.schema import StagedTable

STATEMENT = re.compile(
    r"(?:\A|\n)\s*(?:INSERT\s+(?:IGNORE\s+|OR\s+\w+\s+)?(?:INTO\s|\[|\w+\.)|REPLACE\s+INTO\s|"
    r"INSERT\s+ALL\s+INTO\s|CREATE\s+TABLE\s|COPY\s)",
    re.IGNORECASE,
)
"""Where the rows of a dump start."""

REJECTS_LIMIT = 100_000

_MYSQL = re.compile(r"`|MySQL|MariaDB")
_SAMPLE = 1 << 16
_BATCH = 20_000
_NO_COLUMN = {"PRIMARY", "UNIQUE", "CONSTRAINT", "KEY", "INDEX", "FOREIGN", "CHECK", "FULLTEXT",
              "SPATIAL", "EXCLUDE", "LIKE", "PERIOD"}  # fmt: skip
_END = Token("sign", ";")
_STARTS = ("INSERT", "CREATE")
_SHORT = ("SET", "USE", "PRINT", "BEGIN", "COMMIT", "DROP", "PROMPT", "REM")
"""First words of statements that end where a row or a table starts, with or without a mark."""


def read(source: Source, table: str) -> Staging:
    """Stage every table of a dump as `table.name`.

    Raises:
        BadInput: it holds no table, or a quote that is never closed.
    """
    encoding = encoding_of(source.path, source.name)
    with source.path.open(encoding=encoding.name, errors=encoding.errors) as file:
        backslash = bool(_MYSQL.search(file.read(_SAMPLE)))
        file.seek(0)
        dump = _Dump(source, table, Tokens(file, source.name, backslash=backslash), backslash)
        staged = dump.read()
    if not staged:
        raise BadInput(f"{source.name} holds no table: no CREATE TABLE, INSERT or COPY.")
    readings = tuple(Reading(part.name, "sql", quote="'") for part in staged)
    found = Staging(tuple(staged), tuple(dump.rejects), readings)
    return with_text(found, source, table, "sql", encoding)


class _Table:
    """Rows of one table on their way to the file."""

    def __init__(self, writer: TableWriter, columns: Sequence[str]) -> None:
        self.writer = writer
        self.places = {name.casefold(): place for place, name in enumerate(columns)}
        self.width = len(columns)
        self.count = 0
        self._numbers: list[int] = []
        self._rows: list[Sequence[str | None]] = []

    def add(self, row: Sequence[str | None]) -> None:
        """Take a row in; write a full batch."""
        self._numbers.append(self.count)
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait."""
        if self._rows:
            self.writer.add(self._numbers, list(zip(*self._rows, strict=True)))
        self._numbers, self._rows = [], []


class _Dump:
    """Walks over the statements of a dump."""

    def __init__(self, source: Source, table: str, tokens: Tokens, backslash: bool) -> None:
        self.rejects: list[Reject] = []
        self._source = source
        self._table = table
        self._tokens = tokens
        self._backslash = backslash
        self._tables: dict[str, _Table] = {}
        self._token = _END
        self._schemas: dict[str, str] = {}

    def read(self) -> list[StagedTable]:
        """Read all statements and give the tables; close them whatever happens.

        Of a dump that breaks off in the middle of a statement the rows before it are given.
        """
        try:
            self._next()
            while self._token.text:
                self._statement()
        except BadInput as error:
            last = next(reversed(self._tables), "")
            if not last or not self._tables[last].count:
                raise
            self._tell(last, 0, self._tokens.line, f"the dump breaks off here ({error})", "")
        finally:
            for table in self._tables.values():
                table.flush()
            staged = [table.writer.close() for table in self._tables.values()]
        return staged

    def _next(self) -> bool:
        """Go to the next token; at the end of the file it is the end of a statement."""
        self._token = next(self._tokens, Token("sign", ""))
        return self._token.text != ""

    def _is(self, *words: str) -> bool:
        return self._token.kind in ("word", "sign") and self._token.text.upper() in words

    def _statement(self) -> None:
        """Read a statement and what follows it, up to the next one.

        SQL Server ends statements by a line with GO, or not at all.
        """
        ends = [";", "GO", ""]
        if self._is("CREATE"):
            self._create()
        elif self._is("INSERT", "REPLACE"):
            self._insert()
            ends += _STARTS
        elif self._is("COPY"):
            self._copy()
        elif self._is(*_SHORT):
            ends += _STARTS
        while not self._is(*ends):
            self._next()
        if self._is(";", "GO"):
            self._next()

    def _skip_words(self, *words: str) -> None:
        while self._is(*words):
            self._next()

    def _name(self) -> str:
        """Take the last part of a dotted name; with its schema where another has one like it."""
        name, schema = text_of(self._token, backslash=False), ""
        while self._next() and self._is("."):
            self._next()
            name, schema = text_of(self._token, backslash=False), name
        home = self._schemas.setdefault(name.casefold(), schema)
        return name if not schema or schema.casefold() == home.casefold() else f"{schema}.{name}"

    def _create(self) -> None:
        self._next()
        self._skip_words("TEMPORARY", "TEMP", "UNLOGGED", "GLOBAL", "LOCAL")
        if not self._is("TABLE"):
            return
        self._next()
        self._skip_words("IF", "NOT", "EXISTS")
        name = self._name()
        if self._is("("):
            columns = self._declared()
            if columns and name.casefold() not in self._tables:
                self._open(name, columns)

    def _declared(self) -> list[str]:
        """Take the names of the columns of a CREATE TABLE."""
        columns: list[str] = []
        depth, starts = 1, True
        while depth and self._next():
            if starts and not self._is(*_NO_COLUMN, ")"):
                columns.append(text_of(self._token, backslash=False))
            starts = depth == 1 and self._is(",")
            depth += self._is("(") - self._is(")")
        return columns

    def _open(self, name: str, columns: Sequence[str]) -> _Table:
        unique = column_names(columns)
        writer = TableWriter(self._source, f"{self._table}.{name}", unique)
        table = _Table(writer, columns if len(set(columns)) == len(columns) else unique)
        self._tables[name.casefold()] = table
        return table

    def _columns(self) -> list[str] | None:
        """Take a list of columns in brackets; None when there is none."""
        if not self._is("("):
            return None
        names: list[str] = []
        while self._next() and not self._is(")"):
            if not self._is(","):
                names.append(text_of(self._token, backslash=False))
        self._next()
        return names

    def _insert(self) -> None:
        self._next()
        if self._is("ALL", "FIRST"):
            self._next()
            while self._is("INTO"):
                self._next()
                self._insert_rows()
            return
        self._skip_words("IGNORE", "OR", "ROLLBACK", "ABORT", "FAIL", "REPLACE", "LOW_PRIORITY",
                         "DELAYED", "HIGH_PRIORITY", "INTO")  # fmt: skip
        self._insert_rows()

    def _insert_rows(self) -> None:
        """Take what follows INTO: a table, its columns, rows in brackets."""
        name = self._name()
        columns = self._columns()
        self._skip_words("OVERRIDING", "SYSTEM", "USER", "VALUE")
        if not self._is("VALUES"):
            self._tell(name, 0, self._tokens.line, "the rows of this INSERT come from a query", "")
            return
        while self._next() and self._is("(", ","):
            if self._is("("):
                line = self._tokens.line
                self._row(name, columns, self._values(), line)

    def _values(self) -> list[list[Token]]:
        """Take the values of one row in brackets, each as its tokens."""
        values: list[list[Token]] = [[]]
        depth = 1
        while self._next():
            depth += self._is("(") - self._is(")")
            if depth == 0:
                break
            if depth == 1 and self._is(","):
                values.append([])
            else:
                values[-1].append(self._token)
        return values

    def _row(
        self, name: str, columns: list[str] | None, values: list[list[Token]], line: int
    ) -> None:
        texts: list[str | None] = []
        for tokens in values:
            try:
                texts.append(value_of(tokens, backslash=self._backslash))
            except NoLiteral:
                raw = ", ".join("".join(token.text for token in value) for value in values)
                self._count(name, columns, len(values))
                self._tell(name, -1, line, "a value of this row is an expression", raw)
                return
        self._add(name, columns, texts, line)

    def _count(self, name: str, columns: list[str] | None, width: int) -> _Table:
        """Find the table of a row, which has one row more now."""
        table = self._tables.get(name.casefold())
        if table is None:
            names = columns or [f"column_{place}" for place in range(1, width + 1)]
            table = self._open(name, names)
        table.count += 1
        return table

    def _add(
        self, name: str, columns: list[str] | None, values: Sequence[str | None], line: int
    ) -> None:
        table = self._count(name, columns, len(values))
        places = [table.places.get(c.casefold()) for c in columns] if columns else None
        wanted = len(columns) if columns else table.width
        text = ", ".join("NULL" if value is None else value for value in values)
        if len(values) != wanted:
            reason = f"the row has {len(values)} values for {wanted} columns"
            self._tell(name, table.count, line, reason, text)
        elif places is not None and None in places:
            self._tell(name, table.count, line, "the table has not all columns of this row", text)
        elif places is None or places == list(range(table.width)):
            table.add(values)
        else:
            row: list[str | None] = [None] * table.width
            for place, value in zip(places, values, strict=True):
                row[place or 0] = value
            table.add(row)

    def _copy(self) -> None:
        self._next()
        name = self._name()
        columns = self._columns()
        words = []
        while not self._is(";", ""):
            words.append(self._token.text.upper())
            self._next()
        if words[:2] != ["FROM", "STDIN"]:
            return
        line = self._tokens.line
        for number, values in sql_copy.rows_of(self._tokens.lines(), words):
            self._add(name, columns, values, line + number)
        self._token = _END

    def _tell(self, name: str, row: int, line: int, reason: str, text: str) -> None:
        table = self._tables.get(name.casefold())
        number = table.count if row < 0 and table else max(row, 0)
        full = f"{self._table}.{name}"
        self.rejects.append(Reject(self._source.name, full, number, line, reason, shorten(text)))
        if len(self.rejects) > REJECTS_LIMIT:
            raise BadInput(f"{self._source.name}: more than {REJECTS_LIMIT:,} rows do not fit.")
