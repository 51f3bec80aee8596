"""The delivery log: one record for each attempt to send an alert, never with the secret address."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal as OneOf
from typing import cast

from graph.names import ProjectNames
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal, Quad
from graph.vocab import MIMIR, PROV, RDF, XSD

Outcome = OneOf["sent", "failed"]
_ID_LENGTH = 16


@dataclass(frozen=True)
class Attempt:
    """One attempt to send one state of an alert to one receiver.

    Attributes:
        alert, state: id and state of the alert that was sent.
        receiver: name of the receiver.
        number: 1 for the first attempt of one delivery.
        at: when it ended.
        outcome, reason: whether it was sent; if not, why, without any part of the address.
    """

    alert: str
    state: str
    receiver: str
    number: int
    at: datetime
    outcome: Outcome
    reason: str

    @property
    def key(self) -> str:
        """What was delivered to whom; sending it twice is never needed."""
        return delivery_key(self.alert, self.state, self.receiver)


def delivery_key(alert: str, state: str, receiver: str) -> str:
    """Name one state of one alert for one receiver."""
    return "/".join((alert, state, receiver))


def delivered_keys(attempts: Iterable[Attempt]) -> frozenset[str]:
    """Give the keys of all that was sent."""
    return frozenset(attempt.key for attempt in attempts if attempt.outcome == "sent")


def attempt_quads(attempts: Iterable[Attempt], names: ProjectNames) -> list[Quad]:
    """Write attempts as facts of the meta graph."""
    return [quad for attempt in attempts for quad in _quads(attempt, names)]


def read_attempts(reader: GraphReader, names: ProjectNames) -> tuple[Attempt, ...]:
    """Read all attempts of a project, oldest first; the reader must name the meta graph."""
    rows = reader.select(bind(load_query("alerting", "attempts"), graph=names.meta))
    attempts = []
    for row in rows:
        alert, state, receiver, number, at, outcome, reason = (
            getattr(term, "value", "") for term in row
        )
        attempts.append(
            Attempt(
                alert=alert,
                state=state,
                receiver=receiver,
                number=int(number),
                at=datetime.fromisoformat(at),
                outcome=cast(Outcome, outcome),
                reason=reason,
            )
        )
    return tuple(attempts)


def _quads(attempt: Attempt, names: ProjectNames) -> list[Quad]:
    at = attempt.at.isoformat().replace("+00:00", "Z")
    text = "\n".join((attempt.key, at, str(attempt.number)))
    identifier = hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
    subject = names.record("delivery", attempt.alert, identifier)
    facts = (
        (RDF.type, MIMIR.DeliveryAttempt),
        (MIMIR.alert, names.record("alert", attempt.alert)),
        (MIMIR.alertId, Literal(attempt.alert)),
        (MIMIR.alertState, Literal(attempt.state)),
        (MIMIR.receiver, Literal(attempt.receiver)),
        (MIMIR.attemptNumber, Literal(str(attempt.number), datatype=XSD.integer)),
        (PROV.endedAtTime, Literal(at, datatype=XSD.dateTime)),
        (MIMIR.outcome, Literal(attempt.outcome)),
        (MIMIR.reason, Literal(attempt.reason)),
    )
    return [Quad(subject, predicate, value, names.meta) for predicate, value in facts]
