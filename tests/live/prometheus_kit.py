"""Asking a Prometheus in a container, as a test wants it: values by labels."""

import json

from tests.live import image_kit as kit


def series(container: str, query: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Values as of now, by the values of these labels (without any named: of all), in the order of the labels' names.

    Nothing while it does not answer.
    """
    words = ("promtool", "query", "instant", "-o", "json", "http://localhost:9090", query)
    said = kit.docker("exec", container, *words, check=False).stdout
    return {
        tuple(
            value
            for label, value in sorted(one["metric"].items())
            if label != "__name__" and (not labels or label in labels)
        ): float(one["value"][1])
        for one in json.loads(said or "[]")
    }
