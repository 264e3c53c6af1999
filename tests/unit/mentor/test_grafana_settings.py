"""The section `grafana`: what it may hold, and what of it belongs together."""

import pytest
from pydantic import SecretStr

from mentor.settings.grafana import is_email
from tests.unit.mentor.conftest import Reads, Report

GIVEN = {"url": "https://grafana.example.org/", "auth": SecretStr("canary"), "prometheusUrl": "http://192.0.2.7:9090"}


def test_an_existing_grafana_needs_all_three(reads: Reads, report: Report) -> None:
    found = reads(grafana=GIVEN).settings.grafana
    assert (found.url, found.prometheus_url) == ("https://grafana.example.org", "http://192.0.2.7:9090")
    assert "canary" not in repr(found)
    for key in ("auth", "prometheusUrl"):
        [line] = report(grafana={name: value for name, value in GIVEN.items() if name != key})
        assert line.startswith(f"mentor:grafana.{key}: is required with grafana.url: ")


@pytest.mark.parametrize("key", ["auth", "prometheusUrl"])
def test_what_belongs_to_an_existing_one_is_refused_without_it(report: Report, key: str) -> None:
    [line] = report(grafana={key: GIVEN[key]})
    assert line == (f"mentor:grafana.{key}: belongs to a Grafana of your own: set grafana.url too, or leave this out")


def test_a_token_in_plain_text_is_refused_and_not_repeated(report: Report) -> None:
    [line] = report(grafana=GIVEN | {"auth": "glsa_canary"})
    assert line.startswith("mentor:grafana.auth: (not shown) is in plain text: use --secret")
    assert "--path grafana.auth" in line


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("grafana.example.org", 'did you mean "https://grafana.example.org"?'),
        ("ftp://grafana.example.org", 'did you mean "https://grafana.example.org"?'),
        ("https://", "write https://host[:port][/path]"),
        ("https://a b", "write https://host[:port][/path]"),
        ("https://x:99999", "has no valid port"),
        ("https://admin:x@grafana.example.org", "how to sign in is a setting of its own"),
        ("https://x/?orgId=2", "is more than scheme, host, port and path"),
    ],
)
def test_addresses_that_are_none(report: Report, url: str, rule: str) -> None:
    for key in ("url", "prometheusUrl"):
        [line] = report(grafana=GIVEN | {key: url})
        assert line.startswith(f"mentor:grafana.{key}: ")
        assert rule in line


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        ("grafana/grafana", 'write it as in "grafana/grafana:12.2.0"'),
        ("Grafana:12.2.0", "write name:tag"),
        ("grafana/grafana:", "write name:tag"),
        ("grafana/grafana:12@sha256:abc", "write name:tag"),
        ("a b:1", "write name:tag"),
        (12, "is not text"),
    ],
)
def test_images_that_are_none(report: Report, image: object, rule: str) -> None:
    [line] = report(grafana={"image": image})
    assert line.startswith("mentor:grafana.image: ")
    assert rule in line


@pytest.mark.parametrize(
    "image",
    [
        "grafana/grafana-oss:12.2.0",
        "registry.example.org:5000/mirror/grafana:12.2.0",
        f"grafana/grafana@sha256:{'a' * 64}",
        f"localhost/grafana:12.2.0-ubuntu@sha256:{'0' * 64}",
    ],
)
def test_images_that_are_fine(reads: Reads, image: str) -> None:
    assert reads(grafana={"image": image}).settings.grafana.image == image


@pytest.mark.parametrize(("given", "is_on"), [(True, True), ("true", True), ("False", False), (False, False)])
def test_on_and_off(reads: Reads, given: object, is_on: bool) -> None:
    assert reads(grafana={"enabled": given}).settings.grafana.enabled is is_on


def test_neither_on_nor_off(report: Report) -> None:
    assert report(grafana={"enabled": "yes"}) == ['mentor:grafana.enabled: "yes" is neither true nor false']


# Whom it tells

HOOK = "https://hook.example.org/services/T1?token=canary"


@pytest.mark.parametrize("contact", [SecretStr("ada@example.org"), "ada@example.org"])
def test_an_email_address_is_no_secret_and_may_be_one(reads: Reads, contact: object) -> None:
    found = reads(grafana=GIVEN | {"contact": contact}).settings.grafana.contact
    assert found is not None
    assert (found.get_secret_value(), is_email(found.get_secret_value())) == ("ada@example.org", True)


def test_a_webhooks_address_is_kept_whole_and_out_of_sight(reads: Reads) -> None:
    found = reads(grafana={"contact": SecretStr(HOOK)}).settings.grafana
    assert found.contact is not None
    assert (found.contact.get_secret_value(), is_email(HOOK)) == (HOOK, False)
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("contact", "rule"),
    [
        (HOOK, "is in plain text: use --secret; `pulumi config set --secret --path grafana.contact` asks for it"),
        ("canary", "is neither an e-mail address nor a webhook's"),
        ("ftp://canary.example.org", "is neither an e-mail address nor a webhook's"),
        (SecretStr("slack"), "is neither an e-mail address nor a webhook's"),
        (SecretStr("https://canary:99999/x"), "has no valid port"),
        (SecretStr("https://canary @x"), "is not a web address"),
        (SecretStr("https://canary:x@hook.example.org/"), "has a user name or a # in it"),
        (SecretStr("https://hook.example.org/#canary"), "has a user name or a # in it"),
        ("canary@example", "is not an e-mail address"),
        (SecretStr(""), "is empty"),
        (7, "is not text"),
        (["canary@example.org"], "is not text"),
    ],
)
def test_where_nothing_can_be_sent(report: Report, contact: object, rule: str) -> None:
    [line] = report(grafana=GIVEN | {"contact": contact})
    assert line.startswith("mentor:grafana.contact: (not shown) ")
    assert rule in line
    assert "canary" not in line


def test_the_workshops_own_grafana_sends_no_mail(report: Report) -> None:
    [line] = report(grafana={"contact": "ada@example.org"})
    assert line.startswith("mentor:grafana.contact: is an e-mail address, and the workshop's own Grafana has no mail")
    assert line.endswith("or a Grafana that has one, by grafana.url")


@pytest.mark.parametrize("visibility", ["anonymous", "names"])
def test_a_webhook_is_not_shown_to_students(reads: Reads, report: Report, visibility: str) -> None:
    grafana = {"contact": SecretStr(HOOK)}
    [line] = report(grafana=grafana, visibility=visibility)
    assert line.startswith(f"mentor:grafana.contact: does not go with visibility: {visibility}; ")
    assert reads(grafana=grafana | GIVEN, visibility=visibility).settings.grafana.contact
    assert reads(grafana=grafana | {"enabled": False}, visibility=visibility).settings.grafana.contact


def test_a_wrong_contact_hides_no_other_mistake(report: Report) -> None:
    lines = report(grafana={"contact": "x", "image": "grafana/grafana", "enabled": "yes"}, visibility="all")
    assert [line.split(": ")[0] for line in lines] == [
        "mentor:visibility", "mentor:grafana.enabled", "mentor:grafana.image", "mentor:grafana.contact",
    ]  # fmt: skip
