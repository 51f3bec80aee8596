"""Databases made from a seed, with known keys and references, and the traps that real ones have.

Every database has running numbers that contain one another, codes, roles, a hierarchy, lines of an
order, a junction, an extension, orphans, measures and copies that look like references, an empty
table and one of a single row. The seed chooses the language of the names, how they are written, and
what the identifiers look like.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graph.schema import StagedTable
from tests.inference.staging import stage

Link = tuple[str, tuple[str, ...], str, tuple[str, ...]]

_LANGUAGES = {
    "english": "customer order product category employee supplier warehouse shipment line stock "
    "manager billing shipping number name amount quantity date city profile parent invoice",
    "german": "kunde auftrag artikel kategorie mitarbeiter lieferant lager lieferung zeile bestand "
    "vorgesetzter rechnung versand nummer name betrag menge datum ort profil eltern beleg",
    "spanish": "cliente pedido producto categoria empleado proveedor almacen envio linea stock "
    "jefe cobro entrega numero nombre importe cantidad fecha ciudad perfil padre factura",
}
_WORDS = _LANGUAGES["english"].split()
_STYLES: tuple[Callable[[Sequence[str]], str], ...] = (
    "_".join,
    lambda words: "_".join(words).upper(),
    lambda words: "".join(word.capitalize() for word in words),
    lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    lambda words: " ".join(word.capitalize() for word in words),
)
_MARKERS = ("id", "id", "no", "key", "code")


@dataclass
class Database:
    """Tables with the keys and references that belong to them."""

    tables: list[StagedTable] = field(default_factory=list)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    links: set[Link] = field(default_factory=set)


class _Maker:
    """Writes one database; `words` are English and are said in the language of the seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.folder = folder
        self.made = Database()
        spoken = _LANGUAGES[sorted(_LANGUAGES)[seed % 3]].split()
        self.spoken = dict(zip(_WORDS, spoken, strict=True))
        self.style = _STYLES[seed % len(_STYLES)]
        self.marker = self.random.choice(_MARKERS)
        self.bare = self.random.random() < 0.3
        self.prefix = ["shop"] if self.random.random() < 0.2 else []

    def named(self, *words: str) -> str:
        return self.style([self.spoken.get(word, word) for word in words])

    def table_named(self, *words: str) -> str:
        return self.style([*self.prefix, *(self.spoken.get(word, word) for word in words)])

    def own(self, word: str) -> str:
        return self.named(self.marker) if self.bare else self.named(word, self.marker)

    def other(self, *words: str) -> str:
        return self.named(*words, self.marker)

    def identifiers(self, count: int) -> list[str]:
        kind = self.random.randrange(4)
        if kind == 0:
            start = self.random.randrange(1_000, 90_000, 1_000)
            return [str(start + n) for n in range(count)]
        if kind == 1:
            return [f"{chr(65 + self.random.randrange(26))}{n:05}" for n in range(count)]
        return [str(n) for n in range(1, count + 1)]

    def some(self, values: Sequence[str], count: int) -> list[str]:
        drawn = [self.random.choice(values) for _ in range(count)]
        return [*values[-1:], *drawn][:count]

    def put(
        self, name: str, columns: dict[str, list[str | None]], key: Sequence[str], *links: Link
    ) -> None:
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        self.made.tables.append(stage(self.folder, name, list(columns), rows))
        self.made.keys[name] = tuple(key)
        self.made.links |= set(links)

    def measures(self, count: int, most: int = 40) -> list[str | None]:
        return [str(self.random.randint(1, most)) for _ in range(count)]

    def prices(self, count: int) -> list[str | None]:
        return [f"{self.random.uniform(1, 900):.2f}" for _ in range(count)]

    def days(self, count: int) -> list[str | None]:
        return [
            f"20{self.random.randint(10, 24)}-{self.random.randint(1, 12):02}-"
            f"{self.random.randint(1, 28):02}"
            for _ in range(count)
        ]


def database(seed: int, folder: Path) -> Database:
    """Make the database of a seed in an empty folder."""
    maker = _Maker(seed, folder)
    categories = _categories(maker)
    products = _things(maker, "product", 60 + seed % 40, ("category", categories))
    employees = _employees(maker)
    customers = _things(maker, "customer", 80, None)
    _profiles(maker, customers)
    orders = _orders(maker, customers, employees)
    _lines(maker, orders, products)
    _stock(maker, products)
    return maker.made


def _categories(maker: _Maker) -> list[str]:
    ids, table, own = maker.identifiers(12), maker.table_named("category"), maker.own("category")
    parents = [None, None, *(maker.random.choice(ids[: n + 1]) for n in range(10))]
    parent = maker.other("parent", "category")
    columns: dict[str, list[str | None]] = {
        own: [*ids],
        maker.named("name"): [f"group {n}" for n in ids],
        parent: parents,
    }
    maker.put(table, columns, [own], (table, (parent,), table, (own,)))
    return ids


