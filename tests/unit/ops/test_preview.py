"""The preview in short: counts, errors, and who loses what."""

from typing import Any

from ops.preview import Loss, owner, summarise

SEAT = "urn:pulumi:dev::mentor::mentor:index:Seats$mentor:index:Seat"


def urn(kind: str, name: str, parents: str = "mentor:index:Seats$mentor:index:Seat") -> str:
    return f"urn:pulumi:dev::mentor::{parents}${kind}::{name}"


def step(operation: str, kind: str, name: str, person: str | None = None, parent: str | None = None) -> dict[str, Any]:
    labels = [{"label": "mentor.stack", "value": "dev"}]
    if person:
        labels.append({"label": "mentor.student", "value": person})
    state = {"inputs": {"labels": labels}, "parent": parent}
    return {"op": operation, "urn": urn(kind, name), "oldState": state}


CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"
DATABASE = "postgresql:index/database:Database"
COMMAND = "command:local:Command"


def test_counts_become_one_line() -> None:
    summary = summarise({"steps": [], "changeSummary": {"create": 3, "same": 9, "delete": 1, "replace": 2}})
    assert summary.headline() == "3 created, 2 replaced, 1 deleted"


def test_a_preview_without_changes_says_so() -> None:
    assert summarise({"changeSummary": {"same": 9}}).headline() == "nothing to change"


def test_a_deleted_volume_is_its_persons_loss_by_label() -> None:
    summary = summarise({"steps": [step("delete", VOLUME, "s07-home", "s07")]})
    assert summary.losses == (Loss("s07", "deleted", "home"),)


def test_an_unlabelled_database_is_found_by_the_id_in_its_name() -> None:
    steps = [step("same", CONTAINER, "s07-machine", "s07"), step("delete", DATABASE, "s07-database")]
    assert summarise({"steps": steps}).losses == (Loss("s07", "deleted", "database"),)


def test_an_unlabelled_thing_is_found_by_the_component_around_it() -> None:
    component = urn("mentor:index:StudentDatabase", "database-anna")
    steps = [
        step("same", CONTAINER, "anna-machine", "anna"),
        {"op": "same", "urn": component, "oldState": {}},
        step("replace", DATABASE, "content", parent=component),
    ]
    assert summarise({"steps": steps}).losses == (Loss("anna", "replaced", "content"),)


def test_a_shorter_id_does_not_claim_a_longer_ones_things() -> None:
    people = {"s1", "s10", "anna", "anna-lena"}
    assert owner(urn(VOLUME, "s10-home"), {}, people) == "s10"
    assert owner(urn(VOLUME, "anna-lena-home"), {}, people) == "anna-lena"
    assert owner(urn(VOLUME, "registry"), {}, people) is None


def test_services_joins_archives_and_components_are_nobodys_loss() -> None:
    steps = [
        step("replace", CONTAINER, "spyglass"),
        step("same", CONTAINER, "s01-machine", "s01"),
        step("replace", COMMAND, "s01-joins-spyglass"),
        step("delete", COMMAND, "s01-archive"),
        {"op": "delete", "urn": f"{SEAT}::s01", "oldState": {}},
    ]
    assert summarise({"steps": steps}).losses == ()


def test_a_deleted_account_is_a_loss_although_it_is_a_command() -> None:
    steps = [step("same", CONTAINER, "s01-machine", "s01"), step("delete", COMMAND, "s01-account")]
    assert summarise({"steps": steps}).losses == (Loss("s01", "deleted", "account"),)


def test_people_who_lose_the_same_share_a_line() -> None:
    steps = [step("replace", CONTAINER, f"{person}-machine", person) for person in ("s01", "s02", "s03")]
    assert summarise({"steps": steps}).warnings() == ["s01, s02, s03 - replaced: machine"]


def test_creating_and_updating_take_nothing() -> None:
    steps = [step(operation, VOLUME, "s01-home", "s01") for operation in ("create", "update", "same", "refresh")]
    assert summarise({"steps": steps}).losses == ()


def test_the_programs_report_comes_once_and_without_the_engines_noise() -> None:
    diagnostics = [
        {"severity": "error", "message": "error: mentor:students: expected a number\n"},
        {"severity": "error", "message": "error: mentor:students: expected a number\n"},
        {
            "severity": "error",
            "message": "error: an unhandled error occurred: program exited with non-zero exit code: 1",
        },
        {"severity": "warning", "message": "warning: something"},
    ]
    assert summarise({"diagnostics": diagnostics}).errors == ("mentor:students: expected a number",)


def test_a_working_service_that_is_made_anew_interrupts_everybody() -> None:
    """Another `address` is another certificate, and with it another database server."""
    steps = [step("replace", CONTAINER, "postgres"), step("replace", COMMAND, "postgres-certificate"),
             step("update", CONTAINER, "gateway"), step("create", CONTAINER, "registry")]  # fmt: skip
    summary = summarise({"steps": steps})
    assert summary.losses == ()
    [line] = summary.warnings()
    assert "every connection to a database is cut; the databases stay" in line
    assert summarise({"steps": steps}, cattle={urn(CONTAINER, "postgres")}).warnings() == []
