"""Compaction, confirming, going back, forgetting: over real sockets, with the real database underneath."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest

from server.domain.values import Seat
from server.ids import new_id
from server.live.journal_keys import Kind
from server.live.journals import Journals
from tests.live.at_rest import everything
from tests.live.house import House, pair_in
from tests.live.sharing import SharingTab, bodies, frames, share, sharing_pair

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def five(tab: SharingTab) -> None:
    for n in range(1, 6):
        assert await tab.store(f"update {n}".encode()) == n


def kept_rows(house: House, table: str, room: str) -> int:
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:
        column = "room" if table != "journal_chunks" else "(SELECT room FROM journal_snapshots WHERE id = snapshot)"
        found = raw.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (room,)).fetchone()[0]
    raw.close()
    return int(found)


async def test_newcomers_begin_with_the_snapshot_at_once(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await five(mentor)
    made = await mentor.snapshot(b"all four", upto=4)
    changed = await mentee.expect("changed")
    assert changed == ["changed", "document", made, 4, "mentor", False, False]
    read = await mentee.read()
    assert read[0] == ["snapshot", made, 4, b"all four"]
    assert [message[2] for message in read[1:-1]] == [5]
    assert (await mentee.read(after=3))[0][0] == "snapshot"
    assert bodies(await mentee.read(after=4)) == [b"update 5"]
    newcomer = await share(mentee.browser, mentee.room, Seat.MENTEE)
    assert newcomer.here[4] == [made, 4, 5]
    [listed] = await mentee.snapshots()
    assert (listed["confirmed"], listed["restorable"], listed["bytes"], listed["by"]) == (False, False, 8, "mentor")
    status, raw = await mentee.browser.ask("GET", mentee.path(f"/snapshots/{made}"))
    assert (status, raw) == (200, b"all four")


async def test_a_seat_that_sends_ever_more_snapshots_has_to_wait(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"one")
    path = mentor.path("/snapshots", upto=1, forgets=1)
    said = [await mentor.octets(path, b"all") for _ in range(31)]
    assert [status for status, _ in said] == [200] * 30 + [429]
    await mentee.snapshot(b"the other seat may", upto=1, forgets=1)


async def test_one_seat_cannot_keep_the_other_from_tidying_up(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"one")
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"two halves"
        await go_on.wait()
        yield b", one late"

    path = mentor.path("/snapshots", upto=1)
    late = asyncio.ensure_future(mentor.octets(path, slowly(), size=20))
    while not kept_rows(house, "journal_snapshots", mentor.room):
        await mentor.quiet()
    assert await mentor.octets(path, b"another") == (503, ANY)
    await mentee.snapshot(b"the other seat may", upto=1)
    go_on.set()
    status, problem = await late
    assert (status, problem["code"]) == (409, "snapshot_old")


async def test_what_thousands_of_entries_follow_is_not_sealed_anew(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    with_limits(house, behind_entries=3)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    with_limits(house)
    await five(first)
    status, problem = await first.octets(first.path("/snapshots", upto=1), b"one")
    assert (status, problem["code"]) == (409, "snapshot_old")
    made = await first.snapshot(b"all five", upto=5)
    for n in range(6, 10):
        assert await first.store(b"more") == n
    status, problem = await second.decide(made, "confirm")
    assert (status, problem["code"]) == (409, "snapshot_old")
    made = await first.snapshot(b"all nine", upto=9)
    assert (await second.decide(made, "confirm"))[0] == 200


@pytest.mark.slow
async def test_a_large_snapshot_comes_back_as_it_was(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"one")
    large = bytes(range(256)) * 4096 + b"end"  # four chunks and a bit
    made = await mentor.snapshot(large, upto=1)
    assert await mentee.read() == [["snapshot", made, 1, large], ["end", 1]]
    # exactly one chunk has no empty one after it
    await mentor.store(b"two")
    made = await mentor.snapshot(bytes(256 * 1024), upto=2)
    assert await mentee.read() == [["snapshot", made, 2, bytes(256 * 1024)], ["end", 2]]


@pytest.mark.slow
async def test_confirmed_by_the_other_the_entries_before_it_are_destroyed(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await five(mentor)
    made = await mentor.snapshot(b"all four", upto=4)
    assert (await mentor.decide(made, "confirm"))[1]["code"] == "not_yours_to_confirm"
    assert (await mentee.decide(made, "confirm"))[0] == 200
    assert await mentor.expect("changed", lambda message: message[5]) == [
        "changed", "document", made, 4, "mentor", True, False,
    ]  # fmt: skip
    assert (await mentee.decide(made, "confirm"))[0] == 200
    assert (await mentee.decide(made, "restore"))[1]["code"] == "already_confirmed"
    read = await mentee.read()
    assert [message[0] for message in read] == ["snapshot", "entry", "end"]
    assert read[1][6] == b"update 5"
    assert await mentor.store(b"update 6") == 6
    assert bodies(await mentee.read(after=4)) == [b"update 5", b"update 6"]
    # what was given up is still known by name
    assert kept_rows(house, "journal_generations", mentor.room) == 1


@pytest.mark.slow
async def test_a_compaction_in_bad_faith_is_undone(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await five(mentor)
    good = await mentor.snapshot(b"good", upto=3)
    await mentee.decide(good, "confirm")
    first = await mentee.snapshot(b"vandal", upto=4)
    second = await mentee.snapshot(b"vandal again", upto=5)
    # whoever did not see it come can compare it with what it replaces
    assert (await mentor.read())[0][:3] == ["snapshot", second, 5]
    status, raw = await mentor.browser.ask("GET", mentor.path("", confirmed=1))
    assert status == 200
    assert [message[3] if message[0] == "snapshot" else message[6] for message in frames(raw)[:-1]] == [
        b"good", b"update 4", b"update 5",
    ]  # fmt: skip
    assert (await mentor.decide(first, "restore"))[1]["code"] == "no_such_snapshot"
    assert (await mentor.decide(second, "restore"))[0] == 200
    changed = await mentee.expect("changed", lambda message: message[6])
    assert changed == ["changed", "document", good, 3, "mentor", True, True]
    read = await mentee.read()
    assert read[0] == ["snapshot", good, 3, b"good"]
    assert [message[6] for message in read[1:-1]] == [b"update 4", b"update 5"]
    # and without any confirmed one before it, all entries are there again
    other, _ = await sharing_pair(house)
    await five(other)
    vandal = await other.snapshot(b"vandal", upto=5)
    assert (await other.decide(vandal, "restore"))[0] == 200
    assert bodies(await other.read()) == [f"update {n}".encode() for n in range(1, 6)]


@pytest.mark.slow
async def test_one_alone_and_notes_need_nobody_to_confirm(house: House) -> None:
    browser = house.browser()
    room = await browser.create("mentor")
    assert (await browser.join(room, Seat.MENTOR))[0] == 200
    tab = await share(browser, room, Seat.MENTOR)
    await five(tab)
    made = await tab.snapshot(b"five", upto=5)
    assert (await tab.expect("changed"))[5] is True
    assert await tab.read() == [["snapshot", made, 5, b"five"], ["end", 5]]
    mentor, mentee = await sharing_pair(house)
    await mentor.make_notes_key()
    await mentor.store(b"private", "notes")
    made = await mentor.snapshot(b"mine", upto=1, journal="notes")
    assert (await mentor.expect("changed"))[1:6] == ["notes", made, 1, "mentor", True]
    await mentee.quiet()
    assert [message for message in mentee.inbox if message[0] == "changed"] == []
    assert await mentee.read(journal="notes") == [["end", 0]]
    status, problem = await mentee.browser.ask("GET", mentee.path(f"/snapshots/{made}", "notes"))
    assert (status, problem["code"]) == (404, "no_such_snapshot")


@pytest.mark.slow
async def test_what_may_not_be_made(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await five(mentor)

    async def refused(upto: Any, body: bytes = b"x", journal: str = "document") -> tuple[int, str]:
        status, problem = await mentor.octets(mentor.path("/snapshots", journal, upto=upto), body)
        return status, problem["code"]

    assert await refused(6) == (409, "snapshot_ahead")
    assert await refused(0) == (409, "snapshot_old")
    assert await refused("-1") == (400, "bad_request")
    assert await refused(1, b"") == (422, "empty")
    assert await refused(1, journal="chat") == (404, "no_snapshots")
    await mentor.snapshot(b"x", upto=3)
    assert await refused(3) == (409, "snapshot_old")
    assert await refused(2) == (409, "snapshot_old")
    assert (await mentor.octets(mentor.path("/snapshots", upto=4), bytes(16 * 1024 * 1024 + 1)))[0] == 413
    assert (await mentee.octets(mentee.path("/snapshots", upto=4, drops="no id"), b"x"))[0] == 400
    assert (await mentee.decide(new_id(), "restore"))[1]["code"] == "no_such_snapshot"
    assert kept_rows(house, "journal_snapshots", mentor.room) == 1
    assert kept_rows(house, "journal_chunks", mentor.room) == 1


async def test_struck_and_forgotten_is_found_nowhere_with_every_key_that_is_left(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"keep: walnut")
    await mentor.store(b"forget: hazelnut")
    await mentor.store(b"strike: pecan", "chat")
    await mentor.store(b"keep: almond", "chat")
    older = await mentor.snapshot(b"older, with hazelnut", upto=2)
    await mentee.decide(older, "confirm")
    await mentor.store(b"forget: hazelnut again")
    assert b"hazelnut" in await everything(house, mentor.room)
    assert b"pecan" in await everything(house, mentor.room)
    await mentor.send("strike", 1)
    await mentee.expect("struck")
    made = await mentor.snapshot(b"without", upto=3, forgets=1, drops=older)
    assert b"hazelnut" in await everything(house, mentor.room)  # it waits for the other's word
    await mentee.decide(made, "confirm")
    left = await everything(house, mentor.room)
    assert b"hazelnut" not in left
    assert b"pecan" not in left
    assert b"almond" in left
    assert b"without" in left
    assert (await mentor.browser.ask("GET", mentor.path(f"/snapshots/{older}")))[0] == 404


@pytest.mark.slow
async def test_what_lies_in_another_room_or_place_does_not_open(house: House) -> None:
    mentor, _ = await sharing_pair(house)
    other, _ = await sharing_pair(house)
    await mentor.store(b"mine")
    await other.store(b"theirs")
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:
        taken = raw.execute("SELECT sealed FROM journal_batches WHERE room = ?", (other.room,)).fetchone()[0]
        raw.execute("UPDATE journal_batches SET sealed = ? WHERE room = ?", (taken, mentor.room))
    raw.close()
    status, problem = await mentor.browser.ask("GET", mentor.path(""))
    assert (status, problem["code"]) == (500, "damaged")
    assert bodies(await other.read()) == [b"theirs"]
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:  # another number, another sender
        raw.execute("UPDATE journal_batches SET first = 2, last = 2 WHERE room = ?", (other.room,))
    raw.close()
    assert (await other.browser.ask("GET", other.path("", after=1)))[1]["code"] == "damaged"


@pytest.mark.slow
async def test_a_page_is_asked_and_then_another(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    with_limits(house, compact_entries=4)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    await five(first)
    assert await first.expect("compact") == ["compact", "document", 5]
    await first.quiet()
    assert [message for message in second.inbox if message[0] == "compact"] == []
    house.advance(30_000)
    assert await second.expect("compact") == ["compact", "document", 5]
    made = await second.snapshot(b"five", upto=5)
    house.advance(30_000)
    assert await first.store(b"six") == 6
    assert [message for message in (*first.inbox, *second.inbox) if message[0] == "compact"] == []
    # what was undone is made by the one who undid it
    assert (await first.decide(made, "restore"))[0] == 200
    assert await first.store(b"seven") == 7
    assert (await first.expect("compact"))[2] == 7
    with_limits(house)


@pytest.mark.slow
async def test_bounds_are_told_before_they_hurt(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    with_limits(house, used_bytes=1000, chat_entries=10)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    await first.store(bytes(790))
    await first.store(bytes(20))
    assert await second.expect("room") == ["room", "document", 810, 1000]
    late = await share(mentee, room, Seat.MENTEE)
    assert await late.expect("room") == ["room", "document", 810, 1000]
    await first.append(bytes(191))
    assert (await first.expect("refused"))[1] == "journal_full"
    made = await first.snapshot(b"small", upto=2)
    assert await second.expect("room") == ["room", "document", 5, 1000]
    await second.decide(made, "confirm")
    assert await first.store(bytes(191)) == 3
    for n in range(1, 11):
        assert await first.store(b"said", "chat") == n
    assert await first.expect("room", lambda message: message[2] == 8) == ["room", "chat", 8, 10]
    await first.append(b"said", "chat")
    assert (await first.expect("refused"))[1] == "journal_full"
    assert await second.store(b"the other may", "chat") == 11
    await first.send("strike", 4)
    await second.expect("struck")
    assert await first.store(b"said", "chat") == 12
    with_limits(house)


async def test_many_small_entries_fill_a_journal_too(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    with_limits(house, used_entries=3, retained_entries=5)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    with_limits(house)
    for n in (1, 2, 3):
        assert await first.store(b"x") == n
    await first.append(b"x")
    assert (await first.expect("refused"))[1] == "journal_full"
    made = await first.snapshot(b"three", upto=3)
    for n in (4, 5):
        assert await first.store(b"x") == n
    await first.append(b"x")  # what could be gone back to counts as well
    assert (await first.expect("refused"))[1] == "kept_full"
    assert (await second.decide(made, "confirm"))[0] == 200
    assert await first.store(b"x") == 6


def with_limits(house: House, **changed: Any) -> None:
    """For rooms that become live from now on."""
    journals: Journals = house.hub.journals
    journals.limits = replace(type(journals.limits)(), **changed)


@pytest.mark.slow
async def test_a_later_process_goes_on_with_what_was_being_destroyed(house: House) -> None:
    mentor, _ = await sharing_pair(house)
    await five(mentor)
    made = await mentor.snapshot(b"five", upto=5)
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:
        raw.execute("UPDATE journal_snapshots SET state = 'dropping' WHERE id = ?", (made,))
    raw.close()
    await Journals(house.hub.services).start()
    assert kept_rows(house, "journal_snapshots", mentor.room) == 0
    assert await house.hub.services.shred.things(mentor.room, Kind.SNAPSHOT) == {}
