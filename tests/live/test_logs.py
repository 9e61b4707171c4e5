"""What people write, say and prove with is in no line of the log, whatever happens."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from server import logs
from server.domain.values import Seat
from server.handlers import join
from tests.live.house import House, Tab, begin_recording, open_house

TITLE = "canary-title walnut"
PASSWORD = "canary-password walnut"
NAME = "canary-name Ottoline"
SDP = "canary-sdp"


async def everything(house: House) -> list[str]:
    """A meeting with its mistakes; what must not be found afterwards."""
    mentor, mentee, stranger = house.browser(), house.browser(), house.browser()
    room = await mentor.create("mentor", title=TITLE, password=PASSWORD)
    secret = (await mentee.join(room, Seat.MENTEE, name=NAME, password=PASSWORD))[1]["personal"]
    assert (await mentor.join(room, Seat.MENTOR, name=NAME, password=PASSWORD))[0] == 200
    first, second = await mentor.enter(room, Seat.MENTOR), await mentee.enter(room, Seat.MENTEE)
    await first.see(lambda view: view["seats"]["mentee"]["presence"] == "here")

    await stranger.join(room, Seat.MENTOR, name=NAME, password="canary-password wrong")
    await stranger.join(room, Seat.MENTOR, name=NAME, seat_secret="canary-secret")
    await stranger.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD, "canary-field": 1})
    await stranger.ask("GET", f"/api/rooms/{room}/me?name=canary-query", headers={"Cookie": "x=canary-cookie"})
    await stranger.ask("GET", "/canary-path/../canary-path")
    asked = {"seat": "mentee", "name": NAME, "password": PASSWORD}
    await stranger.ask("POST", f"/api/rooms/{room}/device-requests", asked)
    await stranger.ask("POST", "/api/admin/sign-in", {"password": "canary-password admin"})

    await mistakes(first, second)
    await recorded(house, first, second)
    await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": PASSWORD + " changed"})
    cookies = [cookie.value for browser in (mentor, mentee) for cookie in browser.client.cookie_jar]
    keys = [browser.keys[seat].spki for browser in (mentor, mentee) for seat in Seat]
    return ["canary", secret, *cookies, *keys, *TITLE.split(), *NAME.split()]


async def mistakes(first: Tab, second: Tab) -> None:
    await first.send("signal", page=second.page, description={"type": "offer", "sdp": SDP})
    await second.expect("signal")
    await first.send("signal", page=second.page, description={"type": SDP, "sdp": SDP})
    await first.expect("error", code="malformed")
    await first.line.send_str("canary not JSON")
    await first.expect("error", code="malformed")
    await first.send("canary-type", canary="canary")
    await first.expect("error", code="malformed")
    await first.send("go_on")
    await first.expect("error", code="nothing_to_go_on")
    await first.send("device_answer", request="a" * 16, allow=True)
    await first.expect("error", code="no_such_request")


async def recorded(house: House, first: Tab, second: Tab) -> None:
    """As far as a leg whose offer is refused, which ends it."""
    recording = (await begin_recording(house, first, second))["recording"]
    await first.send("leg_offer", recording=recording, run=1, sdp=f"v=0\r\no={SDP}\r\n", video=True)
    await first.expect("error", code="sdp_refused")
    await first.recording("stopped")
    task = house.hub.peek(first.room_id)
    assert task is not None
    await task.worker.drain()


@pytest.mark.parametrize("as_json", [True, False])
async def test_no_secret_name_or_word_is_logged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    async with open_house(tmp_path) as house:
        logs.configure("debug", as_json)
        canaries = await everything(house)
        # a failure of ours, which quotes what was written
        monkeypatch.setattr(join, "tidy", fail)
        assert (await house.browser().join("a" * 16, Seat.MENTOR, name=NAME, password=PASSWORD))[0] == 500
        asyncio.get_running_loop().call_exception_handler({"message": NAME, "exception": ValueError(PASSWORD)})
    said = "".join(capsys.readouterr())
    for event in ("room_changed", "request_failed", "event_refused", "library_said"):
        assert event in said, event
    assert [canary for canary in canaries if canary in said] == []


def fail(*_args: Any) -> str:
    raise RuntimeError(f"{NAME} {PASSWORD}")
