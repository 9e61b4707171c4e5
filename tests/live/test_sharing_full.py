"""A journal that is full, and things too large for it: the browser's real code in Node, on a real server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.live.journal_log import Log
from server.store import blobs
from tests.live.house import House
from tests.live.pages import pages_of
from tests.live.sharing_room import MENTEE, MENTOR, Room, codes, house_of_pages

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house_of_pages(tmp_path_factory.mktemp("house"), compact_within_ms=3000) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: House, script: Path) -> AsyncIterator[Room]:
    async with pages_of(script) as pages:
        yield await Room(house, pages).begin()


def log_of(room: Room, **limits: int) -> Log:
    """The live document, which may hold so much from now on."""
    live: Any = room.house.hub.journals.peek(room.id)
    live.room.limits = live.room.document.limits = replace(live.room.limits, **limits)
    for log in live.room.notes.values():
        log.limits = live.room.limits
    return live.room.document  # type: ignore[no-any-return]


async def sent(room: Room, page: str) -> Any:
    return await room.pages.see(page, lambda state: bool(state["unsent"] == 0))


async def store(room: Room, page: str, do: str, *, notes: bool = False, **more: Any) -> None:
    """What a page writes is gathered for a moment: it has been, is sent and stored."""
    live: Any = room.house.hub.journals.peek(room.id)
    log = live.room.notes[MENTOR] if notes else live.room.document
    before = log.durable
    await room.pages.tell(do, page, **more)
    await room.pages.see(page, lambda state: bool(log.durable > before and state["unsent"] == 0))


async def is_full(room: Room, page: str) -> None:
    """To the last letter; nothing fits any more."""
    log = log_of(room)
    log_of(room, used_bytes=log.used)
    await room.pages.tell("note", page, words=["typed in a full room", "typed"])
    await room.troubled(page, "journal_full")


def titles(state: Any) -> set[str]:
    return set(state["document"][1])


async def filled(room: Room) -> None:
    for note in ("one", "two", "three"):
        await store(room, "a", "fill", words=[note], bytes=60_000)
    await room.pages.see("b", lambda state: titles(state) == {"one", "two", "three"})


async def test_who_deletes_in_a_full_document_gets_out_of_it(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await filled(room)
    await is_full(room, "a")
    # what makes no room waits, for the other too, and is lost nowhere
    await room.pages.tell("note", "b", words=["typed by the other", "other"])
    await room.troubled("b", "journal_full")
    assert (await room.pages.state("a"))["unsent"] == (await room.pages.state("b"))["unsent"] == 1
    await room.pages.tell("drop", "a", words=["two"])
    for page in "ab":
        await room.pages.see(page, lambda state: titles(state) == {"one", "three", "typed", "other"})
        await sent(room, page)
        await room.pages.see(page, lambda state: "journal_full" not in codes(state))
    # it stays so, also for who comes new, and writing goes on
    await room.pages.tell("note", "b", words=["goes on", "on"])
    await room.come("c", MENTEE)
    state = await room.pages.see("c", lambda state: titles(state) == {"one", "three", "typed", "other", "on"})
    assert not state["pending"]
    # the other seat's word is still asked before anything goes for good
    await room.troubled("b", "deleted_much")
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "b", code="deleted_much", choice="all_right")
    await room.snapshot_where("b", confirmed=True)
    for page in "abc":
        assert titles(await room.pages.see(page, lambda state: codes(state) == [])) == titles(state)


async def test_what_still_does_not_fit_waits_and_the_deletion_goes(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await filled(room)
    log = log_of(room)
    log_of(room, used_bytes=log.used)
    await room.pages.tell("fill", "a", words=["large"], bytes=100_000)
    await room.troubled("a", "no_room_for")
    await room.pages.tell("drop", "a", words=["two"])
    await room.pages.see("b", lambda state: titles(state) == {"one", "three"})
    state = await room.troubled("a", "no_room_for")
    [told] = [each for each in state["troubles"] if each["code"] == "no_room_for"]
    assert told["values"] == {"kind": "notes", "called": "note large"}
    assert titles(state) == {"one", "three", "large"}
    # in another seat's rows of the document there is nothing in the way
    await room.pages.tell("note", "b", words=["fits", "fits"])
    await room.pages.see("a", lambda state: "fits" in titles(state))
    assert not (await room.pages.state("b"))["pending"]
    await room.pages.tell("drop", "b", words=["one"])
    # a snapshot of theirs would agree to what the other deleted: they are asked before
    await room.troubled("a", "deleted_much")
    await room.pages.tell("choose", "a", code="deleted_much", choice="all_right")
    for page in "ab":
        await room.pages.see(page, lambda state: titles(state) == {"three", "large", "fits"})
    await sent(room, "a")


async def test_who_comes_to_a_room_that_somebody_filled_gets_out_of_it_alone(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("note", "a", words=["all that was agreed", "mine"])
    await filled_by_a_vandal(room)
    await room.come("b", MENTEE)
    await is_full(room, "b")
    for note in ("one", "two", "three"):
        await room.pages.tell("drop", "b", words=[note])
    await sent(room, "b")
    await room.come("c", MENTOR)
    await room.pages.see("c", lambda state: titles(state) == {"mine", "typed"})


async def filled_by_a_vandal(room: Room) -> None:
    for note in ("one", "two", "three"):
        await store(room, "a", "fill", words=[note], bytes=60_000)
    await room.pages.tell("close", "a")


async def test_private_notes_that_are_full(room: Room) -> None:
    await room.come("a", MENTOR)
    await store(room, "a", "write", notes=True, words=["x" * 40_000], random=2)
    live: Any = room.house.hub.journals.peek(room.id)
    log_of(room, used_bytes=live.room.notes[MENTOR].used)
    await room.pages.tell("write", "a", words=["inmost"], random=2)
    await room.troubled("a", "journal_full")
    await room.pages.tell("unwrite", "a")
    await sent(room, "a")
    await room.pages.tell("write", "a", words=["outmost"], random=2)
    await room.come("b", MENTOR)
    await room.pages.see("b", lambda state: state["own"] == "outmost;")
    await room.pages.see("a", lambda state: codes(state) == [])


async def test_what_only_the_others_word_makes_room_for(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.come("a", MENTOR)
    await room.pages.tell("close", "b")
    await store(room, "a", "fill", words=["one"], bytes=60_000)
    for n in range(13):
        await store(room, "a", "note", words=[f"note {n}", f"n{n}"])
    await room.snapshot_where("a", confirmed=False)
    log = log_of(room)
    log_of(room, retained_bytes=log.retained_bytes)
    await room.pages.tell("note", "a", words=["typed", "typed"])
    await room.troubled("a", "kept_full")
    # to delete does not help, and is kept
    await room.pages.tell("drop", "a", words=["n0"])
    assert (await room.pages.see("a", lambda state: bool(state["unsent"] == 2)))["phase"] == "open"
    await room.come("b", MENTEE)
    await room.pages.see("b", lambda state: "typed" in titles(state) and "n0" not in titles(state))
    await sent(room, "a")
    await room.pages.see("a", lambda state: "kept_full" not in codes(state))


def named(state: Any) -> bool:
    """What is in the way is told at once, and by its name as soon as it was looked for."""
    return bool(state["troubles"]) and all("values" in told for told in state["troubles"])


async def test_one_change_that_is_too_large_holds_up_only_what_builds_on_it(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.tell("note", "a", words=["to be deleted", "old"])
    await room.pages.see("b", lambda state: titles(state) == {"old"})
    await room.pages.tell("fill", "a", words=["huge"], bytes=5 * 1024 * 1024)
    await room.troubled("a", "too_large")
    await room.pages.tell("note", "a", words=["after it", "after"])
    await room.pages.tell("write", "a", words=["said"], random=0)
    await room.pages.tell("drop", "a", words=["old"])
    state = await room.pages.see("b", lambda state: titles(state) == set() and len(state["chat"]) == 1)
    assert not state["pending"]
    # what was written after it waits, as one change or more
    state = await room.pages.see("a", lambda state: state["unsent"] >= 2 and named(state))
    assert [(told["code"], told["values"]) for told in state["troubles"]] == [
        ("too_large", {"kind": "notes", "called": "note huge"})
    ]
    await room.pages.tell("drop", "a", words=["huge"])
    await room.pages.see("b", lambda state: titles(state) == {"after"})
    await sent(room, "a")
    for page in "ab":
        state = await room.pages.see(page, lambda state: "too_large" not in codes(state))
        assert codes(state) in ([], ["deleted_much"])


async def test_files_are_told_of_in_words_before_there_is_no_room(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "SEAT_BYTES", 1000)
    await room.come_light("a", MENTOR)
    put = (await room.pages.tell("put", "a", bytes=850))["blob"]
    state = await room.troubled("a", "filling")
    assert state["troubles"] == [{"code": "filling", "journal": "files", "values": {"percent": 85}}]
    await room.come_light("later", MENTOR)
    await room.troubled("later", "filling")
    await room.pages.tell("unput", "later", words=[put])
    for page in ("a", "later"):
        await room.pages.see(page, lambda state: codes(state) == [])
