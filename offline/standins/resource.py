"""The shape of a stand-in: a `Plugin` holds one `Resource` adapter for each resource type.

An adapter sees plain values only; secrets, unknowns and the wire are the server's business. It raises `Failed` with a
sentence for a person, or `Unfinished` where something exists that must stay in the state for the next run.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from offline.standins.properties import Complaint, Table, changes, complaints, defaults
from offline.standins.values import Values


class Failed(Exception):  # noqa: N818 -- reads as what happened
    """Nothing was made or changed; the message goes to the person as it is."""


class Unfinished(Failed):
    """Something was made and is kept in the state, but did not get ready."""

    def __init__(self, reason: str, resource_id: str, state: Values) -> None:
        super().__init__(reason)
        self.resource_id = resource_id
        self.state = state


@dataclass(frozen=True, kw_only=True)
class Call:
    """What surrounds one request: the resource's name, a line to the person's screen, whether the run was cancelled."""

    name: str
    log: Callable[[str], None]
    cancelled: threading.Event


class Resource:
    """One resource type. `typed`: the SDK's class of its inputs; `outputs`: what only the other side knows."""

    typed: ClassVar[type]
    table: ClassVar[Table]
    outputs: ClassVar[tuple[str, ...]] = ()
    renewed: ClassVar[tuple[str, ...]] = ()  # outputs that an update makes anew
    secret_outputs: ClassVar[frozenset[str]] = frozenset()
    imports: ClassVar[bool] = False  # its id alone is enough to read it
    exact: ClassVar[bool] = False  # what was given is compared as it is, not with what is there

    @property
    def unknown(self) -> list[str]:
        """The outputs that nobody knows before it is made."""
        return [*self.outputs, *(name for name, prop in self.table.items() if prop.computed)]

    def complaints(self, inputs: Values) -> list[Complaint]:
        """What is wrong with the inputs as given: (property, reason)."""
        found = list(complaints(self.typed, self.table, inputs))
        if "name" in self.table and "name" not in inputs:
            found.append(("name", "only the official plugin makes up a name, not its offline stand-in: give one"))
        return found

    def defaults(self, inputs: Values) -> Values:
        """Inputs that the person did not give and that are recorded as if he had; also rewritten ones."""
        return {name: value for name, value in defaults(self.table).items() if name not in inputs}

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: Collection[str]) -> dict[str, str]:
        """What separates the state, or what was given before, from the inputs."""
        table = {name: prop for name, prop in self.table.items() if name not in ignored}
        return changes(table, old_inputs if self.exact else state, inputs, exact=self.exact)

    def secrets(self, input_secrets: set[str]) -> set[str]:
        """The names of the outputs to keep encrypted, given those of the inputs."""
        return input_secrets | self.secret_outputs

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        """Make it; the id and the state."""
        raise NotImplementedError

    def read(self, resource_id: str, state: Values) -> Values | None:
        """The state as it is now, None when it is gone; as recorded, where there is nothing to look at."""
        return state

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        """Change it in place; the new state."""
        raise NotImplementedError

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        """Remove it, where it is anywhere but in the state; one that is already gone is fine."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One plugin: its name, its adapters by type token, and its provider's settings: their SDK class, those known.

    `configure` gets the provider's settings; adapters check and compare without it, and connect only when they work.
    """

    name: str
    resources: Mapping[str, Resource]
    typed: type
    settings: Table = field(default_factory=dict)
    configure: Callable[[Values], None] = lambda _: None
