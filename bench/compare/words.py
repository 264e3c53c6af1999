"""What the report calls the tools, and what it says each of them does not make.

The end that all are brought to: for each of N students and a teacher a seat of the same image with the same limits,
rights, network, two volumes and material, whose terminal takes the same key; an account in an LDAP directory; a role
and a database, copied from the course's template, that ask the directory.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A title, and what is not there afterwards, or what else is said of it."""

    title: str
    leaves_out: str


WHOLE = (
    "makes all of it, and what the others do not: the gateway with TLS and the web app with terminals in the browser "
    "(its pages are no part of the probe), which it joins to each seat's network as it does a registry with the "
    "course's images, checks of the course, Prometheus with its exporters, a preflight, and a state that tells what to "
    "remove; services are waited for by Docker's health checks every 5 s, and seats get 3 s to stop; *destroy* is "
    "`make down`, which leaves out of the state what goes with its volume"
)
NO_MORE = "no web page of any kind, no gateway, registry, checks, metrics, archives, preflight"

TOOLS = {
    "loop": Words("shell loop", f"{NO_MORE}; no state: what is there stays as it is, whatever was changed"),
    "mentor": Words("mentor", f"{WHOLE}; archives are off"),
    "mentor-archives": Words("mentor, with archives", "the same, and the work of who leaves is saved before it goes"),
    "compose": Words(
        "docker compose",
        f"{NO_MORE}; accounts and databases are made by the loop's own steps after it, one by one, and so is removed "
        "what it leaves of somebody who left (network, volumes, account, database)",
    ),
    "ansible": Words(
        "Ansible",
        f"{NO_MORE}; people go side by side, four to a processor, as Pulumi's resources do; seats are started by the "
        "docker command, for the module cannot ask for `systempaths=unconfined`; accounts and databases are made by "
        "the loop's own steps",
    ),
}
