"""Continuing in one's seat on another device."""

import asyncio
from pathlib import Path

import pytest

from server.domain.values import Seat
from tests.live.house import PASSWORD, House, open_house, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"seat": "mentee", "name": "Barnaby on a tablet", "password": PASSWORD}


async def test_the_partner_says_yes_and_the_new_device_comes_in(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    tab, old = await mentor.enter(room, Seat.MENTOR), await mentee.enter(room, Seat.MENTEE)
    tablet = house.browser()
    status, ticket = await tablet.ask("POST", f"/api/rooms/{room}/device-requests", ASK)
    assert status == 202
    path, secret = f"/api/rooms/{room}/device-requests/{ticket['request']}", {"X-Request-Secret": ticket["secret"]}
    watching = asyncio.create_task(tablet.ask("GET", path, headers=secret))
    asked = await tab.expect("device_request", request=ticket["request"])
    assert (asked["seat"], asked["name"]) == ("mentee", ASK["name"])
    await old.send("device_answer", request=ticket["request"], allow=True)
    await old.expect("error", code="no_such_request")
    await tab.send("device_answer", request=ticket["request"], allow=True)
    assert await watching == (200, {"state": "allowed"})
    wrong = {"request": ticket["request"], "request_secret": "not the secret"}
    assert (await tablet.join(room, Seat.MENTEE, **wrong))[1]["code"] == "not_allowed"
    right = {"request": ticket["request"], "request_secret": ticket["secret"]}
    assert (await tablet.join(room, Seat.MENTOR, **right))[1]["code"] == "not_allowed"
    assert (await tablet.join(room, Seat.MENTEE, **right))[0] == 200
    await tablet.enter(room, Seat.MENTEE)
    await old.expect("bye", code="replaced")
    assert (await house.browser().join(room, Seat.MENTEE, **right))[1]["code"] == "not_allowed"


async def test_a_no_and_a_silence_open_nothing(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tab, tablet = await mentor.enter(room, Seat.MENTOR), house.browser()
    tickets = [(await tablet.ask("POST", f"/api/rooms/{room}/device-requests", ASK))[1] for _ in range(2)]
    await tab.send("device_answer", request=tickets[0]["request"], allow=False)
    await tab.quiet()
    watching = asyncio.create_task(_state(tablet, room, tickets[1]))
    assert await _state(tablet, room, tickets[0]) == "refused"
    house.advance(120_000)
    assert await watching == "lapsed"
    for ticket in tickets:
        proof = {"request": ticket["request"], "request_secret": ticket["secret"]}
        assert (await tablet.join(room, Seat.MENTEE, **proof))[1]["code"] == "not_allowed"


async def test_asking_needs_the_password_and_a_claimed_seat(house: House) -> None:
    creator, tablet = house.browser(), house.browser()
    room = await creator.create("mentor")
    path = f"/api/rooms/{room}/device-requests"
    assert (await tablet.ask("POST", path, ASK | {"password": "not the password"}))[0] == 403
    assert (await tablet.ask("POST", path, ASK))[1]["code"] == "seat_free"
    assert (await tablet.ask("GET", f"{path}/aaaaaaaaaaaaaaaa", headers={"X-Request-Secret": "x"}))[0] == 404


async def test_who_was_away_is_asked_on_coming_in_and_not_too_often(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tablet = house.browser()
    answers = [await tablet.ask("POST", f"/api/rooms/{room}/device-requests", ASK) for _ in range(5)]
    assert [status for status, _ in answers] == [202] * 4 + [429]
    tab = await mentor.enter(room, Seat.MENTOR)
    for _, ticket in answers[:4]:
        await tab.expect("device_request", request=ticket["request"])


async def test_a_no_is_not_asked_again_and_again(tmp_path: Path) -> None:
    """A third person who knows the password cannot pester the one who decides."""
    async with open_house(tmp_path) as house:
        mentor, _, room = await pair_in(house)
        tab, third = await mentor.enter(room, Seat.MENTOR), house.browser()
        for _ in range(4):
            ticket = (await third.ask("POST", f"/api/rooms/{room}/device-requests", ASK))[1]
            await tab.expect("device_request", request=ticket["request"])
            await tab.send("device_answer", request=ticket["request"], allow=False)
            await tab.quiet()
            house.advance(1_000)
        status, refused = await third.ask("POST", f"/api/rooms/{room}/device-requests", ASK)
        assert (status, refused["code"], refused["retry_after_s"]) == (429, "too_many_requests", 596)
        await tab.quiet()
        assert not [message for message in tab.inbox if message["type"] == "device_request"]
        house.advance(596_000)
        assert (await third.ask("POST", f"/api/rooms/{room}/device-requests", ASK))[0] == 202


async def test_names_of_who_asked_are_forgotten(house: House) -> None:
    _, _, room = await pair_in(house)
    _, _, other = await pair_in(house)
    devices = house.hub.devices
    devices.ask(room, Seat.MENTEE, "Barnaby on a tablet", "192.0.2.1")
    house.advance(600_000)
    devices.ask(other, Seat.MENTEE, "Ottoline", "192.0.2.1")
    assert room not in devices._rooms
    assert room not in devices._asked


async def _state(tablet, room: str, ticket) -> str:  # type: ignore[no-untyped-def]
    path = f"/api/rooms/{room}/device-requests/{ticket['request']}"
    status, said = await tablet.ask("GET", path, headers={"X-Request-Secret": ticket["secret"]})
    assert status == 200
    return str(said["state"])