def _things(
    maker: _Maker, word: str, count: int, pointing: tuple[str, list[str]] | None
) -> list[str]:
    ids, table, own = maker.identifiers(count), maker.table_named(word), maker.own(word)
    columns: dict[str, list[str | None]] = {
        own: [*ids],
        maker.named("name"): [f"{word} {n % 50}" for n in range(count)],
        maker.named("quantity"): maker.measures(count),
    }
    links = []
    if pointing is not None:
        column = maker.other(pointing[0])
        columns[column] = [*maker.some(pointing[1], count)]
        links.append((table, (column,), maker.table_named(pointing[0]), (maker.own(pointing[0]),)))
    maker.put(table, columns, [own], *links)
    return ids


def _employees(maker: _Maker) -> list[str]:
    ids, table, own = maker.identifiers(30), maker.table_named("employee"), maker.own("employee")
    manager = maker.other("manager", "employee")
    columns: dict[str, list[str | None]] = {
        own: [*ids],
        maker.named("name"): [f"person {n}" for n in range(30)],
        manager: [None, *(maker.random.choice(ids[: max(1, n // 3)]) for n in range(1, 30))],
        maker.named("city"): [["Bonn", "Graz", "Lyon"][n % 3] for n in range(30)],
    }
    maker.put(table, columns, [own], (table, (manager,), table, (own,)))
    return ids


def _profiles(maker: _Maker, customers: list[str]) -> None:
    """Put an extension: some customers have a profile, named by the customer's own key."""
    column, table = maker.other("customer"), maker.table_named("customer", "profile")
    some = customers[::2]
    columns: dict[str, list[str | None]] = {
        column: [*some],
        maker.named("amount"): maker.prices(len(some)),
    }
    link = (table, (column,), maker.table_named("customer"), (maker.own("customer"),))
    maker.put(table, columns, [column], link)


def _orders(maker: _Maker, customers: list[str], employees: list[str]) -> list[str]:
    count = 240
    ids, table, own = maker.identifiers(count), maker.table_named("order"), maker.own("order")
    buyers = maker.some(customers, count)
    buyers[5:8] = [f"{buyers[0]}9"] * 3  # orphans
    seller = maker.other("employee")
    billing, shipping = maker.other("billing", "customer"), maker.other("shipping", "customer")
    columns: dict[str, list[str | None]] = {
        own: [*ids],
        billing: [*buyers],
        shipping: [*maker.some(customers, count)],
        maker.named("date"): maker.days(count),
        seller: [*maker.some(employees, count)],
        maker.named("amount"): maker.prices(count),
    }
    customer = (maker.table_named("customer"), (maker.own("customer"),))
    maker.put(
        table,
        columns,
        [own],
        (table, (billing,), *customer),
        (table, (shipping,), *customer),
        (table, (seller,), maker.table_named("employee"), (maker.own("employee"),)),
    )
    return ids


def _lines(maker: _Maker, orders: list[str], products: list[str]) -> None:
    """Put the lines of the orders: the key is the order and the number of the line."""
    pairs = [(o, str(n + 1)) for o in orders for n in range(maker.random.randint(1, 4))]
    order, line = maker.other("order"), maker.named("line", "number")
    product, table = maker.other("product"), maker.table_named("order", "line")
    columns: dict[str, list[str | None]] = {
        order: [pair[0] for pair in pairs],
        line: [pair[1] for pair in pairs],
        product: [*maker.some(products, len(pairs))],
        maker.named("quantity"): maker.measures(len(pairs)),
    }
    maker.put(
        table,
        columns,
        [order, line],
        (table, (order,), maker.table_named("order"), (maker.own("order"),)),
        (table, (product,), maker.table_named("product"), (maker.own("product"),)),
    )


def _stock(maker: _Maker, products: list[str]) -> None:
    """Put a junction with an attribute, an empty table and one with a single row."""
    places, own = maker.identifiers(6), maker.own("warehouse")
    warehouse = maker.table_named("warehouse")
    cities: dict[str, list[str | None]] = {
        own: [*places],
        maker.named("city"): [f"City {n}" for n in range(6)],
    }
    maker.put(warehouse, cities, [own])
    pairs = [(w, p) for w in places for p in products if maker.random.random() < 0.5]
    place, product, table = (
        maker.other("warehouse"),
        maker.other("product"),
        maker.table_named("stock"),
    )
    columns: dict[str, list[str | None]] = {
        place: [pair[0] for pair in pairs],
        product: [pair[1] for pair in pairs],
        maker.named("quantity"): maker.measures(len(pairs), 900),
    }
    maker.put(
        table,
        columns,
        [place, product],
        (table, (place,), warehouse, (own,)),
        (table, (product,), maker.table_named("product"), (maker.own("product"),)),
    )
    maker.put(maker.table_named("invoice"), {maker.named("note"): []}, [])
    single: dict[str, list[str | None]] = {maker.named("version"): ["3"]}
    maker.put(maker.table_named("settings"), single, [])
