"""The shape of a stand-in: a `Plugin` holds one `Resource` adapter for each resource type.

An adapter sees plain values only; secrets, unknowns and the wire are the server's business. It raises `Failed` with a
sentence for a person, or `Unfinished` where something exists that must stay in the state for the next run.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from offline.standins.properties import Change, Table, changes, complaints, defaults
from offline.standins.values import Values

Log = Callable[[str], None]


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
    log: Log
    cancelled: threading.Event


@dataclass(frozen=True)
class Difference:
    """The answer to a diff: changed properties by name, and whether the old resource must go before the new one."""

    changes: dict[str, Change] = field(default_factory=dict)
    delete_first: bool = False


class Resource:
    """One resource type. `outputs`: what only the other side knows; `unsupported`: what only the official one does."""

    table: ClassVar[Table]
    outputs: ClassVar[tuple[str, ...]] = ()
    renewed: ClassVar[tuple[str, ...]] = ()  # outputs that an update makes anew
    unsupported: ClassVar[frozenset[str]] = frozenset()
    secret_outputs: ClassVar[frozenset[str]] = frozenset()
    named: ClassVar[bool] = True  # a missing `name` becomes the resource's name and seven random digits
    delete_first: ClassVar[bool] = False

    def complaints(self, inputs: Values) -> list[tuple[str, str]]:
        """What is wrong with the inputs as given: (property, reason)."""
        return list(complaints(self.table, inputs, self.unsupported))

    def defaults(self, inputs: Values, call: Call) -> Values:
        """Inputs that the person did not give and that are recorded as if he had; also rewritten ones."""
        del call
        return {name: value for name, value in defaults(self.table).items() if name not in inputs}

    def diff(self, state: Values, old_inputs: Values, inputs: Values, ignored: frozenset[str]) -> Difference:
        """What separates the state from the inputs. Two things of one given name cannot live at once."""
        table = {name: prop for name, prop in self.table.items() if name not in ignored}
        found = changes(table, state, inputs)
        fixed_name = self.named and "name" not in old_inputs.get("__defaults", []) and "name" not in found
        return Difference(found, self.delete_first or fixed_name)

    def secrets(self, input_secrets: set[str]) -> set[str]:
        """The names of the outputs to keep encrypted, given those of the inputs."""
        return input_secrets | self.secret_outputs

    def create(self, inputs: Values, call: Call) -> tuple[str, Values]:
        """Make it; the id and the state."""
        raise NotImplementedError

    def read(self, resource_id: str, state: Values, call: Call) -> Values | None:
        """The state as it is now; None when it is gone."""
        raise NotImplementedError

    def update(self, resource_id: str, state: Values, inputs: Values, call: Call) -> Values:
        """Change it in place; the new state."""
        raise NotImplementedError

    def delete(self, resource_id: str, state: Values, call: Call) -> None:
        """Remove it; one that is already gone is fine."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One plugin: its name, its provider's settings, its adapters by type token.

    `configure` gets the provider's settings; adapters check and compare without it, and connect only when they work.
    """

    name: str
    settings: Table
    configure: Callable[[Values], None]
    resources: Mapping[str, Resource]
