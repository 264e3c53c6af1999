"""What axe-core finds on a page that keeps people from using it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
OF_THE_SEAT = (".xterm", ".shot")  # what a program in a seat draws, and in which colours, is no page's doing


def serious(page: Page) -> list[str]:
    """One line for each violation that is serious or worse."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    response = Axe().run(page, context={"exclude": [[one] for one in OF_THE_SEAT]}, options=options).response
    return [
        f"{found['id']}: {found['help']}: {', '.join(str(node['target']) for node in found['nodes'][:5])}"
        for found in response["violations"]
        if found["impact"] in SERIOUS
    ]
