"""What a run of a recording begins with where the browser that gives its document is behind: nothing is missing,
nothing is there twice, and nothing comes before what it follows."""

import asyncio
import random
from pathlib import Path

import pytest

from server.domain.shared_part import Begin, Frame, Written
from server.domain.sharing import Journal
from server.domain.values import Seat
from server.errors import VisavisError
from server.live import table
from server.live.journal_reader import read_entries
from server.live.table import OpenTable
from tests.live.house import Tab, meeting_in, open_house, pass_seconds
from tests.live.sharing import SharingTab, share
from tests.live.tape import Tape, all_in, content_of, frames_of, numbers_of, parts_of, post, shared_path


async def only_part(tape: Tape) -> list[Frame]:
    [frames] = await all_parts(tape)
    return frames


async def all_parts(tape: Tape) -> list[list[Frame]]:
    browser, room = tape.tab.browser, tape.tab.room
    return [await frames_of(browser, room, tape.id, part) for part in await parts_of(browser, room, tape.id)]


async def write(tab: SharingTab, *numbers: int, journal: str = "document") -> None:
    """Entries whose bodies say their numbers."""
    for n in numbers:
        assert await tab.store(f"entry {n}".encode(), journal) == n


def is_whole(frames: list[Frame], last: int) -> None:
    """Whatever the document lacks follows it, each once and in order."""
    begin, *rest = frames
    assert isinstance(begin, Begin)
    numbers = numbers_of(rest)
    assert numbers == list(range(numbers[0], last + 1)) if numbers else begin.upto == last
    assert not numbers or numbers[0] <= begin.upto + 1
    for frame in rest:
        if isinstance(frame, Written) and frame.journal is Journal.DOCUMENT:
            assert frame.body == f"entry {frame.n}".encode()


