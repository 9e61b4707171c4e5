"""Listening through: who may, what comes, and when it is over."""

import asyncio
import contextlib
import random
import socket
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from server.handlers import keys
from server.handlers import recordings as handler
from server.ids import new_id
from server.live.readers import KEPT_MS
from server.store import recordings
from tests.live.house import PASSWORD, House, open_house, pair_in
from tests.live.recordings_made import Made, make_recording

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY_MS = 24 * 3600 * 1000
DATA = random.Random(7).randbytes(400_000)


def path_of(room: str, made: Made, *, part: bool = True) -> str:
    path = f"/api/rooms/{room}/recordings/{made.id}"
    return f"{path}/parts/{made.part}" if part else path


async def test_ranges_are_the_reference_bytes(house: House) -> None:
    mentor, _, room = await pair_in(house)
    made = await make_recording(house, room, DATA)
    dice = random.Random(11)
    assert (await mentor.ask("GET", path_of(room, made)))[1] == DATA
    for _ in range(60):
        start = dice.randrange(len(DATA))
        end = min(len(DATA), start + dice.choice((1, 2, 1000, 65_536, 200_000)))
        headers = {"Range": f"bytes={start}-{end - 1}"}
        async with await mentor.request("GET", path_of(room, made), headers=headers) as response:
            assert response.status == 206
            assert response.headers["Cache-Control"] == "no-store"
            assert await response.read() == DATA[start:end]


async def test_ids_of_another_room_or_recording_open_nothing(house: House) -> None:
    mentor, _, room = await pair_in(house)
    made = await make_recording(house, room, b"x" * 100)
    second = await make_recording(house, room, b"y" * 100)
    other, _, elsewhere = await pair_in(house)
    for browser, where, status in (
        (other, path_of(room, made), 401),
        (other, path_of(elsewhere, made), 404),
        (other, path_of(elsewhere, made, part=False), 404),
        (mentor, path_of(room, Made(second.id, made.part, b"")), 404),
        (mentor, path_of(room, Made(new_id(), made.part, b"")), 404),
        (mentor, path_of(room, Made(made.id, new_id(), b"")), 404),
    ):
        assert (await browser.ask("GET", where))[0] == status, where
    assert (await other.ask("DELETE", path_of(elsewhere, made, part=False)))[0] == 404


