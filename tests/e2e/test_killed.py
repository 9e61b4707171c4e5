"""kill -9 of the whole server in mid-recording, twenty times, each at a random moment."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from server.domain.values import Seat
from tests.e2e.place import Place
from tests.live.house import PASSWORD, Browser, House
from tests.live.legs import on_record, saved
from tests.media.samples import decoded

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROUNDS, AT_ONCE = 4, 5
DAY_MS = 24 * 60 * 60 * 1000


@dataclass
class Abroad:
    """A server in another process, as much of a `House` as browsers need."""

    url: str
    browsers: list[Browser]

    def browser(self) -> Browser:
        made = Browser(cast("House", self))
        self.browsers.append(made)
        return made


async def record_and_kill(folder: Path, moment: random.Random) -> tuple[Place, str, str, int]:
    """The place after its death, the room, the recording and how much of it was promised to be saved (ms)."""
    place = Place(folder, warm=True)
    abroad = Abroad(await place.start(), [])
    legs, recording = await on_record(cast("House", abroad))
    await saved(legs[0].tab, 1)
    least = moment.randrange(1, 2500)
    await saved(legs[0].tab, least)
    told = [message["saved_ms"] for message in legs[0].tab.inbox if message["type"] == "saved"]
    await place.kill()
    room = legs[0].tab.room_id
    promised = max([*told, least])
    for leg in legs:
        await leg.close()
    for browser in abroad.browsers:
        await browser.close()
    return place, room, recording, promised


async def what_is_left(place: Place, room: str, recording: str) -> tuple[dict[str, Any], list[Any]]:
    abroad = Abroad(await place.start(), [])
    listener = abroad.browser()
    try:
        status, _ = await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
        assert status == 200
        path = f"/api/rooms/{room}/recordings"
        [row] = (await listener.ask("GET", path))[1]["recordings"]
        manifest = (await listener.ask("GET", f"{path}/{recording}"))[1]
        assert {part["seat"] for part in manifest["parts"]} == set(Seat)
        films = [
            decoded((await listener.ask("GET", f"{path}/{recording}/parts/{part['id']}"))[1])
            for part in manifest["parts"]
        ]
        return row, films
    finally:
        await listener.close()
        await place.stop()


async def killed_once(folder: Path, moment: random.Random) -> None:
    place, room, recording, promised_ms = await record_and_kill(folder, moment)
    row, films = await what_is_left(place, room, recording)
    assert (row["id"], row["state"], row["interrupted"]) == (recording, "kept", True)
    assert row["length_ms"] >= promised_ms - 1_000
    # the promise holds: 30 days from the end of what there is
    assert abs(row["due_ms"] - (row["started_ms"] + row["length_ms"] + 30 * DAY_MS)) < 2_000
    for film in films:
        assert film.video > 0
        assert film.audio > 0


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_what_was_sealed_plays_and_keeps_its_day(tmp_path: Path, number: int) -> None:
    moments = [random.Random(number * AT_ONCE + which) for which in range(AT_ONCE)]
    for which in range(AT_ONCE):
        (tmp_path / str(which)).mkdir()
    await asyncio.gather(*(killed_once(tmp_path / str(which), moment) for which, moment in enumerate(moments)))
