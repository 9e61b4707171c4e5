"""What the two make together while a recording runs: sealed beside voices and pictures, in order, nothing besides."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.shared_part import Begin, Cut, Frame, Happened, Struck, Written
from server.domain.sharing import Journal
from server.domain.values import Seat
from server.ids import new_id
from server.live.table import RoomTable
from tests.e2e.place import Place
from tests.live.house import PASSWORD, Browser, HurriedClock, begin_recording, meeting_in, open_house
from tests.live.legs import go_on, on_record, pause, saved, video
from tests.live.sharing import share
from tests.live.tape import Tape, all_in, content_of, frames_of, parts_of, post, shared_path


async def test_what_is_written_during_a_run_is_kept_in_order_and_nothing_else(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        meeting_mentor, meeting_mentee, mentor, mentee = await all_in(house)
        start = house.clock.now_ms()
        await mentor.store(b"before", "document")
        await mentor.store(b"hello", "chat")
        await mentee.store(b"to be struck", "chat")
        await mentee.send("strike", 2)
        await mentee.expect("struck")
        await mentee.store(b"good morning", "chat")
        await meeting_mentee.send("thinking", on=True)
        await meeting_mentor.send("quiet_propose", minutes=2)
        await meeting_mentor.quiet()
        await meeting_mentee.quiet()
        tape = Tape(house, mentor)
        await tape.open()
        house.advance(1_000)
        shared = await tape.run()
        await mentor.store(b"while it waits", "document")
        house.advance(1_000)
        await shared.begin(Seat.MENTEE, b"the whole document", 1, await content_of(mentor))
        private = secrets.token_bytes(40)
        await mentor.store(private, "notes")
        await mentor.store(b"first", "document")
        house.advance(1_000)
        await mentee.store(b"second", "document")
        await mentee.store(b"a word", "chat")
        await meeting_mentor.send("gesture", kind="nod")
        await meeting_mentor.quiet()
        await mentor.send("strike", 1)
        await mentor.expect("struck", lambda message: message[1] == 1)
        tape.permit.close()
        await mentor.store(b"off the record", "document")
        await mentor.store(b"off the record", "chat")
        await tape.end_run(shared)
        await mentor.store(b"after", "document")
        await tape.end()

        [part] = await parts_of(mentor.browser, mentor.room, tape.id)
        assert (part["run"], part["started_ms"], part["interrupted"]) == (1, start + 2_000, False)
        seat, other = Seat.MENTOR, Seat.MENTEE
        assert await frames_of(mentor.browser, mentor.room, tape.id, part) == [
            Begin(1, 1, start + 2_000, other, b"the whole document", 1),
            Written(start, Journal.CHAT, 1, seat, b"hello"),
            Written(start, Journal.CHAT, 3, other, b"good morning"),
            Happened(start + 1_000, "thinking", other, "on", None),
            Happened(start + 1_000, "quiet", seat, "proposed", 2),
            Written(start + 1_000, Journal.DOCUMENT, 2, seat, b"while it waits"),
            Written(start + 2_000, Journal.DOCUMENT, 3, seat, b"first"),
            Written(start + 3_000, Journal.DOCUMENT, 4, other, b"second"),
            Written(start + 3_000, Journal.CHAT, 4, other, b"a word"),
            Happened(start + 3_000, "gesture", seat, "nod", None),
            Struck(start + 3_000, 1),
        ]
        assert not house.hub.journals._observers, "nobody listens any more"
        for file in house.data_dir.rglob("*"):
            assert not file.is_file() or not any(word in file.read_bytes() for word in (b"hello", private, b"whole do"))


async def test_each_run_has_its_own_document_and_a_run_without_one_has_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        tape, content = Tape(house, mentor), await content_of(mentor)
        await tape.open()
        for run, document in enumerate((b"one", None, b"three"), 1):
            shared = await tape.run()
            if document is not None:
                await shared.begin(Seat.MENTOR, document, 2 * (run - 1), content)
            await mentee.store(f"in run {run}".encode())
            await tape.end_run(shared)
            await mentee.store(b"between")
        await tape.end()
        parts = await parts_of(mentor.browser, mentor.room, tape.id)
        assert [part["run"] for part in parts] == [1, 3]
        for part, document in zip(parts, (b"one", b"three"), strict=True):
            begin, *rest = await frames_of(mentor.browser, mentor.room, tape.id, part)
            assert isinstance(begin, Begin)
            assert begin.document == document
            assert [frame.body for frame in rest if isinstance(frame, Written)] == [f"in run {part['run']}".encode()]
        path = f"/api/rooms/{mentor.room}/recordings/{tape.id}"
        assert (await mentor.browser.ask("DELETE", path))[0] == 200
        assert (await mentor.browser.ask("GET", f"{path}/parts/{parts[0]['id']}"))[0] == 410
        assert list(house.data_dir.rglob("*.vrec")) == []


async def test_a_long_chat_is_kept_whole_and_a_huge_one_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.table.PORTION", 7)
    monkeypatch.setattr("server.live.shared_part.GATHER", 300)
    async with open_house(tmp_path) as house:
        _, _, mentor, _ = await all_in(house)
        tape, content = Tape(house, mentor), await content_of(mentor)
        await tape.open()
        said = [f"message {n:02}".encode() for n in range(1, 41)]
        last = [await mentor.append(body, "chat") for body in said][-1]
        await mentor.expect("stored", lambda message: message[2] == last)
        for most in (8_000, len(said[0]) * 5):
            monkeypatch.setattr("server.live.table.CHAT_BYTES", most)
            shared = await tape.run()
            await shared.begin(Seat.MENTOR, b"document", 0, content)
            await tape.end_run(shared)
        await tape.end()
        for part, kept in zip(await parts_of(mentor.browser, mentor.room, tape.id), (said, said[-5:]), strict=True):
            _, *rest = await frames_of(mentor.browser, mentor.room, tape.id, part)
            assert [frame.body for frame in rest if isinstance(frame, Written)] == kept


async def test_what_is_said_after_a_pause_began_is_not_taken_for_what_stood_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, _ = await all_in(house)
        tape, read_on, as_it_stands = Tape(house, mentor), asyncio.Event(), RoomTable.chat

        async def late(table: RoomTable, content: bytes, upto: int) -> AsyncIterator[Frame]:
            await read_on.wait()  # a slow disk
            async for frame in as_it_stands(table, content, upto):
                yield frame

        monkeypatch.setattr(RoomTable, "chat", late)
        await tape.open()
        await mentor.store(b"before", "chat")
        shared = await tape.run()
        await shared.begin(Seat.MENTOR, b"document", 0, await content_of(mentor))
        await mentor.store(b"while it runs", "chat")
        tape.permit.close()
        await mentor.store(b"off the record", "chat")
        await mentor.store(b"off the record")
        read_on.set()
        await tape.end_run(shared)
        await tape.end()
        [part] = await parts_of(mentor.browser, mentor.room, tape.id)
        frames = await frames_of(mentor.browser, mentor.room, tape.id, part)
        assert [frame.body for frame in frames if isinstance(frame, Written)] == [b"before", b"while it runs"]


async def test_where_more_comes_than_can_be_kept_the_part_ends_there_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(tmp_path) as house:
        _, _, mentor, mentee = await all_in(house)
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        await shared.begin(Seat.MENTOR, b"document", 0, await content_of(mentor))
        await mentor.store(b"kept")
        house.advance(1_000)
        monkeypatch.setattr("server.live.shared_part.MAX_WAITING", 1_000)
        await mentee.store(b"x" * 1_000)
        await mentor.store(b"fits, and would follow a hole")
        await tape.end_run(shared)
        await tape.end()
        [part] = await parts_of(mentor.browser, mentor.room, tape.id)
        frames = await frames_of(mentor.browser, mentor.room, tape.id, part)
        assert [frame.body for frame in frames if isinstance(frame, Written)] == [b"kept"]
        assert frames[-1] == Cut(tape.started_ms + 1_000)


async def test_the_first_browser_is_taken_and_nothing_without_a_permit(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await meeting_in(house)
        room = mentor.room_id
        assert await post(mentor.browser, shared_path(room, new_id(), 1, Seat.MENTOR), b"document") == (
            409,
            {"code": "no_permit", "detail": "Nothing is being recorded now.", "status": 409},
        )
        recording = (await begin_recording(house, mentor, mentee))["recording"]
        path = shared_path(room, recording, 1, Seat.MENTOR)
        assert (await post(mentor.browser, path, b""))[1]["code"] == "empty"
        assert (await post(mentor.browser, shared_path(room, recording, 2, Seat.MENTOR), b"x"))[1][
            "code"
        ] == "no_permit"
        assert await post(mentor.browser, path, b"document") == (200, {"run": 1})
        again = await post(mentee.browser, shared_path(room, recording, 1, Seat.MENTEE), b"document")
        assert (again[0], again[1]["code"]) == (409, "shared_begun")
        await mentee.send("consent_withdraw", **mentee.signed("withdraw"))
        await mentee.recording("stopped")
        assert (await post(mentor.browser, path, b"document"))[1]["code"] == "no_permit"


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_pause_go_on_withdraw_and_erase_with_real_media(tmp_path: Path) -> None:
    video()  # encoded before anybody waits for it
    async with open_house(tmp_path, HurriedClock()) as house:
        legs, recording = await on_record(house)
        mentor, mentee = legs[0].tab, legs[1].tab
        room = mentor.room_id
        line = await share(mentor.browser, room, Seat.MENTOR)
        assert (await post(mentor.browser, shared_path(room, recording, 1, Seat.MENTOR), b"one"))[0] == 200
        await line.store(b"in run one")
        await saved(mentor, 1_000)
        await pause(legs, recording)
        await line.store(b"while paused")
        await go_on(legs, recording)
        assert (await post(mentee.browser, shared_path(room, recording, 2, Seat.MENTEE, 2), b"two"))[0] == 200
        await line.store(b"in run two")
        await saved(mentor, 2_000)
        await mentee.send("consent_withdraw", **mentee.signed("withdraw"))
        await mentor.recording("stopped")
        await line.store(b"after the no")
        await asyncio.gather(*(leg.shut(recording, 2) for leg in legs))
        task = house.hub.peek(room)
        assert task is not None
        await task.worker.drain()
        kept = [
            await frames_of(mentor.browser, room, recording, each)
            for each in await parts_of(mentor.browser, room, recording)
        ]
        told = [[getattr(frame, "document", getattr(frame, "body", None)) for frame in frames] for frames in kept]
        assert [[word for word in words if word is not None] for words in told] == [
            [b"one", b"in run one"],
            [b"two", b"in run two"],
        ]
        assert len(list(house.data_dir.rglob("*.vrec"))) == 6
        await mentee.send("outcome", recording=recording, choice="erase")
        await mentor.see(lambda view: view["recording"]["choice"] == "erased")
        await task.worker.drain()
        assert list(house.data_dir.rglob("*.vrec")) == []
        for leg in legs:
            await leg.close()


class _There:
    """As much of a house as people ask for whose server is a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.browsers: list[Browser] = []

    def browser(self) -> Browser:
        there: Any = self
        self.browsers.append(Browser(there))
        return self.browsers[-1]


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_killed_server_leaves_what_was_written_a_second_before(tmp_path: Path) -> None:
    video()
    place = Place(tmp_path, warm=True)
    there: Any = _There(await place.start())
    try:
        legs, recording = await on_record(there)
        mentor, mentee = legs[0].tab, legs[1].tab
        room = mentor.room_id
        line = await share(mentor.browser, room, Seat.MENTOR)
        assert (await post(mentor.browser, shared_path(room, recording, 1, Seat.MENTOR), b"x" * 300_000))[0] == 200
        for n in range(20):
            await line.store(f"early {n}".encode())
        # voices are made durable as often as this is; when two seconds more of them are, so is this
        now_ms = (await mentor.expect("saved"))["saved_ms"]
        await saved(mentor, now_ms + 3_000)
        for n in range(20):
            await line.store(f"late {n}".encode())
        await place.kill()
        for leg in legs:
            await leg.close()
        there.url = await place.start()
        assert (await mentee.browser.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))[0] == 200
        [part] = await parts_of(mentee.browser, room, recording)
        assert part["interrupted"]
        begin, *rest = await frames_of(mentee.browser, room, recording, part)
        assert isinstance(begin, Begin)
        assert begin.document == b"x" * 300_000
        written = [frame.body for frame in rest if isinstance(frame, Written)]
        early, late = ([f"{when} {n}".encode() for n in range(20)] for when in ("early", "late"))
        assert written[:20] == early
        assert written[20:] == late[: len(written) - 20]
    finally:
        for browser in there.browsers:
            await browser.close()
        await place.stop()
