"""A journal at its bounds: an entry that comes with the snapshot that makes room for it, and what only the other's word
makes room for. Over real sockets, with the real database underneath."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest

from server.domain.values import Seat
from server.ids import new_id
from server.live.journal_keys import Kind
from server.live.journals import Journals
from server.store import blobs
from tests.live.house import House, pair_in
from tests.live.sharing import SharingTab, bodies, frames, share

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def bounded(house: House, **limits: Any) -> tuple[SharingTab, SharingTab]:
    """Both have a room open whose journals may hold so much."""
    journals: Journals = house.hub.journals
    mentor, mentee, room = await pair_in(house)
    journals.limits = replace(type(journals.limits)(), **limits)
    first = await share(mentor, room, Seat.MENTOR)
    second = await share(mentee, room, Seat.MENTEE)
    journals.limits = type(journals.limits)()
    return first, second


async def make_room(tab: SharingTab, upto: int, entry: bytes, snapshot: bytes, **more: Any) -> tuple[int, Any]:
    asked: dict[str, Any] = {"upto": upto, "last": new_id(), "last_bytes": len(entry)} | more
    return await tab.octets(tab.path("/snapshots", **asked), entry + snapshot)


async def is_refused(tab: SharingTab, body: bytes) -> str:
    local = await tab.append(body)
    return str((await tab.expect("refused", lambda message: message[3] == local))[1])


async def test_a_full_journal_takes_an_entry_with_the_snapshot_that_makes_room(house: House) -> None:
    mentor, mentee = await bounded(house, used_bytes=100)
    await mentor.store(bytes(60))
    await mentor.store(bytes(40))
    assert await is_refused(mentor, b"-") == "journal_full"
    status, made = await make_room(mentor, 3, b"the first goes", bytes(50))
    assert status == 200, made
    entry = await mentee.expect("entry", lambda message: message[2] == 3)
    assert (entry[3], entry[6]) == ("mentor", b"the first goes")
    changed = await mentee.expect("changed")
    assert changed == ["changed", "document", made["id"], 3, "mentor", False, False]
    assert await mentee.expect("room", lambda message: message[2] < 80) == ["room", "document", 50, 100]
    # its sender's own pages hear it too: it has a number now
    assert (await mentor.expect("entry", lambda message: message[2] == 3))[6] == b"the first goes"
    assert await mentee.store(bytes(40)) == 4
    read = await mentor.read()
    assert read[0] == ["snapshot", made["id"], 3, bytes(50)]
    assert [message[2] for message in read[1:-1]] == [4]


async def test_until_it_is_confirmed_it_can_be_undone_and_its_entry_stays(house: House) -> None:
    mentor, mentee = await bounded(house, used_bytes=100)
    await mentor.store(bytes(100))
    _, made = await make_room(mentor, 2, b"deleted", bytes(50))
    assert (await mentee.decide(made["id"], "restore"))[0] == 200
    assert bodies(await mentee.read()) == [bytes(100), b"deleted"]
    assert await is_refused(mentee, b"-") == "journal_full"
    status, again = await make_room(mentee, 3, b"deleted otherwise", bytes(20))
    assert (status, (await mentor.decide(again["id"], "confirm"))[0]) == (200, 200)
    assert [message[0] for message in await mentor.read()] == ["snapshot", "end"]
    assert (await mentor.store(bytes(80))) == 4


async def test_many_small_entries_make_way_too(house: House) -> None:
    mentor, _ = await bounded(house, used_entries=2)
    for n in (1, 2):
        assert await mentor.store(b"x") == n
    assert await is_refused(mentor, b"x") == "journal_full"
    assert (await make_room(mentor, 3, b"x", b"all"))[0] == 200
    assert await mentor.store(b"x") == 4


async def test_a_snapshot_that_makes_no_room_brings_no_entry(house: House) -> None:
    mentor, mentee = await bounded(house, used_bytes=100)
    await mentor.store(bytes(100))
    assert await make_room(mentor, 2, b"no", bytes(101)) == (413, ANY)
    assert await make_room(mentor, 2, b"no", b"") == (422, ANY)
    assert await make_room(mentor, 2, b"", bytes(50)) == (422, ANY)
    assert (await make_room(mentor, 2, b"no", bytes(50), last_bytes=60))[0] == 422
    assert (await make_room(mentor, 2, b"no", bytes(50), last="x"))[1]["code"] == "bad_request"
    assert (await make_room(mentor, 1, b"no", bytes(50)))[1]["code"] == "snapshot_old"
    assert (await make_room(mentor, 3, b"no", bytes(50)))[1]["code"] == "snapshot_ahead"
    assert bodies(await mentee.read()) == [bytes(100)]
    assert await mentee.snapshots() == []


async def test_what_comes_meanwhile_comes_first(house: House) -> None:
    mentor, mentee = await bounded(house, used_bytes=100)
    await mentor.store(bytes(90))
    go_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"no" + bytes(10)
        await go_on.wait()
        yield bytes(10)

    path = mentor.path("/snapshots", upto=2, last=new_id(), last_bytes=2)
    late = asyncio.ensure_future(mentor.octets(path, slowly(), size=22))
    while not await house.hub.services.shred.things(mentor.room, Kind.SNAPSHOT):
        await mentor.quiet()
    assert await mentee.store(b"first") == 2
    go_on.set()
    status, problem = await late
    assert (status, problem["code"]) == (409, "snapshot_old")
    assert bodies(await mentee.read()) == [bytes(90), b"first"]


async def test_what_is_kept_for_going_back_is_a_bound_of_its_own(house: House) -> None:
    mentor, mentee = await bounded(house, used_bytes=100, retained_bytes=150)
    await mentor.store(bytes(100))
    first = await mentor.snapshot(bytes(10), upto=1)
    await mentor.store(bytes(50))
    # no deletion helps: what the other seat has not confirmed stays as it was
    assert await is_refused(mentor, b"-") == "kept_full"
    assert (await make_room(mentor, 3, b"-", bytes(5)))[1]["code"] == "kept_full"
    status, raw = await mentee.browser.ask("GET", mentee.path("", confirmed=1))
    assert status == 200
    assert [message[6] for message in frames(raw)[:-1]] == [bytes(100), bytes(50)]
    assert (await mentee.decide(first, "confirm"))[0] == 200
    assert await mentor.store(bytes(40)) == 3


async def put(tab: SharingTab, size: int) -> str:
    status, made = await tab.octets(f"/api/rooms/{tab.room}/blobs?seat={tab.seat}", bytes(size))
    assert status == 200, made
    return str(made["id"])


async def test_a_seats_files_are_told_of_before_their_bound_hurts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "SEAT_BYTES", 1000)
    monkeypatch.setattr(blobs, "SEAT_BLOBS", 10)
    mentor, mentee = await bounded(house)
    large = await put(mentor, 790)
    await put(mentor, 20)
    assert await mentor.expect("files") == ["files", 810, 1000]
    late = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert await late.expect("files") == ["files", 810, 1000]
    status, _ = await mentor.browser.ask("DELETE", f"/api/rooms/{mentor.room}/blobs/{large}?seat=mentor")
    assert status == 200
    assert await mentor.expect("files") == ["files", 1, 10]
    for _ in range(7):
        await put(mentor, 1)
    assert await mentor.expect("files") == ["files", 8, 10]
    # what the other has room for is their own
    await mentee.quiet()
    assert [message for message in mentee.inbox if message[0] == "files"] == []
    third = await share(mentee.browser, mentee.room, Seat.MENTEE)
    await third.quiet()
    assert [message for message in third.inbox if message[0] == "files"] == []
