"""What becomes of a recording, and of the call, when something goes wrong."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.crypto.master import MasterKeys
from server.domain.values import Seat
from tests.live.house import PASSWORD, House, HurriedClock, open_house
from tests.live.legs import Leg, on_record, saved, skip_countdown
from tests.media.samples import decoded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@asynccontextmanager
async def recording_in(folder: Path, **settings: Any) -> AsyncIterator[tuple[House, list[Leg], str]]:
    async with open_house(folder, HurriedClock(), **settings) as house:
        legs, recording = await on_record(house)
        try:
            yield house, legs, recording
        finally:
            for leg in legs:
                await leg.close()


async def listed(leg: Leg) -> list[dict[str, Any]]:
    task = leg.tab.browser.house.hub.peek(leg.tab.room_id)
    if task is not None:
        await task.worker.drain()
    return list((await leg.tab.browser.ask("GET", f"/api/rooms/{leg.tab.room_id}/recordings"))[1]["recordings"])


async def all_play(leg: Leg, recording: str) -> int:
    """Every part opens and decodes to its end; how many there are."""
    path = f"/api/rooms/{leg.tab.room_id}/recordings/{recording}"
    status, manifest = await leg.tab.browser.ask("GET", path)
    assert status == 200, manifest
    for part in manifest["parts"]:
        film = decoded((await leg.tab.browser.ask("GET", f"{path}/parts/{part['id']}"))[1])
        assert film.video > 5
        assert film.audio > 20
    return len(manifest["parts"])


async def test_erase_destroys_at_once(tmp_path: Path) -> None:
    async with recording_in(tmp_path) as (house, legs, recording):
        await saved(legs[0].tab, 1_000)
        await legs[0].tab.send("consent_withdraw")
        await asyncio.gather(*(leg.shut(recording, 1) for leg in legs))
        await legs[0].tab.recording("stopped")
        await legs[0].tab.send("outcome", recording=recording, choice="erase")
        for leg in legs:
            await leg.tab.see(lambda view: view["recording"]["choice"] == "erased")
        assert [(row["state"], row["erased"]["by"]) for row in await listed(legs[1])] == [("deleted", "mentor")]
        assert list(house.data_dir.rglob("*.vrec")) == []
        assert await house.hub.services.shred.get(recording) is None


async def test_silence_of_three_seconds_closes_the_permit_and_the_same_page_goes_on(tmp_path: Path) -> None:
    async with recording_in(tmp_path) as (house, legs, recording):
        mentor, mentee = legs
        await mentee.stop_pulsing()
        await mentor.tab.recording("paused")
        task = house.hub.peek(mentor.tab.room_id)
        assert task is not None
        permit = task.deck.permit(recording)
        assert permit is not None
        assert not permit.open
        await asyncio.gather(*(leg.shut(recording, 1) for leg in legs))
        mentee.start_pulsing()
        assert (await mentor.tab.recording("countdown"))["run"] == 1
        await skip_countdown(mentor.tab, mentee.tab)
        assert (await mentor.tab.recording("starting"))["run"] == 2


async def test_leaving_stops_it_and_what_was_sealed_is_kept(tmp_path: Path) -> None:
    async with recording_in(tmp_path) as (_, legs, recording):
        await saved(legs[0].tab, 2_000)
        await legs[1].tab.send("leave")
        await legs[0].tab.recording("stopped")
        await legs[0].shut(recording, 1)
        rows = await listed(legs[0])
        assert [(row["id"], row["state"], row["interrupted"]) for row in rows] == [(recording, "kept", False)]
        assert await all_play(legs[0], recording) == 2


async def test_the_longest_length_ends_it(tmp_path: Path) -> None:
    async with recording_in(tmp_path, max_recording_minutes=0.05) as (_, legs, recording):
        stopped = await legs[0].tab.recording("stopped")
        assert stopped["reason"] == "too_long"
        await asyncio.gather(*(leg.shut(recording, 1) for leg in legs))
        rows = await listed(legs[0])
        assert 2_500 < rows[0]["length_ms"] < 6_000
        assert rows[0]["state"] == "kept"


async def test_bytes_of_a_room_are_bounded(tmp_path: Path) -> None:
    async with recording_in(tmp_path, max_room_bytes=300_000) as (_, legs, recording):
        stopped = await legs[0].tab.recording("stopped")
        assert stopped["reason"] == "disk_limit"
        view = await legs[0].tab.see(lambda view: not view["may_record"])
        assert view["may_not_record"] == "disk_limit"
        assert await all_play(legs[0], recording) == 2


async def test_going_down_seals_what_is_being_recorded(tmp_path: Path) -> None:
    masters = MasterKeys.new()
    async with recording_in(tmp_path, masters=masters) as (house, legs, recording):
        await saved(legs[0].tab, 2_000)
        await house.hub.close()
        for leg in legs:
            await leg.tab.expect("bye", code="going_down")
        room = legs[0].tab.room_id
    async with open_house(tmp_path, HurriedClock(), masters) as house:
        listener = house.browser()
        await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
        rows = (await listener.ask("GET", f"/api/rooms/{room}/recordings"))[1]["recordings"]
        assert [(row["id"], row["state"], row["interrupted"]) for row in rows] == [(recording, "kept", False)]
        # no live state survives: both switches are off
        tab_of = house.browser()
        assert (await tab_of.ask("GET", f"/api/rooms/{room}/me"))[1]["session"] is False
        task = await house.hub.get(room)
        assert (task.room.yes, task.room.tape) == (frozenset(), None)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def test_a_full_disk_stops_the_recording_and_not_the_call(small_disk: Path) -> None:
    async with recording_in(small_disk) as (_, legs, recording):
        await saved(legs[0].tab, 1_000)
        free = shutil.disk_usage(small_disk).free
        (small_disk / "filler").write_bytes(bytes(free - 100_000))
        for leg in legs:
            assert (await leg.tab.recording("stopped"))["reason"] in ("disk_full", "write_failed")
        await asyncio.gather(*(leg.shut(recording, 1) for leg in legs))
        mentor, mentee = legs[0].tab, legs[1].tab
        await mentor.send("signal", page=mentee.page, candidate={"candidate": ""})
        await mentee.expect("signal")
        assert mentor.view["seats"][Seat.MENTEE]["presence"] == "here"
        (small_disk / "filler").unlink()
        rows = await listed(legs[0])
        assert [row["state"] for row in rows] == ["kept"]
        assert rows[0]["length_ms"] >= 900  # as long as what is there plays
        assert await all_play(legs[0], recording) == 2
