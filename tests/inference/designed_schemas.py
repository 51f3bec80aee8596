"""Small schemas as a careful modeller would draw them: tables, what must be said, what must not."""

import re
from collections.abc import Callable, Sequence

WORDS = re.findall(
    r"\w+",
    "amber birch cedar dahlia ember fjord garnet hazel iris juniper kelp lotus maple nectar onyx "
    "poppy quartz raven sage tulip umber violet willow xenia yarrow zinnia",
)

Row = list[str | None]
Maker = Callable[[int], Sequence[object]]


def made(count: int, row: Maker) -> list[Row]:
    """Make rows from their number; None stays an empty cell."""
    return [[None if cell is None else str(cell) for cell in row(n)] for n in range(count)]


def name(n: int) -> str:
    """Give a name that no other row has."""
    return f"{WORDS[n % 26].title()} {WORDS[(n // 26 + 3 * n) % 26].title()} {n // 7}"


def day(n: int) -> str:
    """Give one of many days."""
    return f"2024-{1 + n % 12:02}-{1 + n % 27:02}"


CUSTOMERS = ("customer_id name email", made(40, lambda n: (n + 1, name(n), f"c{n}@example.org")))
PRODUCTS = ("sku title price", made(30, lambda n: (f"P{n:03}", name(n), f"{3 + n}.50")))
ORDERS = (
    "order_id customer_id ordered_on",
    made(120, lambda n: (1000 + n, 1 + n * 7 % 40, day(n))),
)
LINES = (
    "order_id line_no sku quantity",
    made(300, lambda n: (1000 + n // 3, 1 + n % 3, f"P{n * 7 % 30:03}", 1 + n % 5)),
)
VEHICLES = ("vehicle_id plate", made(40, lambda n: (f"V{n:02}", f"AB-{100 + n}")))
STUDENTS = ("student_id name", made(40, lambda n: (n + 1, name(n))))
COURSES = ("course_id title", made(12, lambda n: (f"K{n:02}", name(n))))
MACHINES = ("machine_id model", made(12, lambda n: (f"M-{n:02}", name(n))))

CASES: dict[str, tuple[dict[str, tuple[str, list[Row]]], set[str], set[str]]] = {
    "lines of orders": (
        {"customers": CUSTOMERS, "products": PRODUCTS, "orders": ORDERS, "order_lines": LINES},
        {
            "OrderLine is part of Order",
            "Order: event",
            "Order.customer -> Customer",
            "OrderLine.product -> Product|OrderLine.sku -> Product",
        },
        {"OrderLine is part of Product", "Customer: codes", "Product: codes"},
    ),
    "two roles of one table": (
        {
            "addresses": (
                "address_id street city",
                made(50, lambda n: (n + 1, f"{name(n)} {n}", WORDS[n % 9])),
            ),
            "shipments": (
                "shipment_id ship_from_address_id ship_to_address_id sent_on",
                made(90, lambda n: (n + 1, 1 + n * 7 % 50, 1 + n * 11 % 50, day(n))),
            ),
        },
        {
            "Shipment.shipFromAddress -> Address",
            "Shipment.shipToAddress -> Address",
            "Shipment: event",
        },
        {"Address: codes"},
    ),
    "a boss": (
        {
            "employees": (
                "employee_id name manager_id",
                made(60, lambda n: (n + 1, name(n), None if n < 3 else 1 + n % 9)),
            )
        },
        {"Employee.manager -> Employee"},
        set(),
    ),
    "pairs": (
        {
            "students": STUDENTS,
            "courses": COURSES,
            "enrolments": (
                "student_id course_id",
                made(120, lambda n: (1 + n % 40, f"K{(n * 5 + n // 40) % 12:02}")),
            ),
        },
        {"Student.enrolments -> Course"},
        {"Enrolment is a class", "Course: codes"},
    ),
    "pairs with a grade": (
        {
            "students": STUDENTS,
            "courses": COURSES,
            "enrolments": (
                "student_id course_id grade",
                made(
                    120, lambda n: (1 + n % 40, f"K{(n * 5 + n // 40) % 12:02}", f"{1 + n % 4}.3")
                ),
            ),
        },
        {"Enrolment.student -> Student", "Enrolment.course -> Course", "Enrolment is a class"},
        {"Enrolment is part of Student"},
    ),
    "a kind of vehicle": (
        {
            "vehicles": VEHICLES,
            "trucks": ("vehicle_id payload_t", made(12, lambda n: (f"V{n * 3:02}", f"{n + 3}.5"))),
        },
        {"Truck is a Vehicle"},
        {"Truck is part of Vehicle"},
    ),
    "details of each": (
        {
            "vehicles": VEHICLES,
            "vehicle_details": (
                "vehicle_id engine_no",
                made(40, lambda n: (f"V{n:02}", f"E{9000 + n * 17}")),
            ),
        },
        {"VehicleDetail is part of Vehicle"},
        {"VehicleDetail is a Vehicle"},
    ),
    "more about each, with another name": (
        {
            "films": ("film_id title", made(40, lambda n: (n + 1, name(n)))),
            "box_office": ("film_id gross", made(39, lambda n: (n + 1, 100000 + 731 * n))),
        },
        {"BoxOffice is part of Film"},
        {"BoxOffice is a Film"},
    ),
    "readings": (
        {
            "machines": MACHINES,
            "readings": (
                "machine_id taken_at temp_c",
                made(
                    240,
                    lambda n: (
                        f"M-{n % 12:02}",
                        f"2024-01-{1 + n // 24:02}T{n % 24:02}:00:00",
                        f"{20 + n % 9}.5",
                    ),
                ),
            ),
        },
        {"Reading is a Observation", "Reading.machine -> Machine"},
        {"Reading: event"},
    ),
    "payments are no readings": (
        {
            "customers": CUSTOMERS,
            "payments": (
                "payment_id customer_id paid_on amount_eur",
                made(150, lambda n: (n + 1, 1 + n * 7 % 40, day(n), f"{9 + n % 70}.90")),
            ),
        },
        {"Payment: event"},
        {"Payment is a Observation"},
    ),
    "a list of codes": (
        {
            "genres": ("genre_id name", made(9, lambda n: (n + 1, WORDS[n]))),
            "tracks": ("track_id title genre_id", made(120, lambda n: (n + 1, name(n), 1 + n % 9))),
        },
        {"Genre: codes", "Track.genre -> Genre"},
        {"Track: codes"},
    ),
    "a look-up table": (
        {
            "ref_colours": ("code name", made(6, lambda n: (f"C{n}", WORDS[n]))),
            "cars": ("car_id colour_code", made(60, lambda n: (n + 1, f"C{n % 6}"))),
        },
        {"RefColour: codes"},
        set(),
    ),
    "clients are no codes": (
        {
            "clients": ("client_id name", made(20, lambda n: (n + 1, name(n)))),
            "projects": (
                "project_id title client_id",
                made(50, lambda n: (n + 1, name(n + 30), 1 + n % 20)),
            ),
        },
        {"Project.client -> Client"},
        {"Client: codes", "Project: codes"},
    ),
    "kinds by a column": (
        {
            "accounts": (
                "account_id kind overdraft interest_rate opened_on",
                made(
                    90,
                    lambda n: (
                        (n + 1, "checking", 100 + 5 * n, None, day(n))
                        if n % 2
                        else (n + 1, "savings", None, f"{1 + n % 4}.25", day(n))
                    ),
                ),
            )
        },
        {"checking is a Account", "savings is a Account"},
        set(),
    ),
    "rooms of a hotel": (
        {
            "hotels": ("hotel_id name", made(10, lambda n: (n + 1, name(n)))),
            "hotel_rooms": (
                "hotel_id room_no beds",
                made(100, lambda n: (1 + n // 10, 100 + n % 10, 1 + n % 3)),
            ),
        },
        {"HotelRoom is part of Hotel", "HotelRoom.hotel -> Hotel"},
        set(),
    ),
    "items of two documents": (
        {
            "orders": ORDERS,
            "order_items": (
                "order_item_id order_id sku",
                made(240, lambda n: (5000 + n, 1000 + n % 120, f"P{n % 30:03}")),
            ),
            "invoices": (
                "invoice_id order_id issued_on",
                made(90, lambda n: (700 + n, 1000 + n, day(n))),
            ),
            "invoice_items": (
                "invoice_item_id invoice_id order_item_id",
                made(200, lambda n: (9000 + n, 700 + n % 90, 5000 + n)),
            ),
        },
        {"OrderItem is part of Order", "InvoiceItem is part of Invoice"},
        {"InvoiceItem is part of OrderItem", "OrderItem: event", "InvoiceItem: event"},
    ),
    "a birthday is no event": (
        {
            "teams": ("team_id name", made(8, lambda n: (n + 1, name(n)))),
            "players": (
                "player_id name team_id birth_date",
                made(
                    80, lambda n: (n + 1, name(n), 1 + n % 8, f"19{70 + n % 30}-03-{1 + n % 27:02}")
                ),
            ),
        },
        {"Player.team -> Team"},
        {"Player: event", "Team: codes"},
    ),
    "lines of German orders": (
        {
            "bestellungen": ("bestell_nr datum", made(100, lambda n: (7000 + n, day(n)))),
            "bestellung_posten": (
                "bestell_nr posten_nr menge",
                made(250, lambda n: (7000 + n // 3, 1 + n % 3, 1 + n % 5)),
            ),
        },
        {"BestellungPosten is part of Bestellung"},
        set(),
    ),
    "stops of trips": (
        {
            "stops": ("stop_id stop_name", made(30, lambda n: (f"S{n:02}", name(n)))),
            "trips": ("trip_id headsign", made(40, lambda n: (f"T{n:03}", name(n)))),
            "stop_times": (
                "trip_id stop_sequence stop_id",
                made(320, lambda n: (f"T{n // 8:03}", 1 + n % 8, f"S{n * 7 % 30:02}")),
            ),
        },
        {"StopTime is part of Trip"},
        {"StopTime is part of Stop", "StopTime: codes"},
    ),
    "a composite key and its target": (
        {
            "teams": (
                "season team_code name",
                made(60, lambda n: (2000 + n // 10, f"T{n % 10}", name(n))),
            ),
            "matches": (
                "match_id season home_team_code away_team_code",
                made(200, lambda n: (n + 1, 2000 + n % 6, f"T{n % 10}", f"T{(n * 3 + 1) % 10}")),
            ),
        },
        {"Match.homeTeam -> Team", "Match.awayTeam -> Team"},
        set(),
    ),
}
