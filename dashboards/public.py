"""How far is everybody? What students may see: ids, or names where the teacher chose so; no states and no machine."""

from dashboards import completion, projector, schema
from dashboards.facts import PROJECTOR, PUBLIC, Facts


def build(facts: Facts, *, named: bool) -> str:
    """Make the dashboard."""
    who = completion.student(facts, named=named)
    words = "An empty cell is not known at the moment."
    everybody = completion.matrix(facts, "Who has done what", words, completion.DONE_NOW, who, leads=False)
    rows: schema.Rows = [
        (5, projector.numbers(facts)),
        (16, [(24, everybody)]),
        (9, [(24, completion.over_time(facts))]),
    ]
    links = [("My tasks", f"{facts.portal}/progress"), ("For the projector", f"/d/{PROJECTOR}?kiosk")]
    title = f"How far everybody is: {facts.title}"
    return schema.board(PUBLIC, title, facts, "Who has done what.", rows, links=links, marks=[completion.HALF])
