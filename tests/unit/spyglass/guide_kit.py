"""A course's material in a portal's folder, as course-put leaves it there."""

from collections.abc import Mapping

from tests.unit.spyglass.people import World, class_json

SECTIONS = [
    {"title": "Second <first>", "material": "02-b.md", "tasks": []},
    {"title": "First", "material": "01-a.md", "tasks": []},
]


def put_material(world: World, files: Mapping[str, str | bytes], version: str = "aaaaaa") -> None:
    """Material of this version: contents by path."""
    folder = world.folder / "course" / version
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (world.folder / "course" / "version").write_text(f"{version}\n")


def with_chapters(world: World) -> None:
    """A class whose course names two of its files."""
    world.put(class_json(course={"title": "A course", "sections": SECTIONS}))


def edition(world: World) -> str:
    """What a page says that it shows."""
    return world.services.books.current(world.course().course).edition
