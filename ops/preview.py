"""What a preview means for the people of the workshop.

In: the document that ``pulumi preview --json`` prints. Out: counts, errors, whose resources would go or be made anew,
and what everybody would notice of a service that is made anew.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PERSON_LABEL = "mentor.student"
_LOSING = {"delete": "deleted", "replace": "replaced"}
_COUNTED = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
_CONTAINER = "docker:index/container:Container"
_FELT = {
    "directory": "nobody can sign in",
    "exporter": "nothing new of databases and tasks gets into the history",
    "gateway": "the portal's pages do not answer, terminals in browsers connect again after it",
    "grader": "nothing new is known about anybody's tasks",
    "grafana": "the boards do not answer; what was added to them stays",
    "host-exporter": "nothing new of the host gets into the history",
    "postgres": "every connection to a database is cut; the databases stay",
    "probe-exporter": "nothing new of the services gets into the history",
    "prometheus": "nothing new gets into the history, which stays",
    "registry": "seats cannot fetch the course's images",
    "spyglass": "the portal's pages do not answer, terminals in browsers connect again after it",
}
"""What people feel while a service's container is made anew, by the resource's name."""
_NOISE = "an unhandled error occurred: program exited with non-zero exit code"


@dataclass(frozen=True, order=True)
class Loss:
    """One resource of one person that would be deleted or replaced."""

    person: str
    action: str
    thing: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A preview in short."""

    counts: Mapping[str, int]
    losses: tuple[Loss, ...]
    interruptions: tuple[str, ...]
    errors: tuple[str, ...]

    def headline(self) -> str:
        """One line: how much would change."""
        parts = [f"{self.counts[word]} {word}" for word in _COUNTED.values() if self.counts.get(word)]
        return ", ".join(parts) or "nothing to change"

    def warnings(self) -> list[str]:
        """One line for each person who loses something, shortened to one for all where it is the same for many."""
        by_person: dict[str, dict[str, list[str]]] = {}
        for loss in self.losses:
            by_person.setdefault(loss.person, {}).setdefault(loss.action, []).append(loss.thing)
        alike: dict[str, list[str]] = {}
        for person, actions in by_person.items():
            text = "; ".join(f"{action}: {', '.join(things)}" for action, things in sorted(actions.items()))
            alike.setdefault(text, []).append(person)
        return [f"{', '.join(people)} - {text}" for text, people in alike.items()] + list(self.interruptions)


def summarise(preview: Mapping[str, Any], *, cattle: Container[str] = ()) -> Summary:
    """Read a whole preview; the containers ``cattle``, by URN, are broken, and nobody loses anything with them."""
    steps = preview.get("steps") or []
    states = {step["urn"]: step.get("oldState") or step.get("newState") or {} for step in steps}
    people = {person for state in states.values() if (person := labelled(state))}
    losses = []
    for step in steps:
        action = _LOSING.get(step.get("op", ""))
        if action is None or _harmless(step["urn"]) or step["urn"] in cattle:
            continue
        person = owner(step["urn"], states, people)
        if person is not None:
            losses.append(Loss(person, action, _thing(step["urn"], person)))
    summary = preview.get("changeSummary") or {}
    return Summary(
        counts={word: int(summary.get(operation, 0)) for operation, word in _COUNTED.items()},
        losses=tuple(sorted(losses)),
        interruptions=tuple(sorted(_interruptions(steps, cattle))),
        errors=tuple(_errors(preview.get("diagnostics") or [])),
    )


def _interruptions(steps: Iterable[Mapping[str, Any]], cattle: Container[str]) -> Iterable[str]:
    """A line for each service that works and would be made anew."""
    for step in steps:
        felt = _FELT.get(_name(step["urn"]))
        if felt and step.get("op") == "replace" and _type(step["urn"]) == _CONTAINER and step["urn"] not in cattle:
            yield f"everybody - for some seconds {felt} ({_name(step['urn'])} is made anew)"


def labelled(state: Mapping[str, Any]) -> str | None:
    """The person that a resource's own label names."""
    labels = (state.get("inputs") or {}).get("labels")
    if isinstance(labels, Mapping):
        value = labels.get(PERSON_LABEL)
        return value if isinstance(value, str) else None
    for label in labels if isinstance(labels, list) else []:
        if isinstance(label, Mapping) and label.get("label") == PERSON_LABEL and isinstance(label.get("value"), str):
            return str(label["value"])
    return None


def owner(urn: str, states: Mapping[str, Mapping[str, Any]], people: Iterable[str]) -> str | None:
    """Whose a resource is: by its label, else by the id in its name or in the name of a component around it."""
    current: str | None = urn
    while current:
        state = states.get(current, {})
        person = labelled(state) or _named(_name(current), people)
        if person is not None:
            return person
        current = state.get("parent")
    return None


def _named(name: str, people: Iterable[str]) -> str | None:
    """The longest id that is a whole part of a name: ``s1`` owns ``seat-s1-home`` and not ``seat-s10``."""
    found = [person for person in people if re.search(rf"(^|-){re.escape(person)}(-|$)", name)]
    return max(found, key=len, default=None)


def _harmless(urn: str) -> bool:
    """Whether a resource holds nothing: a component, a command that joins a seat's network or writes its archive."""
    if _type(urn).startswith("mentor:"):
        return True
    return _type(urn).startswith("command:") and not {"join", "joins", "archive"}.isdisjoint(_name(urn).split("-"))


def _errors(diagnostics: Iterable[Mapping[str, Any]]) -> list[str]:
    messages = []
    for diagnostic in diagnostics:
        if diagnostic.get("severity") != "error":
            continue
        message = str(diagnostic.get("message", "")).removeprefix("error: ").strip()
        if message and _NOISE not in message and message not in messages:
            messages.append(message)
    return messages


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _type(urn: str) -> str:
    return urn.rsplit("::", 2)[-2].rsplit("$", 1)[-1]


def _thing(urn: str, person: str) -> str:
    """What a person calls it: `s01-home` is the home of s01."""
    bare = re.sub(rf"(^|-){re.escape(person)}(-|$)", "-", _name(urn)).strip("-")
    return bare or _type(urn).rsplit(":", 1)[-1].lower()
