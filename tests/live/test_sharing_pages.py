"""The browser's part of sharing, its real code in Node, on a real server."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

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


async def test_snapshots_are_made_and_confirmed_by_themselves(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    for n in range(20):
        await room.pages.tell("note", "a", words=[f"note {n}", f"n{n}"])
        await room.texts("b", f"note {n}")
    confirmed = await room.snapshot_where("b", confirmed=True)
    assert confirmed["upto"] >= 8
    await room.come("c", MENTEE)
    late = await room.pages.state("c")
    assert late["document"] == (await room.pages.state("a"))["document"]
    assert codes(late) == codes(await room.pages.state("b")) == []


async def test_deleted_text_is_forgotten_by_itself(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.tell("write", "a", words=["once", "secretly"], random=3)
    await room.texts("b", "secretly")
    await room.pages.tell("erase", "a", random=0)
    await room.pages.tell("forget", "a")
    done = await room.snapshot_where("b", confirmed=True)
    assert done["by"] == "mentor"
    assert codes(await room.pages.state("b")) == []
    read = await (await room.tab(MENTEE)).read()
    assert read[0][0] == "snapshot"
    assert len(read) == 2, "no entry before the snapshot is left"


async def test_much_that_was_deleted_is_asked_about_and_can_be_brought_back(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["what I thought all week", "mine"])
    await room.texts("a", "all week")
    await room.pages.tell("drop", "a", words=["mine"])
    await room.pages.tell("forget", "a")
    state = await room.troubled("b", "deleted_much")
    assert "all week" not in str(state["document"])
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    for page in "ab":
        await room.texts(page, "all week")
    await room.snapshot_where("b", confirmed=True)
    assert codes(await room.pages.state("b")) == []


async def test_much_that_was_deleted_may_go(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.tell("note", "a", words=["an old thought", "old"])
    await room.texts("b", "old thought")
    await room.pages.tell("drop", "a", words=["old"])
    await room.pages.tell("forget", "a")
    await room.troubled("b", "deleted_much")
    await room.pages.tell("choose", "b", code="deleted_much", choice="all_right")
    await room.snapshot_where("b", confirmed=True)
    assert codes(await room.pages.state("b")) == []


async def test_a_compaction_in_bad_faith_is_seen_and_undone(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["all that was agreed", "x"])
    vandal = await room.tab(MENTOR)
    upto = 0
    while upto == 0:
        await room.pages.tell("next", "b")
        upto = (await vandal.read())[-1][1]
    empty = b"\x00\x00"
    path = f"/api/rooms/{room.id}/journals/document/snapshots?seat=mentor&upto={upto}"
    headers = {"Origin": room.house.url, "Content-Type": "application/octet-stream"}
    async with room.people[MENTOR].client.post(room.house.url + path, data=empty, headers=headers) as answer:
        assert answer.status == 200
    await room.troubled("b", "unequal")
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "b", code="unequal", choice="restore")
    await room.pages.see("b", lambda state: codes(state) == [])
    await room.come("c", MENTOR)
    await room.texts("c", "all that was agreed")
    assert await room.snapshots() == []


@pytest.mark.parametrize(
    "hostile",
    [b"\xff" * 40, b"\x01\x01\x00\x00\x04\x01\x05pages\x05", b"\x7f\xff\xff\xff\xff\xff\x0f", b"{}"],
    ids=["noise", "cut_off", "huge_count", "text"],
)
async def test_a_broken_update_is_told_and_taken_out(room: Room, hostile: bytes) -> None:
    await room.come("b", MENTEE)
    vandal = await room.tab(MENTOR)
    await vandal.append(hostile)
    await room.pages.tell("note", "b", words=["goes on", "x"])
    await room.troubled("b", "damaged")
    await room.come("c", MENTOR)
    await room.texts("c", "goes on")
    await room.troubled("c", "damaged")
    await room.pages.tell("choose", "b", code="damaged", choice="last_good")
    for page in "bc":
        state = await room.pages.see(page, lambda state: codes(state) == [])
        assert "goes on" in str(state["document"])
    await room.snapshot_where("b", confirmed=True)
    await room.come("d", MENTOR)
    assert codes(await room.texts("d", "goes on")) == []


@pytest.mark.parametrize(("kind", "code"), [("hole", "damaged"), ("deep", "shape")])
async def test_an_update_in_order_that_does_harm_is_taken_out(room: Room, kind: str, code: str) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["all is well", "x"])
    await room.pages.see("b", lambda state: bool(state["unsent"] == 0))
    harm = await room.pages.tell("hostile", "b", words=[kind])
    await (await room.tab(MENTOR)).append(base64.b64decode(harm["update"]))
    await room.pages.tell("note", "b", words=["goes on", "y"])
    await room.troubled("b", code)
    await room.pages.tell("choose", "b", code=code, choice="last_good")
    for page in ("b", "c"):
        if page == "c":
            await room.come("c", MENTOR)
        state = await room.pages.see(page, lambda state: bool(codes(state) == [] and not state["pending"]))
        assert "all is well" in str(state["document"])
        assert "goes on" in str(state["document"])
        assert "deeper" not in str(state["document"])


async def test_going_back_to_an_earlier_state_and_undoing_that(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    for n in range(16):
        await room.pages.tell("note", "a", words=[f"before {n}", f"n{n}"])
        await room.texts("b", f"before {n}")
    await room.snapshot_where("b", confirmed=True)
    [kept] = (await room.pages.tell("kept", "b"))["kept"][-1:]
    await room.pages.tell("note", "a", words=["a vandal's", "n0"])
    await room.texts("b", "a vandal's")
    await room.pages.tell("back", "b", snapshot=kept["id"])
    for page in "ab":
        await room.pages.see(page, lambda state: "before 0" in str(state["document"]))
        assert "vandal" not in str((await room.pages.state(page))["document"])
    await room.pages.tell("choose", "b", code="went_back", choice="undo")
    for page in "ab":
        await room.texts(page, "a vandal's")


async def test_private_notes_are_opaque_and_stay_with_the_seat(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.tell("write", "a", words=["inmost"], random=2)
    await room.come("c", MENTOR)
    await room.pages.see("c", lambda state: "inmost" in state["own"])
    tab = await room.tab(MENTOR)
    [entry] = (await tab.read(journal="notes"))[:-1]
    assert b"inmost" not in entry[-2]
    assert (await room.pages.state("b"))["own"] == ""


async def test_what_passes_reaches_the_other_and_only_now(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.come("b", MENTEE)
    await room.pages.see("a", lambda state: bool(state["partner"]))
    await room.pages.tell("pass", "a", words=["typing"])
    await room.pages.see("b", lambda state: state["passed"] == [["typing"]])
    await room.come("c", MENTEE)
    assert (await room.pages.state("c"))["passed"] == []


async def test_an_hour_without_a_line_goes_as_one_entry(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("cut", "a")
    await room.pages.see("a", lambda state: bool(state["phase"] == "waiting"))
    unsent = n = 0
    while unsent < 40:
        n += 1
        await room.pages.tell("note", "a", words=[f"alone {n}", f"n{n}"])
        unsent = (await room.pages.tell("next", "a"))["unsent"]
    await room.pages.tell("mend", "a")
    await room.pages.see("a", lambda state: bool(state["unsent"] == 0))
    read = await (await room.tab(MENTEE)).read()
    assert len(read) < 10
    await room.come("b", MENTEE)
    await room.texts("b", f"alone {n}")


async def test_a_page_closed_before_it_could_send(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("cut", "a")
    await room.pages.tell("write", "a", words=[f"word-{n}" for n in range(5)], random=0)
    await room.pages.tell("close", "a")
    await room.come("again", MENTOR)
    state = await room.pages.see("again", lambda state: bool(state["unsent"] == 0))
    everything = str([state[name] for name in ("document", "text", "chat", "own")])
    # no id holds a dash
    assert all(everything.count(f"word-{n}") == 1 for n in range(5))


async def test_a_compaction_in_bad_faith_while_one_is_away_is_seen_by_a_fresh_page(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["all that was agreed", "x"])
    vandal = await room.tab(MENTOR)
    upto = 0
    while upto == 0:
        upto = (await vandal.read())[-1][1]
    await room.pages.tell("close", "b")
    await vandal.snapshot(b"\x00\x00", upto)
    await room.come("c", MENTEE)
    await room.troubled("c", "unequal")
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "c", code="unequal", choice="restore")
    await room.texts("c", "all that was agreed")
    assert codes(await room.pages.state("c")) == []


async def test_a_compaction_in_good_faith_while_one_is_away_is_confirmed_by_a_fresh_page(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["mine", "x"])
    await room.come("a", MENTOR)
    await room.texts("a", "mine")
    await room.pages.tell("close", "b")
    for n in range(90):  # some go together
        await room.pages.tell("note", "a", words=[f"note {n}", f"n{n}"])
        await room.pages.tell("next", "a")
    made = await room.snapshot_where("a", confirmed=False)
    await room.come("c", MENTEE)
    await room.snapshot_where("c", confirmed=True)
    assert made["upto"] >= 8  # as far as was durable when it was asked for
    assert codes(await room.pages.state("c")) == []


async def test_much_that_was_deleted_while_one_is_away_is_asked_about_by_a_fresh_page(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["what I thought all week", "mine"])
    await room.come("a", MENTOR)
    await room.texts("a", "all week")
    await room.pages.tell("close", "b")
    await room.pages.tell("drop", "a", words=["mine"])
    await room.pages.tell("forget", "a")
    await room.snapshot_where("a", confirmed=False)
    await room.come("c", MENTEE)
    assert "all week" not in str((await room.troubled("c", "deleted_much"))["document"])
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "c", code="deleted_much", choice="bring_back")
    for page in "ac":
        await room.texts(page, "all week")
    await room.snapshot_where("c", confirmed=True)


async def test_much_that_was_deleted_is_not_compacted_by_ones_own_page_unasked(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["what I thought all week", "mine"])
    await room.come("a", MENTOR)
    await room.texts("a", "all week")
    await room.pages.tell("drop", "a", words=["mine"])
    await room.pages.see("b", lambda state: "all week" not in str(state["document"]))
    await room.pages.see("a", lambda state: state["unsent"] == 0)
    await room.pages.tell("close", "a")
    vandal = await room.tab(MENTOR)
    harmless = base64.b64decode((await room.pages.tell("hostile", "b", words=["nothing"]))["update"])
    for _ in range(13):  # b's page alone is there to be asked for a snapshot, and the mentor would confirm it
        await vandal.store(harmless)
    await room.troubled("b", "deleted_much")
    assert await room.snapshots() == []
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    await room.texts("b", "all week")


async def test_much_that_was_deleted_and_compacted_without_a_word_is_asked_about(room: Room) -> None:
    await room.come("b", MENTEE)
    await room.pages.tell("note", "b", words=["what I thought all week", "mine"])
    await room.come("a", MENTOR)
    await room.texts("a", "all week")
    await room.pages.tell("drop", "a", words=["mine"])
    for n in range(90):  # some go together
        await room.pages.tell("note", "a", words=[f"note {n}", f"n{n}"])
        await room.pages.tell("next", "a")
    await room.snapshot_where("a", by="mentor")
    await room.troubled("b", "deleted_much")
    assert not (await room.snapshots())[-1]["confirmed"]
    await room.pages.tell("choose", "b", code="deleted_much", choice="bring_back")
    for page in "ab":
        await room.texts(page, "all week")
    await room.snapshot_where("b", confirmed=True)


async def test_two_pages_of_one_seat_send_what_waits_once(room: Room) -> None:
    await room.come("a", MENTOR)
    await room.pages.tell("cut", "a")
    await room.pages.tell("write", "a", words=["hello"], random=0)
    await room.pages.see("a", lambda state: bool(state["unsent"] == 1))
    await room.come("a2", MENTOR)
    await room.pages.see("a2", lambda state: bool(state["chat"] and state["unsent"] == 0))
    await room.pages.tell("mend", "a")
    await room.pages.see("a", lambda state: bool(state["unsent"] == 0))
    await room.come("b", MENTEE)
    for page in ("a", "a2", "b"):
        state = await room.pages.see(page, lambda state: bool(state["chat"]))
        assert [(entry["n"], entry["stored"]) for entry in state["chat"]] == [(1, True)]
