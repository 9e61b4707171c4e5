"""A recording from the first yes to its deletion, with real media from two senders, through real sockets."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from server.domain.values import Seat
from tests.live.house import NAMES, PASSWORD, TITLE, House, HurriedClock, open_house
from tests.live.legs import Leg, on_record, pause, saved, skip_countdown, video
from tests.media.samples import decoded

pytestmark = pytest.mark.slow


def marks_of_a_film() -> tuple[bytes, ...]:
    """EBML's document type, names of codecs, the first picture after its VP8 frame tag. Each so long that sealed bytes
    do not hold it by chance: the three of VP8's start code alone turn up in one megabyte out of sixteen."""
    return b"\x42\x82\x84webm", b"V_VP8", b"A_OPUS", b"OpusHead", video()[0].data[3:35]


def plaintext_in(folder: Path) -> list[tuple[str, bytes]]:
    """What nobody should be able to read in any file below `folder`."""
    of_a_film = marks_of_a_film()
    wanted = (*of_a_film, TITLE.encode(), PASSWORD.encode(), *(name.encode() for name in NAMES.values()))
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            # the database's own words ("video/webm", say) are none of the people's
            marks = wanted if path.suffix == ".vrec" else wanted[len(of_a_film) :]
            found += [(path.name, mark) for mark in marks if mark in data]
    return found


@pytest.mark.timeout(120)
async def test_agree_record_pause_go_on_withdraw_keep_listen_save_delete(tmp_path: Path) -> None:
    async with open_house(tmp_path, HurriedClock()) as house:
        legs, recording = await on_record(house)
        mentor, mentee = legs[0].tab, legs[1].tab
        room = mentor.room_id
        await saved(mentor, 2_000)
        assert plaintext_in(house.data_dir) == []

        await pause(legs, recording)
        for leg in legs:
            await leg.tab.send("break_back")
        await mentor.see(lambda view: view["pause"] is None)
        task = house.hub.peek(room)
        assert task is not None
        await task.worker.drain()  # the first run is sealed, so that the view tells how long it is
        await asyncio.gather(*(leg.tab.send("go_on") for leg in legs))
        await skip_countdown(mentor, mentee)
        view = await mentor.recording("starting")
        assert (view["recording"], view["run"]) == (recording, 2)
        await mentee.recording("starting")
        await asyncio.gather(*(leg.open(recording, 2) for leg in legs))
        await asyncio.gather(*(leg.tab.recording("recording") for leg in legs))
        await saved(mentor, view["recorded_ms"] + 2_000)

        await mentee.send("consent_withdraw", **mentee.signed("withdraw"))
        await asyncio.gather(*(leg.shut(recording, 2) for leg in legs))
        stopped = await mentee.recording("stopped")
        assert (stopped["reason"], stopped["choice"], stopped["choice_by"]) == ("withdrawn", "pending", "mentee")
        await mentee.send("outcome", recording=recording, choice="keep")
        await mentor.see(lambda view: view["recording"]["choice"] == "kept")
        await task.worker.drain()

        await listen_through(house, legs, room, recording)
        await delete(house, legs, room, recording)
        assert plaintext_in(house.data_dir) == []
        for leg in legs:
            await leg.close()


async def listen_through(house: House, legs: list[Leg], room: str, recording: str) -> None:
    mentor = legs[0].tab.browser
    path = f"/api/rooms/{room}/recordings"
    listed = (await mentor.ask("GET", path))[1]["recordings"]
    assert [(row["id"], row["state"], row["interrupted"]) for row in listed] == [(recording, "kept", False)]
    assert listed[0]["due_ms"] > house.clock.now_ms() + 29 * 24 * 3600 * 1000
    manifest = (await mentor.ask("GET", f"{path}/{recording}"))[1]
    assert [run["run"] for run in manifest["runs"]] == [1, 2]
    assert manifest["runs"][1]["offset_ms"] == manifest["runs"][0]["length_ms"]
    assert sorted((part["run"], part["seat"]) for part in manifest["parts"]) == [
        (1, "mentee"),
        (1, "mentor"),
        (2, "mentee"),
        (2, "mentor"),
    ]
    for part in manifest["parts"]:
        await read_ranges(mentor, f"{path}/{recording}/parts/{part['id']}", part)
    # a stranger, and somebody with a seat but no password, get nothing
    part = manifest["parts"][0]
    for somebody in (house.browser(), legs[1].tab.browser):
        await somebody.ask("POST", f"/api/rooms/{room}/logout", {})
        assert (await somebody.ask("GET", f"{path}/{recording}/parts/{part['id']}"))[0] == 401
    assert (await legs[1].tab.browser.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))[0] == 200
    status, film = await mentor.ask("GET", f"{path}/{recording}/parts/{part['id']}?download=1")
    assert status == 200
    assert decoded(film).video > 10
    assert all(mark in film for mark in marks_of_a_film())
    copies = (await mentor.ask("GET", path))[1]["recordings"][0]["downloads"]
    assert [(copy["seat"], copy["name"]) for copy in copies] == [("mentor", NAMES[Seat.MENTOR])]


async def read_ranges(browser: Any, path: str, part: dict[str, Any]) -> None:
    async with await browser.request("GET", path) as response:
        whole = await response.read()
        assert (response.status, response.content_type) == (200, "video/webm")
        assert response.headers["Cache-Control"] == "no-store"
    found = decoded(whole)
    assert found.video >= 20
    assert found.audio >= 80
    assert abs(found.duration - part["length_ms"] / 1000) < 0.5
    size = len(whole)
    for start, end in ((0, 1), (0, size), (1, 2), (size - 1, size), (size // 3, size // 2), (100, 70_000)):
        async with await browser.request("GET", path, headers={"Range": f"bytes={start}-{end - 1}"}) as response:
            assert response.status == 206
            assert response.headers["Content-Range"] == f"bytes {start}-{min(end, size) - 1}/{size}"
            assert await response.read() == whole[start:end]
    async with await browser.request("GET", path, headers={"Range": "bytes=-100"}) as response:
        assert await response.read() == whole[-100:]
    for bad in (f"bytes={size}-", "bytes=0-1,5-6", "bytes=5-2", "lines=1-2", "bytes=-0"):
        assert (await browser.ask("GET", path, headers={"Range": bad}))[0] == 416


async def delete(house: House, legs: list[Leg], room: str, recording: str) -> None:
    mentor, path = legs[0].tab.browser, f"/api/rooms/{room}/recordings"
    manifest = (await mentor.ask("GET", f"{path}/{recording}"))[1]
    part = f"{path}/{recording}/parts/{manifest['parts'][0]['id']}"
    assert (await mentor.ask("GET", part))[0] == 200
    files = list(house.data_dir.rglob("*.vrec"))
    assert len(files) == 4
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert (await mentor.ask("DELETE", f"{path}/{recording}"))[0] == 200
    assert (await mentor.ask("GET", part))[0] == 410
    assert (await mentor.ask("GET", f"{path}/{recording}"))[0] == 410
    assert list(house.data_dir.rglob("*.vrec")) == []
    row = (await mentor.ask("GET", path))[1]["recordings"][0]
    assert (row["state"], row["erased"]["by"], row["erased"]["cause"]) == ("deleted", "mentor", "deleted")
    kinds = [entry["kind"] for entry in (await mentor.ask("GET", f"/api/rooms/{room}/receipts"))[1]["receipts"]]
    assert kinds == ["yes", "yes", "withdraw", "keep", "delete"]
