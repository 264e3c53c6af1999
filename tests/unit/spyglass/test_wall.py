"""The wall: what it gathers, for whom, and for how long."""

import asyncio

import pytest

from spyglass.wall import wall
from tests.unit.spyglass.people import PEOPLE, World, class_json
from tests.unit.spyglass.wall_kit import SEATS, FakeControl, Seen, eventually, looking


def test_it_begins_with_everybody_and_pictures_go_where_they_are_seen(
    world: World, seats: dict[str, FakeControl]
) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.last("class") and seen.shows("s01"))
        assert seen.told[0] == ("page", {"page": seen.reader.id})
        assert seen.last("class")["ids"] == list(SEATS)
        assert seen.last("tile", "s02")["name"] == PEOPLE[1]["name"]
        assert seen.last("picture", "s01")["text"] == "I am s01"
        assert [seats[one].asked for one in SEATS[1:]] == [0, 0], "nobody sees them"
        seen.reader.see(["s02"], 0)
        await seen.until(lambda: seen.shows("s02"))
        seen.told.clear()
        seats["s01"].show("out of sight")
        seats["s02"].show("in sight")
        await seen.until(lambda: seen.last("picture", "s02").get("text") == "in sight")
        assert not seen.last("picture", "s01")

    looking(world, "s01", at=look)


def test_however_many_look_each_seat_is_asked_once(world: World, seats: dict[str, FakeControl]) -> None:
    async def look(seen: Seen) -> None:
        here = world.services
        await seen.until(lambda: seen.shows(*SEATS))
        with here.wall.open(here, "teacher") as second:
            second.see(SEATS, 0)
            other = Seen(second)
            await other.until(lambda: other.shows(*SEATS))
            assert {fake.open for fake in seats.values()} == {1}

    looking(world, *SEATS, at=look)


def test_a_window_in_which_nothing_happens_is_left_alone(world: World, seats: dict[str, FakeControl]) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.shows(*SEATS))
        asked = {name: fake.asked for name, fake in seats.items()}
        assert max(asked.values()) <= 2
        seats["s01"].show("the only change")
        seen.told.clear()
        await seen.until(lambda: seen.last("picture", "s01").get("text") == "the only change")
        await eventually(lambda: seats["s01"].asked >= asked["s01"] + 2)
        assert [data["id"] for kind, data in seen.told if kind == "picture"] == ["s01"]
        assert {name: fake.asked - asked[name] for name, fake in seats.items() if name != "s01"} == {
            "s02": 0, "spare01": 0,
        }  # fmt: skip

    looking(world, *SEATS, at=look)


def test_who_never_stops_is_asked_no_more_often_than_the_slowest_of_one_that_looks(
    world: World, seats: dict[str, FakeControl]
) -> None:
    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.shows("s01"))
        seen.reader.see(["s01"], 60)
        await eventually(lambda: world.services.wall.latest.pace("s01") == 60)
        await asyncio.sleep(0.1)  # the pace of before is over
        asked = seats["s01"].asked
        for number in range(20):
            seats["s01"].show(f"change {number}")
            await asyncio.sleep(0.01)
        assert seats["s01"].asked <= asked + 1

    looking(world, "s01", at=look)


def test_with_the_last_wall_everything_ends_and_begins_again(
    world: World, seats: dict[str, FakeControl], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "LINGER", 0.1)

    async def look() -> None:
        here = world.services
        for _ in range(2):
            with here.wall.open(here, "teacher") as reader:
                seen = Seen(reader)
                reader.see(SEATS, 0)
                await seen.until(lambda seen=seen: seen.shows(*SEATS))  # type: ignore[misc]
            await eventually(lambda: {fake.open for fake in seats.values()} == {0})
        await here.wall.close()

    asyncio.run(look())


def test_a_tile_that_goes_out_of_sight_is_not_asked_for_any_more(
    world: World, seats: dict[str, FakeControl], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "LINGER", 0.1)

    async def look(seen: Seen) -> None:
        await seen.until(lambda: seen.shows(*SEATS))
        seen.reader.see(["s01"], 0)
        await eventually(lambda: [seats[one].open for one in SEATS] == [1, 0, 0])
        seen.told.clear()
        seen.reader.see(SEATS, 0)
        await seen.until(lambda: seen.shows("s02", "spare01"))

    looking(world, *SEATS, at=look)


def test_who_leaves_the_class_leaves_the_wall(world: World, seats: dict[str, FakeControl]) -> None:
    async def look(seen: Seen) -> None:
        here = world.services
        await seen.until(lambda: seen.shows(*SEATS))
        world.put(class_json([person for person in PEOPLE if person["id"] != "s01"]))
        await seen.until(lambda: seen.last("class")["ids"] == ["s02", "spare01"])
        await eventually(lambda: seats["s01"].open == 0)
        with here.wall.open(here, "teacher") as second:
            second.see(SEATS, 0)
            other = Seen(second)
            await other.until(lambda: other.shows("s02"))
            assert not other.last("tile", "s01")
            assert not other.last("picture", "s01")

    looking(world, *SEATS, at=look)
