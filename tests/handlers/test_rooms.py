"""Creating a room, what it promises, and its password."""

from pathlib import Path

import pytest

from server.config import Rooms
from server.crypto import passwords
from server.domain.values import Seat
from tests.live.house import PASSWORD, TITLE, House, open_house, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_room_is_made_with_a_link_and_a_personal_secret(house: House) -> None:
    creator = house.browser()
    body = {
        "title": f" {TITLE}\u202e ",
        "password": PASSWORD,
        "retention_days": 14,
        "downloads": False,
        "seat": "mentee",
    }
    status, made = await creator.ask("POST", "/api/rooms", body)
    assert status == 201
    assert made["link"] == f"{house.url}/r/{made['room']}"
    assert made["personal"]["seat"] == "mentee"
    assert (await creator.ask("GET", f"/api/rooms/{made['room']}/me"))[1]["title"] == TITLE
    tab = await creator.enter(made["room"], Seat.MENTEE)
    assert (tab.view["title"], tab.view["retention_days"], tab.view["downloads"]) == (TITLE, 14, False)


async def test_an_offered_password_is_taken_however_it_is_typed(house: House) -> None:
    creator, partner = house.browser(), house.browser()
    offered = (await creator.ask("GET", "/api/password"))[1]["password"]
    assert passwords.is_offered(offered)
    room = await creator.create("mentor", password=offered)
    typed = "-".join(word.capitalize() for word in offered.split())
    assert (await partner.join(room, Seat.MENTEE, password=typed))[0] == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "short"}, "weak_password"),
        ({"title": "\u200b \u202e"}, "bad_title"),
        ({"title": "x" * 121}, "bad_title"),
        ({"retention_days": 0}, "bad_body"),
        ({"retention_days": 3000}, "retention_too_long"),
        ({"seat": "both"}, "bad_body"),
        ({"admin": True}, "bad_body"),
    ],
)
async def test_what_no_room_can_be_made_of_is_named(house: House, change: dict[str, object], code: str) -> None:
    body = {"title": TITLE, "password": PASSWORD, "retention_days": 30, "downloads": True, "seat": "mentor"}
    status, refused = await house.browser().ask("POST", "/api/rooms", body | change)
    assert (400 <= status < 500, refused["code"]) == (True, code)


async def test_a_code_is_asked_where_one_is_set(tmp_path: Path) -> None:
    async with open_house(tmp_path, rooms=Rooms.CODE, room_code="open sesame") as house:
        creator = house.browser()
        body = {"title": TITLE, "password": PASSWORD, "retention_days": 30, "seat": "mentor"}
        assert (await creator.ask("POST", "/api/rooms", body))[1]["code"] == "wrong_code"
        assert (await creator.ask("POST", "/api/rooms", body | {"code": "open sesame"}))[0] == 201


async def test_a_room_of_a_stranger_cannot_record_until_the_pair_gives_a_password(house: House) -> None:
    manager, mentor, mentee = house.browser(), house.browser(), house.browser()
    room = await manager.create("neither")
    assert (await mentor.join(room, Seat.MENTOR, password=PASSWORD))[0] == 200
    assert (await mentee.join(room, Seat.MENTEE, password=PASSWORD))[0] == 200
    tab = await mentor.enter(room, Seat.MENTOR)
    assert (tab.view["may_record"], tab.view["may_not_record"]) == (False, "password_not_yours")
    status, _ = await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": "known to us two"})
    assert status == 200
    await tab.see(lambda view: view["may_not_record"] is None)
    assert (await manager.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))[0] == 403
    assert (await manager.ask("POST", f"/api/rooms/{room}/unlock", {"password": "known to us two"}))[0] == 200


async def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    assert (await mentee.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 200
    status, said = await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": "another one of ours"})
    assert status == 200
    assert said["sessions_ended"] >= 1
    assert (await mentor.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 200
    assert (await mentee.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 401
    assert (await mentee.join(room, Seat.MENTEE))[0] == 200


async def test_only_who_knows_the_password_and_has_a_seat_may_change_it(house: House) -> None:
    mentor, _, room = await pair_in(house)
    listener = house.browser()
    await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    new = {"password": "another one of ours"}
    assert (await listener.ask("POST", f"/api/rooms/{room}/password", new))[0] == 403
    await mentor.ask("POST", f"/api/rooms/{room}/logout", {})
    assert (await mentor.ask("POST", f"/api/rooms/{room}/password", new))[0] == 401


async def test_retention_is_only_ever_shortened_and_both_see_it(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    tab = await mentee.enter(room, Seat.MENTEE)
    assert (await mentor.ask("POST", f"/api/rooms/{room}/retention", {"days": 40}))[0] in (400, 409, 422)
    assert (await mentor.ask("POST", f"/api/rooms/{room}/retention", {"days": 7}))[0] == 200
    view = await tab.see(lambda view: view["retention_days"] == 7)
    assert "retention_shortened" in view["notices"]
    assert (await house.browser().ask("POST", f"/api/rooms/{room}/retention", {"days": 1}))[0] == 403
