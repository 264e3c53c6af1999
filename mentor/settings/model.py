"""What the workshop is to be: `WorkshopSettings` and its sections.

`parse` turns the stack's configuration into a model and a report. Whatever is wrong is
reported and then left at its default, so that one mistake never hides another; the caller raises when the
report is not empty. What needs more than one setting, or a file, is in `checks`; people are in `roster`.
"""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel

from mentor.settings import addresses, grafana, hosts, values
from mentor.settings.explain import lenient
from mentor.settings.hosts import HostAddress
from mentor.settings.problems import Problems, SettingsError, dotted
from mentor.settings.values import Email, Text, read_by

__all__ = ["SettingsError", "WorkshopSettings", "parse"]

LARGEST_CLASS = 500
LOCAL_HOST = hosts.host_of("unix:///var/run/docker.sock")

PEOPLE = ("students", "teachers", "spares")
"""Top-level keys that `roster` reads."""

Port = Annotated[int, read_by(values.whole_number, 1, 65535)]
File = Annotated[Path, read_by(values.path)]


class Section(BaseModel):
    """One section: frozen, camelCase outside, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, hide_input_in_errors=True)


class EventSettings(Section):
    """What the workshop is called, and until when it runs."""

    name: Text = "Workshop"
    time_zone: Annotated[str, read_by(values.time_zone)] = "UTC"
    end: Annotated[datetime, read_by(values.moment)] | None = None

    @field_validator("end")
    @classmethod
    def _in_the_events_zone(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        if end is not None and end.tzinfo is None:
            return end.replace(tzinfo=ZoneInfo(info.data.get("time_zone", "UTC")))
        return end


class HttpsSettings(Section):
    """The one port that people open, and where its certificate comes from."""

    port: Port = 8443
    bind: Annotated[str, read_by(addresses.ip)] | None = None
    tls: Annotated[Literal["internal", "acme", "files"], read_by(values.choice, "internal", "acme", "files")] = (
        "internal"
    )
    email: Email | None = None
    certificate: File | None = None
    key: File | None = None


class SeatSettings(Section):
    """One person's machine."""

    cpus: Annotated[float, read_by(values.number, 0.1, 256)] = 1.0
    memory: Annotated[str, read_by(values.size_text, "128m")] = "1g"
    processes: Annotated[int, read_by(values.whole_number, 100, 100_000)] = 2000
    packages: tuple[
        Annotated[str, read_by(values.word, r"[a-z0-9][a-z0-9+.-]+", "is not the name of a Debian package")], ...
    ] = ()
    dockerfile: File | None = None
    isolation: Annotated[Literal["rootless", "privileged"], read_by(values.choice, "rootless", "privileged")] = (
        "rootless"
    )

    @property
    def memory_mib(self) -> int:
        """The memory limit in MiB."""
        return values.mebibytes(self.memory)


class DatabaseSettings(Section):
    """The PostgreSQL server for the whole class."""

    port: Port = 5432
    bind: Annotated[str, read_by(addresses.ip)] = "127.0.0.1"
    connections: Annotated[int, read_by(values.whole_number, 1, 100)] = 8


class DirectorySettings(Section):
    """An LDAP directory of one's own, in place of the bundled one."""

    url: Annotated[str, read_by(addresses.ldap_url)] | None = None
    base: Annotated[str, read_by(addresses.distinguished_name)] | None = None
    bind_dn: Annotated[str, read_by(addresses.distinguished_name)] | None = None
    bind_password: Annotated[SecretStr, read_by(values.secret, "directory.bindPassword")] | None = None
    attribute: Annotated[
        str,
        read_by(values.word, r"[A-Za-z][A-Za-z0-9-]*", "is not the name of an LDAP attribute: uid, cn, sAMAccountName"),
    ] = "uid"
    ca: File | None = None


class NetworkSettings(Section):
    """Where the seats' networks come from."""

    pool: Annotated[IPv4Network, read_by(addresses.pool)] = IPv4Network("10.64.0.0/10")


