"""Seats that hang, fail, lie or are not used yet: their tiles say so, and nobody else's are held up."""

from tests.unit.spyglass.people import World
from tests.unit.spyglass.wall_kit import SEATS, FakeControl, Seen, looking


def test_a_seat_that_hangs_or_fails_delays_nobody(world: World, seats: dict[str, FakeControl]) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: "problem" in seen.last("picture", "s02"))
        await seen.until(lambda: seen.shows("spare01"))
        seats["spare01"].show("goes on")
        await seen.until(lambda: seen.last("picture", "spare01").get("text") == "goes on")
        assert not seen.last("picture", "s01")
        seats["s02"].broken = False
        await seen.until(lambda: seen.last("picture", "s02").get("text") == "I am s02")

    seats["s01"].stuck = seats["s02"].broken = True
    looking(world, *SEATS, at=look)


def test_a_seat_where_nobody_has_opened_a_terminal_says_so_until_somebody_does(
    world: World, seats: dict[str, FakeControl]
) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.last("picture", "s01").get("problem") == "has no terminal open yet")
        seats["s01"].absent = False
        await seen.until(lambda: seen.last("picture", "s01").get("text") == "I am s01")

    seats["s01"].absent = True
    looking(world, "s01", at=look)


def test_a_terminal_that_says_it_is_a_million_columns_wide_is_no_picture(
    world: World, seats: dict[str, FakeControl]
) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.last("picture", "s01").get("problem") == "does not answer")
        assert seen.last("picture", "s01").keys() == {"id", "problem"}

    seats["s01"].about = b"1000000 24 0 1 1"
    looking(world, "s01", at=look)


def test_a_screen_of_too_many_colours_is_shown_without_them(world: World, seats: dict[str, FakeControl]) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.last("picture", "s01").get("text") == "I am s01")
        seats["s01"].show("something new")
        await seen.until(lambda: seen.last("picture", "s01").get("text") == "something new")
        assert not [data for kind, data in seen.told if kind == "picture" and "problem" in data]

    seats["s01"].colourful = True
    looking(world, "s01", at=look)
