"""Who can open what the two make together, and which browser gets which key."""

import base64
import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text, update

from server.crypto import content, keys, passwords, primitives
from server.crypto.content import What
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.keys import DATABASE, MASTER_KEYS
from server.handlers.vouched import AWAY_MS
from server.ids import new_id
from server.store import content as wraps
from server.store import rooms, tables
from tests.live.house import PASSWORD, Browser, House, pair_in
from tests.live.sharing import share

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTES = base64.urlsafe_b64encode(bytes(range(100, 132))).decode().rstrip("=")
OTHER = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


async def keys_of(browser: Browser, room: str, seat: Seat) -> tuple[int, Any]:
    return await browser.ask("GET", f"/api/rooms/{room}/sharing-keys?seat={seat}")


async def put_notes(browser: Browser, room: str, seat: Seat, **more: object) -> tuple[int, Any]:
    return await browser.ask("PUT", f"/api/rooms/{room}/sharing-keys/notes?seat={seat}", {"key": NOTES} | more)


async def log_out(browser: Browser, room: str) -> None:
    assert (await browser.ask("POST", f"/api/rooms/{room}/logout"))[0] == 200


async def me(browser: Browser, room: str) -> str:
    return str((await browser.ask("GET", f"/api/rooms/{room}/me"))[1]["content"])


async def claimed(house: House) -> tuple[Browser, Browser, str, str]:
    """Mentor, mentee, room, and the mentee's personal secret; nobody has a session any more."""
    mentor, mentee = house.browser(), house.browser()
    room = await mentor.create("mentor")
    await mentor.join(room, Seat.MENTOR)
    secret = (await mentee.join(room, Seat.MENTEE, password=PASSWORD))[1]["personal"]
    await log_out(mentor, room)
    await log_out(mentee, room)
    return mentor, mentee, room, str(secret)


async def approved(house: House, mentor: Browser, room: str) -> Browser:
    """A tablet of the mentee's that the mentor has let in; it has the seat cookie and no session."""
    tablet = house.browser()
    ask = {"seat": "mentee", "name": "Tablet", "password": PASSWORD}
    ticket = (await tablet.ask("POST", f"/api/rooms/{room}/device-requests", ask))[1]
    house.hub.devices.answer(room, Seat.MENTOR, ticket["request"], allow=True)
    proof = {"request": ticket["request"], "request_secret": ticket["secret"]}
    assert (await tablet.join(room, Seat.MENTEE, **proof))[0] == 200
    return tablet


async def as_from_before(house: House, room: str, *, room_too: bool = True) -> None:
    """As a version that knew no content keys would have left it."""
    async with house.app[DATABASE].write() as tx:
        await tx.execute(
            update(tables.seat_cookies).where(tables.seat_cookies.c.room == room).values(content_sealed=None)
        )
        await wraps.forget_link(tx, room, Seat.MENTOR)
        await wraps.forget_link(tx, room, Seat.MENTEE)
        if room_too:
            await tx.execute(update(tables.rooms).where(tables.rooms.c.id == room).values(content_sealed=None))


async def room_key(house: House, room: str) -> tuple[bytes, bytes]:
    """The room's secret half and its content key, as the password and the master key open them."""
    masters = house.app[MASTER_KEYS]
    async with house.app[DATABASE].read() as tx:
        row, wrap = await rooms.get(tx, room), await wraps.of_room(tx, room)
    assert row is not None
    assert wrap is not None
    assert wrap.content_sealed is not None
    params = passwords.Argon2Params(row.keys.argon2_passes, row.keys.argon2_memory_kib, row.keys.argon2_lanes)
    root = passwords.derive(passwords.normalise(PASSWORD), row.keys.argon2_salt, params)
    pair = keys.open_room_secret(masters, room, row.keys.public_key, row.keys.secret_sealed, root)
    return pair.secret, content.open_for_room(masters, room, pair.secret, wrap.content_sealed)


