"""Settings: `MIMIR_*` environment variables, read here and nowhere else."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from extraction.read_limits import ReadLimits
from graph.errors import BadInput
from graph.remote.address import RemoteAddress, read_address

PREFIX = "MIMIR_"


@dataclass(frozen=True)
class Settings:
    """What an operator can set; each field `x` is the variable `MIMIR_X`.

    Attributes:
        data: folder of all projects.
        host, port: where `mimir serve` listens; beyond loopback a token is required.
        token: what callers must send as `Authorization: Bearer`; empty: none on loopback.
        worker_token: token of worker processes on other machines; made at each start when empty.
        base_iri: prefix of the IRIs of new projects.
        cors_origins: origins, such as `https://host`, whose pages may call the SPARQL doors.
        url: where a worker finds the owner; set for workers only.
        redis_url: use RQ workers instead of local processes.
        workers: jobs at a time.
        readers: query processes.
        query_seconds, query_memory_mb: limits of one query of a user.
        query_rows, query_answer_mb: limits of the answer to a query of a user.
        service_hosts: what SERVICE and LOAD may reach, `host` or `host:port`, separated by spaces.
        upload_mb: largest upload.
        read_memory_mb: memory of the process that reads an uploaded file.
        read_seconds: time to read a file of up to 100 MB; a larger one has more in proportion.
        keep_checkpoints: states of the past that each project keeps ready; older ones are sparser.
        monitor_seconds: how often twins are monitored.
        remote_stores: stores that projects may be created on, as `name=address`, separated by
            spaces; the address of a Fuseki dataset, or those of the query, update and graph store
            services of any store with commas between them.
        remote_tokens: bearer tokens for them, as `name=token`, separated by spaces.
        remote_passwords: users and passwords for those without a token, as `name=user:password`,
            separated by spaces.
        alert_urls: receivers as `name=url`, separated by spaces; Apprise URLs or http(s) webhooks.
        advice_url: base URL of an OpenAI-compatible API that is asked about doubtful decisions on
            schemas, such as `http://127.0.0.1:11434/v1`; empty: nobody is asked.
        advice_model: name of the model to ask there.
        advice_key: what it wants as `Authorization: Bearer`; empty: nothing.
        seed: seed of everything random.
    """

    data: Path = field(default_factory=lambda: Path("mimir-data"))
    host: str = "127.0.0.1"
    port: int = 7475
    token: str = ""
    worker_token: str = ""
    base_iri: str = "http://mimir.local/"
    cors_origins: str = ""
    url: str = ""
    redis_url: str = ""
    workers: int = 2
    readers: int = 2
    query_seconds: float = 30.0
    query_memory_mb: int = 2048
    query_rows: int = 1_000_000
    query_answer_mb: int = 1024
    service_hosts: str = ""
    upload_mb: int = 20_480
    read_memory_mb: int = 3072
    read_seconds: float = 600.0
    keep_checkpoints: int = 20
    monitor_seconds: int = 300
    remote_stores: str = ""
    remote_tokens: str = field(default="", repr=False)
    remote_passwords: str = field(default="", repr=False)
    alert_urls: str = ""
    advice_url: str = ""
    advice_model: str = ""
    advice_key: str = field(default="", repr=False)
    seed: int = 7

    def reading(self) -> ReadLimits:
        """Give what the reading of one file may use."""
        return ReadLimits(self.read_memory_mb << 20, self.read_seconds)

    def stores(self) -> dict[str, RemoteAddress]:
        """Split `remote_stores` into names and addresses, each with its token or password.

        Raises:
            BadInput: an entry is not `name=address`, or an address is none.
        """
        tokens = _named("REMOTE_TOKENS", self.remote_tokens)
        passwords = _named("REMOTE_PASSWORDS", self.remote_passwords)
        addresses = _named("REMOTE_STORES", self.remote_stores)
        return {
            name: read_address(text, tokens.get(name, ""), passwords.get(name, ""))
            for name, text in addresses.items()
        }

    def receivers(self) -> tuple[tuple[str, str], ...]:
        """Split `alert_urls` into names and URLs.

        Raises:
            BadInput: an entry is not `name=url`.
        """
        pairs = []
        for entry in self.alert_urls.split():
            name, equals, url = entry.partition("=")
            if not equals or not name or ":" not in url:
                raise BadInput("MIMIR_ALERT_URLS must hold `name=url` entries, split by spaces.")
            pairs.append((name, url))
        return tuple(pairs)


def _named(setting: str, text: str) -> dict[str, str]:
    found = {}
    for entry in text.split():
        name, equals, value = entry.partition("=")
        if not equals or not name or not value:
            raise BadInput(f"{PREFIX}{setting} must hold `name=...` entries, split by spaces.")
        found[name] = value
    return found


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        BadInput: a variable is unknown or its value has the wrong form; the message names it.
    """
    known = {PREFIX + item.name.upper(): item for item in dataclasses.fields(Settings)}
    values: dict[str, object] = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name == PREFIX + "SHARED":
            continue
        if name not in known:
            near = ", ".join(sorted(known))
            raise BadInput(f"{name} is not a setting. The settings are: {near}.")
        kind = known[name].type
        try:
            values[known[name].name] = kind(text)  # type: ignore[operator] # plain constructors
        except ValueError as error:
            raise BadInput(f"{name}={text!r} is not of the form of a {kind}.") from error
    return Settings(**values)  # type: ignore[arg-type] # built from its own fields