async def test_what_the_browser_had_not_read_comes_before_what_follows(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        start = house.clock.now_ms()
        await write(mentor, 1, 2)
        await write(mentee, 3)
        house.advance(1_000)
        await write(mentee, 4)
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        house.advance(1_000)
        await shared.begin(Seat.MENTOR, b"one and two", 2, await content_of(mentor))
        await write(mentor, 5)
        await tape.end_run(shared)
        await tape.end()
        assert await only_part(tape) == [
            Begin(1, 1, start + 2_000, Seat.MENTOR, b"one and two", 2),
            Written(start, Journal.DOCUMENT, 3, Seat.MENTEE, b"entry 3"),
            Written(start + 1_000, Journal.DOCUMENT, 4, Seat.MENTEE, b"entry 4"),
            Written(start + 2_000, Journal.DOCUMENT, 5, Seat.MENTOR, b"entry 5"),
        ]


async def test_a_browser_that_has_everything_gives_everything(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, _ = await all_in(house)
        await write(mentor, 1, 2)
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        await write(mentor, 3, 4)
        # it was read and is in the document, and it was heard: who wrote it, and when, is told by the change
        await shared.begin(Seat.MENTOR, b"all four", 4, await content_of(mentor))
        await tape.end_run(shared)
        await tape.end()
        frames = await only_part(tape)
        assert numbers_of(frames) == [3, 4]
        is_whole(frames, 4)


@pytest.mark.parametrize("early", [True, False])
async def test_entries_that_come_while_the_document_is_taken_in_come_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    reading, go_on = asyncio.Event(), asyncio.Event()
    as_it_is = OpenTable.missing

    async def slow(opened: OpenTable, upto: int) -> list[Written]:
        found = await as_it_is(opened, upto) if early else []
        reading.set()
        await go_on.wait()
        return found if early else await as_it_is(opened, upto)

    monkeypatch.setattr(OpenTable, "missing", slow)
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        await write(mentor, 1, 2, 3)
        await write(mentor, 1, 2, journal="chat")
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        begun = asyncio.create_task(shared.begin(Seat.MENTOR, b"one", 1, await content_of(mentor)))
        await reading.wait()
        await write(mentee, 4, 5)
        await write(mentee, 3, journal="chat")
        go_on.set()
        await begun
        await write(mentee, 6)
        await write(mentee, 4, journal="chat")
        await tape.end_run(shared)
        await tape.end()
        frames = await only_part(tape)
        assert numbers_of(frames) == [2, 3, 4, 5, 6]
        assert numbers_of(frames, Journal.CHAT) == [1, 2, 3, 4]
        is_whole(frames, 6)


async def test_going_on_after_a_pause_begins_with_all_that_stands_by_then(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        content, tape = await content_of(mentor), Tape(house, mentor)
        await tape.open()
        await write(mentor, 1)
        shared = await tape.run()
        await shared.begin(Seat.MENTOR, b"one", 1, content)
        await write(mentor, 2)
        tape.permit.close()
        await write(mentee, 3)
        await tape.end_run(shared)
        await write(mentee, 4)
        shared = await tape.run()
        await write(mentee, 5)
        await shared.begin(Seat.MENTOR, b"still one", 1, content)
        await write(mentor, 6)
        tape.permit.close()
        await write(mentor, 7)
        await tape.end_run(shared)
        await tape.end()
        first, second = await all_parts(tape)
        assert (numbers_of(first), numbers_of(second)) == ([2], [2, 3, 4, 5, 6])
        is_whole(second, 6)


async def test_nobody_has_the_journals_open(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        content, tape = await content_of(mentor), Tape(house, mentor)
        await write(mentor, 1, 2)
        await write(mentor, 1, journal="chat")
        for tab in (mentor, mentee):
            await tab.close()
        assert house.hub.journals.peek(mentor.room) is None
        await tape.open()
        shared = await tape.run()
        await shared.begin(Seat.MENTEE, b"nothing yet", 0, content)
        again = await share(mentor.browser, mentor.room, Seat.MENTOR)
        await write(again, 3)
        await tape.end_run(shared)
        await tape.end()
        frames = await only_part(tape)
        assert (numbers_of(frames), numbers_of(frames, Journal.CHAT)) == ([1, 2, 3], [1])


# --- compacted meanwhile ----------------------------------------------------------------------------------------------


async def test_a_snapshot_that_may_still_be_undone_takes_nothing_away(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        await write(mentor, 1, 2, 3, 4)
        await mentee.snapshot(b"one to four", 4)
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        await shared.begin(Seat.MENTOR, b"one", 1, await content_of(mentor))
        await tape.end_run(shared)
        await tape.end()
        frames = await only_part(tape)
        assert numbers_of(frames) == [2, 3, 4]
        is_whole(frames, 4)


async def test_a_document_from_before_what_was_given_up_is_not_taken_and_the_other_browser_gives_one(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        await write(mentor, 1, 2, 3, 4)
        snapshot = await mentee.snapshot(b"one to four", 4)
        assert (await mentor.decide(snapshot, "confirm"))[0] == 200
        await write(mentor, 5)
        content, tape = await content_of(mentor), Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        with pytest.raises(VisavisError) as refused:
            await shared.begin(Seat.MENTOR, b"with what was deleted", 3, content)
        assert (refused.value.code, refused.value.status, refused.value.more) == ("document_old", 409, {"upto": 4})
        await shared.begin(Seat.MENTEE, b"one to four", 4, content)
        await tape.end_run(shared)
        await tape.end()
        begin, *_ = frames = await only_part(tape)
        assert isinstance(begin, Begin)
        assert (begin.by, begin.document, numbers_of(frames)) == (Seat.MENTEE, b"one to four", [5])


async def test_what_is_given_up_while_it_is_read_is_no_way_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        await write(mentor, 1, 2, 3, 4)
        snapshot = await mentee.snapshot(b"one to four", 4)
        content, tape, as_it_is = await content_of(mentor), Tape(house, mentor), read_entries

        async def overtaken(*asked: object) -> object:
            assert (await mentor.decide(snapshot, "confirm"))[0] == 200
            async for entries in as_it_is(*asked):  # type: ignore[arg-type]
                yield entries

        monkeypatch.setattr(table, "read_entries", overtaken)
        await tape.open()
        shared = await tape.run()
        with pytest.raises(VisavisError) as refused:
            await shared.begin(Seat.MENTOR, b"one", 1, content)
        assert (refused.value.code, refused.value.status) == ("journal_changed", 409)
        monkeypatch.undo()
        await shared.begin(Seat.MENTOR, b"one to four", 4, content)
        await tape.end_run(shared)
        await tape.end()
        is_whole(await only_part(tape), 4)


async def test_a_browser_that_is_too_far_behind_reads_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MISSING_BYTES", 20)
    async with open_house(tmp_path) as house:
        _, _, mentor, _ = await all_in(house)
        await write(mentor, 1, 2, 3, 4)
        content, tape = await content_of(mentor), Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        with pytest.raises(VisavisError, match="document_old"):
            await shared.begin(Seat.MENTOR, b"one", 1, content)
        await shared.begin(Seat.MENTOR, b"one and two", 2, content)
        await tape.end_run(shared)
        await tape.end()
        is_whole(await only_part(tape), 4)


# --- over HTTP --------------------------------------------------------------------------------------------------------


async def starting(mentor: Tab, mentee: Tab) -> str:
    """Both agree; the recording whose first run begins."""
    await mentor.agree()
    await mentee.recording("waiting")
    await mentee.agree()
    await mentor.recording("countdown")
    await pass_seconds(mentor.browser.house, 3, mentor, mentee)
    return str((await mentor.recording("starting"))["recording"])


async def test_a_number_the_journal_does_not_have_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first, second = await meeting_in(house)
        room = first.room_id
        mentor = await share(first.browser, room, Seat.MENTOR)
        await write(mentor, 1, 2)
        recording = await starting(first, second)
        path = shared_path(room, recording, 1, Seat.MENTOR, 3)
        for wrong in (path, path.replace("upto=3", "upto=-1"), path.replace("&upto=3", ""), path + "0" * 20):
            status, told = await post(first.browser, wrong, b"document")
            assert (status, told["code"]) == (400, "bad_upto"), wrong
        assert await post(first.browser, shared_path(room, recording, 1, Seat.MENTOR, 2), b"all") == (200, {"run": 1})


# --- in any order -----------------------------------------------------------------------------------------------------


async def flood(tab: SharingTab, roll: random.Random) -> None:
    """Document and chat, as fast as a socket may."""
    for _ in range(110):
        await tab.append(b"x", roll.choice(("document", "document", "chat")))
        if roll.random() < 0.4:
            await tab.quiet()


@pytest.mark.parametrize("seed", range(6))
async def test_whenever_it_is_given_the_part_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    roll = random.Random(seed)
    monkeypatch.setattr("server.live.table.PORTION", 7)
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        third = await share(mentor.browser, mentor.room, Seat.MENTOR)
        live = house.hub.journals.peek(mentor.room)
        assert live is not None
        document, chat = live.room.document, live.room.chat
        content, tape = await content_of(mentor), Tape(house, mentor)
        await tape.open()
        writing = [asyncio.create_task(flood(tab, roll)) for tab in (mentor, mentee)]
        ends: list[tuple[int, int]] = []

        async def a_while() -> None:
            for _ in range(roll.randrange(6)):
                await third.quiet()

        for _ in range(3):
            behind = roll.choice((0, document.durable, roll.randrange(document.durable + 1)))
            await a_while()
            shared = await tape.run()
            await a_while()
            await shared.begin(Seat.MENTOR, b"some", roll.choice((behind, document.durable)), content)
            await a_while()
            tape.permit.close()
            ends.append((document.head, chat.head))
            await tape.end_run(shared)
        await asyncio.gather(*writing)
        await tape.end()
        for frames, (last, said) in zip(await all_parts(tape), ends, strict=True):
            begin, *rest = frames
            assert isinstance(begin, Begin)
            numbers = numbers_of(rest)
            assert numbers == list(range(last - len(numbers) + 1, last + 1))
            assert begin.upto >= last - len(numbers)
            assert numbers_of(rest, Journal.CHAT) == list(range(1, said + 1))