def outbox(key: bytes, room: str, seat: Seat) -> str:
    return base64.urlsafe_b64encode(content.outbox_key(key, room, seat)).decode().rstrip("=")


# --- the content key


async def test_creator_and_claimer_open_it_by_their_cookies(house: House) -> None:
    mentor, mentee, room, _ = await claimed(house)
    _, key = await room_key(house, room)
    for browser, seat in ((mentor, Seat.MENTOR), (mentee, Seat.MENTEE)):
        expected = {"outbox": outbox(key, room, seat), "notes": None, "notes_made": False}
        assert await keys_of(browser, room, seat) == (200, expected)
        assert await me(browser, room) == "open"


async def test_a_personal_link_opens_it_on_another_device(house: House) -> None:
    _, _, room, secret = await claimed(house)
    phone = house.browser()
    assert (await phone.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    _, key = await room_key(house, room)
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["outbox"] == outbox(key, room, Seat.MENTEE)


async def test_the_partners_yes_opens_it_but_not_the_private_notes(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    assert (await put_notes(mentee, room, Seat.MENTEE, seat_secret=secret))[0] == 200
    tablet = await approved(house, mentor, room)
    _, key = await room_key(house, room)
    expected = {"outbox": outbox(key, room, Seat.MENTEE), "notes": None, "notes_made": True}
    assert await keys_of(tablet, room, Seat.MENTEE) == (200, expected)
    assert (await tablet.join(room, Seat.MENTEE, seat_secret="x" * 16))[0] == 200  # a wrong link keeps nobody out
    assert (await keys_of(tablet, room, Seat.MENTEE))[1]["notes"] is None
    assert (await tablet.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    assert (await keys_of(tablet, room, Seat.MENTEE))[1]["notes"] == NOTES


async def test_a_room_from_before_gets_its_key_from_whoever_comes_first(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    await as_from_before(house, room)
    first = (await keys_of(mentor, room, Seat.MENTOR))[1]["outbox"]
    _, key = await room_key(house, room)
    assert first == outbox(key, room, Seat.MENTOR)
    # the mentee's cookie is from before too, and now there is a key it cannot open
    assert await me(mentee, room) == "locked"
    status, refused = await keys_of(mentee, room, Seat.MENTEE)
    assert (status, refused["code"]) == (403, "content_locked")
    assert (await mentee.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD}))[0] == 200
    await log_out(mentee, room)
    assert (await keys_of(mentee, room, Seat.MENTEE))[1]["outbox"] == outbox(key, room, Seat.MENTEE)
    # its personal link opens it again once it was used where the key is known
    assert (await mentee.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    phone = house.browser()
    assert (await phone.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["outbox"] == outbox(key, room, Seat.MENTEE)


async def test_a_session_writes_the_wrap_its_seat_cookie_lacks(house: House) -> None:
    mentor, _, room, _ = await claimed(house)
    await mentor.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    await as_from_before(house, room, room_too=False)
    assert (await keys_of(mentor, room, Seat.MENTOR))[0] == 200
    await log_out(mentor, room)
    assert (await keys_of(mentor, room, Seat.MENTOR))[0] == 200


async def test_joining_with_the_password_unlocks_a_cookie_from_before(house: House) -> None:
    mentor, _, room, _ = await claimed(house)
    await as_from_before(house, room, room_too=False)
    assert (await keys_of(mentor, room, Seat.MENTOR))[0] == 403
    assert (await mentor.join(room, Seat.MENTOR, password=PASSWORD))[0] == 200
    await log_out(mentor, room)
    assert (await keys_of(mentor, room, Seat.MENTOR))[0] == 200


async def test_a_new_password_changes_no_content_key(house: House) -> None:
    mentor, mentee, room, _ = await claimed(house)
    before = await keys_of(mentee, room, Seat.MENTEE)
    await mentor.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    new = "quite another password"
    assert (await mentor.ask("POST", f"/api/rooms/{room}/password", {"password": new}))[0] == 200
    assert await keys_of(mentee, room, Seat.MENTEE) == before
    listener = house.browser()
    assert (await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": new}))[0] == 200
    assert await me(listener, room) == "open"


async def test_a_new_password_may_turn_ones_other_browsers_out(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    phone = house.browser()
    await phone.join(room, Seat.MENTEE, seat_secret=secret)
    tab = await phone.enter(room, Seat.MENTEE)
    await mentee.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    wanted = {"password": "quite another password", "others_out": True}
    status, told = await mentee.ask("POST", f"/api/rooms/{room}/password", wanted)
    assert (status, told["browsers_out"]) == (200, 1)
    await tab.expect("bye", code="seat_revoked")
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["code"] == "seat_needed"
    for browser, seat in ((mentee, Seat.MENTEE), (mentor, Seat.MENTOR)):
        assert (await keys_of(browser, room, seat))[0] == 200


# --- private notes


async def test_the_first_notes_key_stays(house: House) -> None:
    _, mentee, room, secret = await claimed(house)
    assert (await put_notes(mentee, room, Seat.MENTEE))[0] == 200
    for more in ({}, {"seat_secret": secret}, {"key": OTHER}, {"key": OTHER, "anew": True}):
        status, refused = await put_notes(mentee, room, Seat.MENTEE, **more)
        assert (status, refused["code"]) == (409, "notes_key_exists"), more
    assert (await keys_of(mentee, room, Seat.MENTEE))[1]["notes"] == NOTES
    # the link pair was there from the claim on, so the link opens it although its secret was not given again
    phone = house.browser()
    await phone.join(room, Seat.MENTEE, seat_secret=secret)
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["notes"] == NOTES


@pytest.mark.parametrize("key", ["", NOTES[:-1], NOTES + "A", NOTES[:-1] + "=", NOTES[:-1] + "/"])
async def test_a_notes_key_has_32_bytes(house: House, key: str) -> None:
    mentor, _, room = await pair_in(house)
    status, refused = await put_notes(mentor, room, Seat.MENTOR, key=key)
    assert (status, refused["code"]) == (400, "bad_body")


async def test_a_wrong_personal_secret_makes_no_notes_key(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    for browser, seat, wrong in ((mentee, Seat.MENTEE, "x" * 16), (mentor, Seat.MENTOR, secret)):
        status, refused = await put_notes(browser, room, seat, seat_secret=wrong)
        assert (status, refused["code"]) == (403, "wrong_seat_secret")
        assert (await keys_of(browser, room, seat))[1]["notes_made"] is False


async def test_the_partner_and_the_password_get_no_notes_key(house: House) -> None:
    mentor, mentee, room, _ = await claimed(house)
    assert (await put_notes(mentee, room, Seat.MENTEE))[0] == 200
    await mentor.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    assert (await keys_of(mentor, room, Seat.MENTOR))[1]["notes"] is None
    assert (await keys_of(mentor, room, Seat.MENTEE))[1]["code"] == "seat_needed"
    assert (await put_notes(mentor, room, Seat.MENTEE))[1]["code"] == "seat_needed"


async def test_lost_notes_may_be_begun_anew(house: House) -> None:
    mentor, mentee, room, _ = await claimed(house)
    await put_notes(mentee, room, Seat.MENTEE)
    tablet = await approved(house, mentor, room)
    # the partner may have let themselves in: not while the person's own browser may come again
    refused = await put_notes(tablet, room, Seat.MENTEE, key=OTHER, anew=True)
    assert (refused[0], refused[1]["code"]) == (403, "link_wanted")
    assert (await keys_of(mentee, room, Seat.MENTEE))[1]["notes"] == NOTES
    await away(house, room)
    assert (await put_notes(tablet, room, Seat.MENTEE, key=OTHER, anew=True))[0] == 200
    assert (await keys_of(tablet, room, Seat.MENTEE))[1]["notes"] == OTHER
    assert (await keys_of(mentee, room, Seat.MENTEE))[1] | {"outbox": ""} == {
        "outbox": "",
        "notes": None,
        "notes_made": True,
    }


async def away(house: House, room: str) -> None:
    """None of the room's browsers has come for longer than from one meeting to the next."""
    async with house.app[DATABASE].write() as tx:
        cookies = tables.seat_cookies
        long_ago = {"used_ms": cookies.c.used_ms - AWAY_MS - 1}
        await tx.execute(update(cookies).where(cookies.c.room == room).values(long_ago))


async def test_who_was_let_in_by_the_partner_gives_up_nothing_of_the_seats_own(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    await put_notes(mentee, room, Seat.MENTEE, seat_secret=secret)
    tablet = await approved(house, mentor, room)
    await tablet.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    tab, partner = await share(tablet, room, Seat.MENTEE), await share(mentor, room, Seat.MENTOR)
    await partner.store(b"what both made")
    emptied = await partner.snapshot(b"nothing", upto=1, forgets=1)
    refused = [
        await tab.decide(emptied, "confirm"),
        await tab.octets(tab.path("/snapshots", upto=1, forgets=1), b"nothing"),
        await tablet.ask("POST", f"/api/rooms/{room}/personal-link?seat=mentee", {"without_notes": True}),
        await tablet.ask("POST", f"/api/rooms/{room}/password", {"password": "another one here", "others_out": True}),
        await tab.octets(tab.path("/entries", "notes", local=new_id()), b"rubbish"),
        await tab.octets(tab.path("/snapshots", "notes", upto=1), b"rubbish"),
    ]
    said = [(status, problem["code"]) for status, problem in refused]
    assert said == [(403, "link_wanted")] * 4 + [(403, "notes_locked")] * 2
    # with the personal link it is a browser like any other
    assert (await tablet.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    assert (await tab.octets(tab.path("/entries", "notes", local=new_id()), b"sealed"))[0] == 200
    assert (await tablet.ask("POST", f"/api/rooms/{room}/personal-link?seat=mentee"))[0] == 200
    assert (await tab.decide(emptied, "confirm"))[0] == 200


async def test_nothing_at_rest_opens_the_notes_key_without_cookie_or_link(house: House) -> None:
    """With every byte of the database, the master keys, the room's password and all it opens, in every combination."""
    _, mentee, room, secret = await claimed(house)
    await put_notes(mentee, room, Seat.MENTEE, seat_secret=secret)
    notes = bytes(range(100, 132))
    pair_secret, key = await room_key(house, room)
    stored = await all_values(house, room)
    assert notes not in b"".join(stored)
    assert notes not in all_files(house.data_dir)
    known = [pair_secret, key, hashlib.sha256(PASSWORD.encode()).digest(), house.app[MASTER_KEYS].current.secret]
    known += [value for value in stored if len(value) in (16, 32)]
    assert notes not in set(opened_with(house, room, stored, known))
    # the search is able to find it: with the cookie's token, and with the link's secret
    token = next(each.value for each in mentee.client.cookie_jar if each.key == cookies.seat_name(room, Seat.MENTEE))
    for proof in (token, secret):
        assert notes in set(opened_with(house, room, stored, [*known, hashlib.sha256(proof.encode()).digest()]))


def all_files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def all_values(house: House, room: str) -> list[bytes]:
    """Every value of bytes in every row that has to do with the room."""
    found = []
    async with house.app[DATABASE].read() as tx:
        for table in tables.metadata.sorted_tables:
            asked, name = select(table), "id" if table is tables.rooms else "room"
            for row in await tx.execute(asked.where(table.c[name] == room) if name in table.c else asked):
                found += [bytes(value) for value in row if isinstance(value, bytes)]
    return found


def opened_with(house: House, room: str, stored: list[bytes], known: list[bytes]) -> Iterator[bytes]:
    """All that these secrets open, as keys and as pairs, and what is opened with that in turn."""
    masters, at = house.app[MASTER_KEYS], content._at(room, "mentee")
    uses = [b"mk-link", *(b"mk-%s-%s" % (what.encode(), how) for what in What for how in (b"token", b"link"))]
    inner = []
    for box, use in itertools.product(stored, uses):
        try:
            inner.append(masters.open(use, at, box))
        except VisavisError:
            continue
    assert len(inner) >= 5  # content and notes under the cookie and for the link, and the link's pair
    waiting, tried = list(known), set(known)
    publics = [value for value in stored if len(value) == 32]
    while waiting:
        secret = waiting.pop()
        for found in (*inner, *_attempts(secret, inner, at, publics)):
            yield found
            if len(found) == 32 and found not in tried:
                tried.add(found)
                waiting.append(found)


def _attempts(secret: bytes, boxes: list[bytes], at: bytes, publics: list[bytes]) -> Iterator[bytes]:
    uses = [b"link-kek", *(b"%s-token-kek" % what.encode() for what in What)]
    candidates = [secret, *(primitives.expand(secret, use, at) for use in uses)] if len(secret) == 32 else []
    for box, candidate in itertools.product(boxes, candidates):
        for aad in (at, b"", *(at + public for public in publics if len(box) == 60)):
            try:
                yield primitives.unseal(candidate, box, aad)
            except (InvalidTag, ValueError):
                continue
    for box, what in itertools.product(boxes, What if len(secret) == 32 else ()):
        try:
            yield content._from_pair(secret, b"%s-link" % what.encode() + at, box)
        except VisavisError:
            continue


# --- a fresh personal link


async def test_a_fresh_link_opens_all_the_old_one_did_and_the_old_one_nothing(house: House) -> None:
    _, mentee, room, old = await claimed(house)
    await put_notes(mentee, room, Seat.MENTEE, seat_secret=old)
    status, made = await mentee.ask("POST", f"/api/rooms/{room}/personal-link?seat=mentee")
    assert status == 200
    assert made["personal"] != old
    late, phone = house.browser(), house.browser()
    assert (await late.join(room, Seat.MENTEE, seat_secret=old))[1]["code"] == "wrong_seat_secret"
    assert (await phone.join(room, Seat.MENTEE, seat_secret=made["personal"]))[0] == 200
    assert await keys_of(phone, room, Seat.MENTEE) == await keys_of(mentee, room, Seat.MENTEE)
    async with house.app[DATABASE].read() as tx:
        asked = text("SELECT count(*) FROM audit WHERE action = 'personal_link_renewed' AND room = :room")
        assert (await tx.execute(asked, {"room": room})).scalar_one() == 1


async def test_a_browser_that_cannot_open_the_notes_loses_no_link_to_them_unasked(house: House) -> None:
    mentor, mentee, room, secret = await claimed(house)
    await put_notes(mentee, room, Seat.MENTEE, seat_secret=secret)
    tablet, path = await approved(house, mentor, room), f"/api/rooms/{room}/personal-link?seat=mentee"
    status, refused = await tablet.ask("POST", path)
    assert (status, refused["code"]) == (409, "notes_locked")
    assert (await house.browser().join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    await away(house, room)  # those of its own are lost, it seems
    status, made = await tablet.ask("POST", path, {"without_notes": True})
    assert status == 200
    phone = house.browser()
    await phone.join(room, Seat.MENTEE, seat_secret=made["personal"])
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["notes"] is None
    # a browser that can open them seals them to the new link as it comes by
    assert (await keys_of(mentee, room, Seat.MENTEE))[1]["notes"] == NOTES
    await phone.join(room, Seat.MENTEE, seat_secret=made["personal"])
    assert (await keys_of(phone, room, Seat.MENTEE))[1]["notes"] == NOTES