class ArchiveSettings(Section):
    """Where a person's work goes before it is deleted."""

    folder: Annotated[Path, read_by(values.path)] = Path("~/mentor-archive")
    maximum: Annotated[str, read_by(values.size_text, "1m")] = "10g"
    timeout: Annotated[int, read_by(values.whole_number, 10, 86_400)] = 600

    @property
    def maximum_mib(self) -> int:
        """The largest archive of one person in MiB."""
        return values.mebibytes(self.maximum)


class ProgressSettings(Section):
    """From when on somebody counts as idle, or as stuck."""

    idle_minutes: Annotated[float, read_by(values.number, 0.02, 120)] = 3.0
    stuck_minutes: Annotated[float, read_by(values.number, 0.02, 600)] = 5.0
    stuck_factor: Annotated[float, read_by(values.number, 1, 100)] = 1.5


class GuideSettings(Section):
    """How the course's Markdown is shown."""

    html: Annotated[bool, read_by(values.boolean)] = False


class GrafanaSettings(Section):
    """The boards: a Grafana of the workshop's own, or one that exists."""

    enabled: Annotated[bool, read_by(values.boolean)] = True
    image: Annotated[str, read_by(grafana.image)] = "grafana/grafana:12.2.0"
    url: Annotated[str, read_by(grafana.http_url)] | None = None
    auth: Annotated[SecretStr, read_by(values.secret, "grafana.auth")] | None = None
    prometheus_url: Annotated[str, read_by(grafana.http_url)] | None = None
    contact: Annotated[SecretStr, read_by(grafana.contact)] | None = None

    @property
    def own(self) -> bool:
        """Whether the Grafana is to be the workshop's own."""
        return self.enabled and self.url is None


HostName = Annotated[str, read_by(addresses.host_name)]
Host = Annotated[HostAddress, read_by(hosts.docker_host)]


class WorkshopSettings(Section):
    """The whole configuration but for the people."""

    event: EventSettings = EventSettings()
    hosts: Annotated[tuple[Host, ...], read_by(values.listed), Field(min_length=1, max_length=1)] = (LOCAL_HOST,)
    address: Annotated[tuple[HostName, ...], read_by(values.listed), Field(min_length=1)] = ("localhost", "127.0.0.1")
    https: HttpsSettings = HttpsSettings()
    seat: SeatSettings = SeatSettings()
    database: DatabaseSettings = DatabaseSettings()
    directory: DirectorySettings = DirectorySettings()
    network: NetworkSettings = NetworkSettings()
    visibility: Annotated[Literal["own", "anonymous", "names"], read_by(values.choice, "own", "anonymous", "names")] = (
        "own"
    )
    progress: ProgressSettings = ProgressSettings()
    guide: GuideSettings = GuideSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    course: Annotated[Path, read_by(values.path)] = Path("workshop")
    archive: ArchiveSettings = ArchiveSettings()

    @model_validator(mode="before")
    @classmethod
    def _a_server_is_opened_by_its_name(cls, given: dict[str, object]) -> dict[str, object]:
        """Without ``address``, or with the empty list that the project's file has for nobody's word, people use it."""
        if given.get("address", []) != []:
            return given
        said = {key: value for key, value in given.items() if key != "address"}
        https, first = given.get("https"), values.listed(given.get("hosts"))
        if isinstance(https, dict) and https.get("bind") is not None:
            return said  # whoever chose where the portal listens has a way of his own there: a tunnel
        try:
            host = hosts.docker_host(first[0] if isinstance(first, list) and first else LOCAL_HOST)
        except ValueError:  # which is reported where it stands
            return said
        return said | ({"address": [host.name]} if host.is_remote else {})

    @property
    def host(self) -> HostAddress:
        """The host of the services."""
        return self.hosts[0]

    @property
    def https_binds(self) -> list[str]:
        """On which of the host's addresses the portal's port is published."""
        return [self.https.bind] if self.https.bind else addresses.binds(self.address)


def parse(config: Mapping[str, object], problems: Problems) -> WorkshopSettings:
    """Read everything but the people. Each mistake is reported and the default taken in its place."""
    raw = {str(key): value for key, value in config.items() if key not in PEOPLE}
    return lenient(WorkshopSettings, raw, lambda key, text: problems.add(dotted(key), text), also_known=PEOPLE)