async def test_a_due_recording_is_gone_at_once(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, _, room = await pair_in(house)
        made = await make_recording(house, room, DATA)
        due = (await mentor.ask("GET", path_of(room, made, part=False)))[1]["due_ms"]
        assert due == house.clock.now_ms() + 30 * DAY_MS + (await _length(house, made))
        assert (await mentor.ask("GET", path_of(room, made)))[0] == 200
        # 12 h sessions are over by then: prove the password anew just before it
        house.advance(due - house.clock.now_ms() - 1000)
        await mentor.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
        assert (await mentor.ask("GET", path_of(room, made)))[0] == 200
        house.advance(1000)
        assert (await mentor.ask("GET", path_of(room, made)))[0] == 410
        row = (await mentor.ask("GET", f"/api/rooms/{room}/recordings"))[1]["recordings"][0]
        assert (row["state"], row["erased"]["cause"]) == ("deleted", "due")


async def test_keys_of_who_listens_no_more_are_let_go_by_the_clock(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee, room = await pair_in(house)
        made = await make_recording(house, room, DATA)
        for browser in (mentor, mentee):
            assert (await browser.ask("GET", path_of(room, made)))[0] == 200
        readers = house.hub.services.readers
        slots = list(readers._slots.values())
        assert len(slots) == 2
        house.advance(KEPT_MS - 1)
        assert (await mentee.ask("GET", path_of(room, made), headers={"Range": "bytes=0-0"}))[0] == 206
        house.advance(1)
        async with house.app[keys.DATABASE].read():  # a turn or more of the loop
            await asyncio.gather(*readers._closing)
        assert [len(readers._slots), slots[0].dropped, slots[1].dropped] == [1, True, False]
        house.advance(KEPT_MS)
        assert (await mentor.ask("GET", f"/api/rooms/{room}/me"))[0] == 200
        assert slots[1].dropped


async def test_who_stops_reading_holds_no_file_and_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mentor, _, room = await pair_in(house)
    made = await make_recording(house, room, bytes(12_000_000))
    sent = asyncio.Event()
    send = handler._send

    async def watched(*args: Any) -> None:
        await send(*args)
        sent.set()

    monkeypatch.setattr(handler, "_send", watched)
    monkeypatch.setattr(handler, "STALLED_S", 0.1)
    address = house.url.removeprefix("http://")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((address.partition(":")[0], int(address.partition(":")[2])))
    cookies = mentor.client.cookie_jar.filter_cookies(URL(house.url))
    asked = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    line.sendall(f"GET {path_of(room, made)} HTTP/1.1\r\nHost: {address}\r\nCookie: {asked}\r\n\r\n".encode())
    await sent.wait()
    got = 0
    with line, contextlib.suppress(ConnectionError):
        while data := line.recv(65_536):
            got += len(data)
    assert got < 12_000_000


async def test_deleting_ends_what_is_being_read(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    made = await make_recording(house, room, DATA)
    assert (await mentee.ask("GET", path_of(room, made)))[0] == 200
    listener = house.browser()
    await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    assert (await listener.ask("DELETE", path_of(room, made, part=False)))[0] == 403
    assert (await mentor.ask("DELETE", path_of(room, made, part=False)))[0] == 200
    assert (await mentee.ask("GET", path_of(room, made)))[0] == 410
    assert await house.hub.services.shred.get(made.id) is None
    assert not list(house.data_dir.rglob(f"{made.part}*"))


async def test_a_session_that_ends_takes_its_readers_along(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    made = await make_recording(house, room, DATA)
    assert (await mentee.ask("GET", path_of(room, made)))[0] == 200
    await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": "another one of ours"})
    assert (await mentee.ask("GET", path_of(room, made)))[0] == 401
    # the recording itself was not touched: the new password opens it
    await mentee.ask("POST", f"/api/rooms/{room}/unlock", {"password": "another one of ours"})
    assert (await mentee.ask("GET", path_of(room, made)))[1] == DATA


async def test_downloads_are_noted_and_may_be_off(house: House) -> None:
    mentor, _, room = await pair_in(house)
    allowed = await make_recording(house, room, DATA)
    refused = await make_recording(house, room, DATA, downloads=False)
    assert (await mentor.ask("GET", path_of(room, refused) + "?download=1"))[1]["code"] == "downloads_off"
    assert (await mentor.ask("GET", path_of(room, refused)))[0] == 200
    listener = house.browser()
    await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    for browser in (mentor, listener):
        async with await browser.request("GET", path_of(room, allowed) + "?download=1") as response:
            assert response.headers["Content-Disposition"].startswith('attachment; filename="visavis-')
            assert await response.read() == DATA
    listed = {row["id"]: row for row in (await mentor.ask("GET", f"/api/rooms/{room}/recordings"))[1]["recordings"]}
    assert [copy["seat"] for copy in listed[allowed.id]["downloads"]] == ["mentor", None]
    assert listed[refused.id]["downloads"] == []


async def test_an_interrupted_part_is_playable_as_far_as_it_goes(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, _, room = await pair_in(house)
        made = await make_recording(house, room, DATA, finish=False)
        assert (await mentor.ask("GET", path_of(room, made)))[1]["code"] == "recording_running"
        await house.hub.start()  # as at the next boot
        manifest = (await mentor.ask("GET", path_of(room, made, part=False)))[1]
        assert (manifest["interrupted"], manifest["parts"][0]["interrupted"]) == (True, True)
        assert manifest["due_ms"] > house.clock.now_ms()
        assert (await mentor.ask("GET", path_of(room, made)))[1] == DATA


async def test_shortening_the_promise_brings_the_day_nearer(house: House) -> None:
    mentor, _, room = await pair_in(house)
    made = await make_recording(house, room, DATA)
    before = (await mentor.ask("GET", path_of(room, made, part=False)))[1]["due_ms"]
    assert (await mentor.ask("POST", f"/api/rooms/{room}/retention", {"days": 2}))[0] == 200
    after = (await mentor.ask("GET", path_of(room, made, part=False)))[1]["due_ms"]
    assert before - after == 28 * DAY_MS


async def _length(house: House, made: Made) -> int:
    async with house.app[keys.DATABASE].read() as tx:
        row = await recordings.get(tx, made.id)
    assert row is not None
    return row.length_ms
