"""A program of the boards alone, run by the real engine: everything in Grafana, and nothing of a workshop around it.

In: a workshop of the factory, whose folder gets the program. Out: its stack, told which Grafana, and what is in it.
"""

import textwrap
from collections.abc import Mapping

import yaml

from tests.grafana_stub import AUTH
from tests.workshop_kit import Workshop

PROGRAM = """
    import pulumi
    from pydantic import SecretStr
    from dashboards.facts import Facts
    from mentor.components.boards import Boards, BoardsArgs, provider
    from mentor.settings.model import GrafanaSettings, WorkshopSettings

    config = pulumi.Config("mentor")
    settings = WorkshopSettings.model_validate({"visibility": config.require("visibility")})
    if contact := config.get("contact"):
        told = GrafanaSettings.model_construct(contact=SecretStr(contact))
        settings = settings.model_copy(update={"grafana": told})
    facts = Facts(title="Try-out", portal="https://lab.example", time_zone="Europe/Berlin",
                  names=config.require_object("names"), tasks={"t1": "First: a table", "t2": "Second, a view"},
                  stack=config.get("beside") or "")
    inside = provider(config.require("at"), config.require("url"), config.require_secret("auth"))
    Boards(config.require("at"), BoardsArgs(facts=facts, settings=settings, prometheus="http://192.0.2.7:9090"),
           pulumi.ResourceOptions(providers=[inside]))
"""
NAMES = {"s01": "Ada", "s02": "Blaise <b>"}


class BoardsAlone:
    """One stack of the program."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        (workshop.folder / "__main__.py").write_text(textwrap.dedent(PROGRAM))
        options = {"toolchain": "pip", "virtualenv": ".venv"}
        project = {"name": "mentor", "runtime": {"name": "python", "options": options}}
        (workshop.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))

    def at(
        self,
        url: str,
        *,
        auth: str = AUTH,
        at: str = "boards",
        beside: str = "",
        contact: str = "",
        visibility: str = "own",
        names: Mapping[str, str] = NAMES,
    ) -> Workshop:
        """Its stack, with these settings; ``beside``: the name by which others in that Grafana know it."""
        told = {"at": at, "beside": beside, "contact": "", "visibility": visibility, "names": dict(names)}
        self.workshop.set(url=url, **told)
        for name, secret in (("auth", auth), ("contact", contact)):
            if secret:
                self.workshop.pulumi("config", "set", "--secret", name, secret)
        return self.workshop
