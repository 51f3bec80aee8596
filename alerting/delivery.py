"""Delivery: send an alert to people and programs through apprise, and say what came of it.

Addresses of receivers hold secrets (tokens, passwords). They go to apprise and nowhere else: a
reason is made of known sentences and a status code, never of a foreign text.
"""

import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from apprise import Apprise, AppriseAsset, AppriseResult, NotifyFormat, NotifyType

from alerting.alerts import Alert
from alerting.delivery_log import Attempt, delivery_key
from graph.errors import BadInput

_LOG = logging.getLogger("apprise")
_WEBHOOK_SCHEMES = {"http": "json", "https": "jsons"}
_STATUS = re.compile(r"error=(\d{3})\b")
_TRY_LATER = frozenset({408, 425, 429})
_MOST_QUERIES = 5
_TYPES = {
    "low": NotifyType.INFO,
    "medium": NotifyType.WARNING,
    "high": NotifyType.WARNING,
    "critical": NotifyType.FAILURE,
}
_ASSET = AppriseAsset(
    app_id="Mimir", app_desc="Mimir alerts", async_mode=False, secure_logging=True
)


@dataclass(frozen=True)
class Receiver:
    """Someone who gets alerts.

    Attributes:
        name: shown and recorded.
        url: apprise address, such as `jsons://…` or `mailtos://…`; secret, left out of `repr`.
    """

    name: str
    url: str = field(repr=False)


@dataclass(frozen=True)
class _Answer:
    sent: bool
    reason: str
    final: bool = False


def webhook_url(url: str) -> str:
    """Turn the http(s) URL of a webhook into an apprise address that posts JSON there.

    Raises:
        BadInput: it is no http or https URL with a host.
    """
    parts = urlsplit(url)
    if parts.scheme not in _WEBHOOK_SCHEMES or not parts.hostname:
        raise BadInput("A webhook needs an http or https URL with a host.")
    query = urlencode([("-" + name, value) for name, value in parse_qsl(parts.query)])
    return urlunsplit((_WEBHOOK_SCHEMES[parts.scheme], parts.netloc, parts.path, query, ""))


def receiver_at(name: str, address: str) -> Receiver:
    """Give the receiver of an address from the settings: Apprise's own, or an http(s) webhook.

    Raises:
        BadInput: it is an http or https URL without a host.
    """
    is_webhook = address.startswith(("http://", "https://"))
    return Receiver(name, webhook_url(address) if is_webhook else address)


def check_receiver(receiver: Receiver) -> None:
    """Refuse an address that apprise cannot use; the message does not repeat it."""
    _channel(receiver.url, receiver.name)


def due(
    alert: Alert, delivered: Collection[str], receivers: Sequence[Receiver]
) -> tuple[Receiver, ...]:
    """Choose the receivers that this state of the alert is new to.

    An open alert goes to everyone once; its end goes to those who got it open. That somebody took
    care of it is not sent.
    """
    if alert.state == "acknowledged":
        return ()
    return tuple(
        receiver
        for receiver in receivers
        if delivery_key(alert.id, alert.state, receiver.name) not in delivered
        and (alert.state == "open" or delivery_key(alert.id, "open", receiver.name) in delivered)
    )


def deliver(
    alert: Alert,
    receivers: Sequence[Receiver],
    *,
    clock: Callable[[], datetime],
    attempts: int = 3,
    pause: Callable[[float], None],
) -> tuple[Attempt, ...]:
    """Send the alert to each receiver, trying again after 1, 2, 4 … seconds.

    Args:
        alert: in the state that is to be told.
        receivers: usually those that are `due`.
        clock: gives the time, with its zone.
        attempts: at most, per receiver. A refusal that will not change (most 4xx) ends them.
        pause: waits for that many seconds.

    Returns:
        A record of each attempt. A failure is a record, never an exception.
    """
    records = []
    for receiver in receivers:
        for number in range(1, attempts + 1):
            answer = _send(alert, receiver)
            records.append(
                Attempt(
                    alert=alert.id,
                    state=alert.state,
                    receiver=receiver.name,
                    number=number,
                    at=clock(),
                    outcome="sent" if answer.sent else "failed",
                    reason=answer.reason,
                )
            )
            if answer.sent or answer.final or number == attempts:
                break
            pause(float(2 ** (number - 1)))
    return tuple(records)


def message_title(alert: Alert) -> str:
    """Write the one line of a message; it holds no line break, whatever the data holds."""
    state = "Resolved" if alert.state == "resolved" else alert.severity.capitalize()
    return " ".join(f"[{state}] {alert.title}".split())


def message_text(alert: Alert) -> str:
    """Write the body of a message: what, where, how grave, and how to see it again."""
    lines = [
        alert.message,
        "",
        f"Severity: {alert.severity}",
        f"State: {alert.state}",
        f"Entity: {alert.entity.value}",
        f"Alert: {alert.id}",
    ]
    if alert.reason:
        lines.append(f"Reason: {alert.reason}")
    shown = alert.evidence[:_MOST_QUERIES]
    for item in shown:
        lines += ["", f"To see it again ({item.rule}):", item.query]
    if len(alert.evidence) > len(shown):
        lines += ["", f"And {len(alert.evidence) - len(shown)} more findings; see the alert."]
    return "\n".join(lines)


def _send(alert: Alert, receiver: Receiver) -> _Answer:
    try:
        channel = _channel(_with_fields(alert, receiver), receiver.name)
    except BadInput as error:
        return _Answer(sent=False, reason=str(error), final=True)
    result = channel.notify(
        body=message_text(alert),
        title=message_title(alert),
        notify_type=NotifyType.SUCCESS if alert.state == "resolved" else _TYPES[alert.severity],
        body_format=NotifyFormat.TEXT,
    )
    if result:
        return _Answer(sent=True, reason="The receiver accepted the message.")
    return _failure(result)


def _channel(url: str, name: str) -> Apprise:
    channel = Apprise(asset=_ASSET)
    # What it cannot parse it would log as it is, with all secrets.
    _LOG.disabled = True
    try:
        known = channel.add(url)
    finally:
        _LOG.disabled = False
    if not known:
        raise BadInput(f"The address of the receiver {name!r} is not one that apprise knows.")
    return channel


def _with_fields(alert: Alert, receiver: Receiver) -> str:
    """Add the facts a program needs to the JSON of a webhook, and a key that is sent but once."""
    if urlsplit(receiver.url).scheme not in _WEBHOOK_SCHEMES.values():
        return receiver.url
    fields = {
        "+webhook-id": f"{alert.id}.{alert.state}",
        ":alert": alert.id,
        ":state": alert.state,
        ":severity": alert.severity,
        ":entity": alert.entity.value,
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    return receiver.url + ("&" if "?" in receiver.url else "?") + query


def _failure(result: AppriseResult) -> _Answer:
    text = "\n".join(entry.message for entry in result.logs())
    status = _STATUS.search(text)
    if status is not None:
        code = int(status.group(1))
        final = 400 <= code < 500 and code not in _TRY_LATER
        return _Answer(False, f"The receiver answered with HTTP status {code}.", final)
    if result.timeout_count:
        return _Answer(False, "The receiver did not answer in time.")
    if "onnection error" in text:
        return _Answer(False, "The connection failed, or the receiver refused the message.")
    return _Answer(False, "The receiver did not accept the message.")
