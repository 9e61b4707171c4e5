"""Who gets into a room, and into which seat."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.app import build_app
from server.config import Config
from server.crypto.master import MasterKeys
from server.domain.state import LINE_RETURN_MS
from server.domain.values import Seat
from server.handlers import keys
from server.ids import new_id
from server.store import seats
from tests.live.house import NAMES, PASSWORD, TITLE, House, SigningKey, meeting_in, open_house, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_creator_comes_in_by_the_cookie_and_the_partner_by_the_password(house: House) -> None:
    mentor, mentee = house.browser(), house.browser()
    room = await mentor.create("mentor")
    status, joined = await mentor.join(room, Seat.MENTOR)
    assert (status, joined["name"], joined["personal"]) == (200, NAMES[Seat.MENTOR], None)
    status, joined = await mentee.join(room, Seat.MENTEE, password=PASSWORD)
    assert (status, joined["title"]) == (200, TITLE)
    assert len(joined["personal"]) == 16
    status, me = await mentee.ask("GET", f"/api/rooms/{room}/me")
    held = [{"seat": "mentee", "name": NAMES[Seat.MENTEE], "live": False, "awaited": False}]
    assert me == {"session": True, "seats": held, "names": NAMES, "title": TITLE, "content": "open"}


async def test_a_page_that_is_awaited_is_not_told_to_be_in_the_meeting(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    browser, path = mentee.browser, f"/api/rooms/{mentee.room_id}/me"

    async def told() -> tuple[bool, bool]:
        (held,) = (await browser.ask("GET", path))[1]["seats"]
        return held["live"], held["awaited"]

    assert await told() == (True, False)
    await mentee.close()
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost")
    assert await told() == (False, True)
    house.advance(LINE_RETURN_MS)
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "absent")
    assert await told() == (False, False)


async def test_a_stranger_learns_nothing_about_a_room(house: House) -> None:
    _, _, room = await pair_in(house)
    stranger = house.browser()
    answers = []
    for where in (room, new_id()):
        me = await stranger.ask("GET", f"/api/rooms/{where}/me")
        join = await stranger.join(where, Seat.MENTOR, password="not the password")
        unlock = await stranger.ask("POST", f"/api/rooms/{where}/unlock", {"password": "not the password"})
        link = await stranger.join(where, Seat.MENTOR, seat_secret="a" * 16)
        answers.append((me, join, unlock, link))
    assert answers[0] == answers[1]
    me, join, unlock, link = answers[0]
    assert me == (200, {"session": False, "seats": [], "title": None, "content": "locked"})
    assert (join[0], join[1]["code"]) == (unlock[0], unlock[1]["code"]) == (403, "wrong_password")
    assert (link[0], link[1]["code"]) == (403, "wrong_seat_secret")


async def test_an_unknown_room_costs_as_much_work_as_a_wrong_password(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from server.crypto import passwords

    derived: list[passwords.Argon2Params] = []
    derive = passwords.derive

    def counted(password: bytes, salt: bytes, params: passwords.Argon2Params) -> bytes:
        derived.append(params)
        return derive(password, salt, params)

    async with open_house(tmp_path) as house:
        _, _, room = await pair_in(house)
        stranger = house.browser()
        monkeypatch.setattr(passwords, "derive", counted)
        for where in (room, new_id()):
            assert (await stranger.join(where, Seat.MENTOR, password="not the password"))[0] == 403
            assert (await stranger.join(where, Seat.MENTOR))[0] == 403
    assert len(derived) == 4
    assert len(set(derived)) == 1


async def test_outside_of_tests_a_hash_costs_what_it_should(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, master_key_file=tmp_path / "master.key")
    cost = build_app(config, MasterKeys.new())[keys.HASHING]
    assert (cost.passes, cost.memory_kib, cost.lanes) == (2, 19456, 1)


async def test_a_proof_of_the_former_password_begins_no_session(house: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """The password is changed while somebody's hash is being made: that session must not outlive the change."""
    from server.handlers import join, proofs

    mentor, mentee, room = await pair_in(house)
    proved, changed = asyncio.Event(), asyncio.Event()
    prove = proofs.prove_password

    async def slow(*args):  # type: ignore[no-untyped-def]
        found = await prove(*args)
        proved.set()
        await changed.wait()
        return found

    monkeypatch.setattr(join, "prove_password", slow)
    late = asyncio.create_task(mentee.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))
    await proved.wait()
    assert (await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": "another one of ours"}))[0] == 200
    changed.set()
    assert (await late)[1]["code"] == "wrong_password"
    assert (await mentee.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 401


async def test_a_third_person_is_refused_kindly_with_the_right_password(house: House) -> None:
    mentor, _, room = await pair_in(house)
    third = house.browser()
    for seat in Seat:
        status, refused = await third.join(room, seat, password=PASSWORD)
        assert (status, refused["code"], refused["partner_here"]) == (409, "room_full", False)
    await mentor.enter(room, Seat.MENTOR)
    assert (await third.join(room, Seat.MENTEE, password=PASSWORD))[1]["partner_here"] is True
    assert await third.ask("GET", f"/api/rooms/{room}/me") == (
        200,
        {"session": False, "seats": [], "title": None, "content": "locked"},
    )
    assert (await third.ask("GET", f"/api/rooms/{room}/socket?seat=mentor"))[0] == 403


async def test_a_taken_seat_names_the_free_one(house: House) -> None:
    room = await house.browser().create("mentor")
    somebody = house.browser()
    status, refused = await somebody.join(room, Seat.MENTOR, password=PASSWORD)
    assert (status, refused["code"]) == (409, "seat_taken")
    assert (refused["other_free"], refused["partner_here"]) == (True, False)
    assert (await somebody.join(room, Seat.MENTEE, password=PASSWORD))[0] == 200


async def test_of_a_hundred_at_once_two_get_a_seat(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_connections_per_address=500) as house:
        room = await house.browser().create("neither")
        crowd = [house.browser() for _ in range(100)]
        answers = await asyncio.gather(
            *(who.join(room, list(Seat)[n % 2], password=PASSWORD) for n, who in enumerate(crowd))
        )
        seated = [joined["seat"] for status, joined in answers if status == 200]
        assert sorted(seated) == ["mentee", "mentor"]
        assert {status for status, _ in answers} <= {200, 409, 429, 503}
        async with house.app[keys.DATABASE].read() as tx:
            assert all(row.claimed_ms is not None for row in (await seats.both(tx, room)).values())


async def test_a_personal_link_opens_its_own_seat_on_another_device(house: House) -> None:
    mentor, mentee, tablet = house.browser(), house.browser(), house.browser()
    room = await mentor.create("mentor")
    personal = (await mentee.join(room, Seat.MENTEE, password=PASSWORD))[1]["personal"]
    assert (await tablet.join(room, Seat.MENTOR, seat_secret=personal))[1]["code"] == "wrong_seat_secret"
    status, joined = await tablet.join(room, Seat.MENTEE, seat_secret=personal.upper())
    assert (status, joined["personal"]) == (200, None)
    # the link opens the seat, not what was recorded
    assert (await tablet.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 401
    await tablet.enter(room, Seat.MENTEE)


async def test_a_guesser_is_slowed_and_a_known_browser_is_not_locked_out(house: House) -> None:
    mentor, _, room = await pair_in(house)
    guesser = house.browser()
    tried = [await guesser.join(room, Seat.MENTOR, password=f"guess number {n}") for n in range(8)]
    assert [status for status, _ in tried][:5] == [403] * 5
    assert tried[-1][0] == 429
    assert tried[-1][1]["retry_after_s"] > 0
    assert (await guesser.join(room, Seat.MENTOR, password=PASSWORD))[0] == 429
    assert (await mentor.join(room, Seat.MENTOR))[0] == 200
    assert (await mentor.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))[0] == 200


async def test_a_seat_cookie_opens_its_own_seat_only(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    assert (await mentor.join(room, Seat.MENTEE))[1]["code"] == "wrong_password"
    assert (await mentee.join(room, Seat.MENTOR, password=PASSWORD))[0] == 409
    # two tabs of one browser may hold both seats, while the second is free
    alone = house.browser()
    mine = await alone.create("mentor")
    assert (await alone.join(mine, Seat.MENTEE, password=PASSWORD))[0] == 200
    both = (await alone.ask("GET", f"/api/rooms/{mine}/me"))[1]["seats"]
    assert [held["seat"] for held in both] == ["mentor", "mentee"]


async def test_a_wrong_password_keeps_nobody_out_who_holds_the_seat(house: House) -> None:
    mentor, _, room = await pair_in(house)
    await mentor.ask("POST", f"/api/rooms/{room}/logout", {})
    assert (await mentor.join(room, Seat.MENTOR, password="not the password"))[0] == 200
    assert (await mentor.ask("GET", f"/api/rooms/{room}/me"))[1]["session"] is False
    assert (await mentor.join(room, Seat.MENTOR, password=PASSWORD))[0] == 200
    assert (await mentor.ask("GET", f"/api/rooms/{room}/me"))[1]["session"] is True


async def test_a_seats_key_must_be_on_p256_and_its_id_its_own(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    other_curve = SigningKey(ec.SECP384R1())
    for spki in (other_curve.spki, "AAAA", "", "*"):
        words = mentor.join_words(Seat.MENTOR) | {"key": {"id": new_id(), "spki": spki}}
        status, refused = await mentor.ask("POST", f"/api/rooms/{room}/join", words)
        assert (status, refused["code"] in ("bad_key", "bad_body")) == (400, True)
    taken = {"id": mentor.keys[Seat.MENTOR].id, "spki": mentee.keys[Seat.MENTEE].spki}
    words = mentee.join_words(Seat.MENTEE) | {"key": taken}
    assert (await mentee.ask("POST", f"/api/rooms/{room}/join", words))[1]["code"] == "key_id_taken"


async def test_logging_out_ends_the_session_on_the_server(house: House) -> None:
    mentor, _, room = await pair_in(house)
    session = {c.key: c.value for c in mentor.client.cookie_jar if c.key.startswith("session")}
    assert (await mentor.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 200
    assert (await mentor.ask("POST", f"/api/rooms/{room}/logout", {"forget_seat": False}))[0] == 200
    mentor.client.cookie_jar.update_cookies(session)
    assert (await mentor.ask("GET", f"/api/rooms/{room}/recordings"))[0] == 401
    assert (await mentor.ask("GET", f"/api/rooms/{room}/me"))[1]["seats"][0]["seat"] == "mentor"


async def test_forgetting_the_seat_closes_its_page(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tab = await mentor.enter(room, Seat.MENTOR)
    await mentor.ask("POST", f"/api/rooms/{room}/logout", {"forget_seat": True})
    await tab.expect("bye", code="seat_revoked")
    assert await tab.closed() == 4003
    assert (await mentor.ask("GET", f"/api/rooms/{room}/me"))[1]["seats"] == []
