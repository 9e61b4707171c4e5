"""Rooms: the password offered, creating one, what this browser may see, shorter retention, a new password."""

import hmac
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from server.config import Rooms
from server.crypto import keys, passwords
from server.crypto.keys import RoomPair
from server.domain.values import Presence, Seat
from server.errors import VisavisError
from server.handlers import content, cookies
from server.handlers.answers import answer, read_json
from server.handlers.browsers import take_seat_from
from server.handlers.keys import CLOCK, CONFIG, DATABASE, GUESSES, HUB, IDENTITY, JANITOR, MASTER_KEYS, ORIGIN, PEER
from server.handlers.proofs import begin_session, lock_with, session_pair
from server.handlers.tidy import tidy
from server.ids import new_id
from server.live import facts
from server.store import audit, retention, rooms, seats, sessions

LONGEST_TITLE = 120
Days = Annotated[int, Meta(ge=1, le=3650)]


class Create(Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, Meta(max_length=480)]
    password: Annotated[str, Meta(max_length=512)]
    retention_days: Days
    seat: Literal["mentor", "mentee", "neither"]
    downloads: bool = True
    code: Annotated[str, Meta(max_length=256)] = ""


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    days: Days


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    password: Annotated[str, Meta(max_length=512)]
    others_out: bool = False
    """The other browsers of one's own seat lose it too."""


async def offer_password(_: web.Request) -> web.StreamResponse:
    """GET /api/password (open)."""
    return answer({"password": passwords.offer()})


async def create_room(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms (as set)."""
    wanted = await read_json(request, Create)
    _check_code(request, wanted.code)
    title = tidy(wanted.title, "bad_title", LONGEST_TITLE)
    room_id, pair, now = new_id(), RoomPair.new(), request.app[CLOCK].now_ms()
    locked = await lock_with(request, room_id, pair, wanted.password)
    seat = Seat(wanted.seat) if wanted.seat != "neither" else None
    secret, cookie, session = keys.new_seat_secret(), cookies.new_token(), None
    masters = request.app[MASTER_KEYS]
    async with request.app[DATABASE].write() as tx:
        if await rooms.count(tx) >= request.app[CONFIG].max_rooms:
            raise VisavisError("too_many_rooms", "This server has as many rooms as it may have.", 507)
        await rooms.create(
            tx,
            room_id,
            title_sealed=keys.seal_text(masters, room_id, "title", title),
            creator=wanted.seat,
            retention_days=wanted.retention_days,
            downloads=wanted.downloads,
            keys=locked,
            now=now,
        )
        await content.make_key(masters, tx, room_id, pair.public)
        await audit.append(tx, "room_created", now=now, by=seat or "stranger", room=room_id)
        if seat is not None:
            secret_hash = keys.seat_secret_hash(room_id, seat, secret)
            await seats.claim(tx, room_id, seat, secret_hash=secret_hash, name_sealed=None, now=now)
            await seats.add_cookie(
                tx, room_id, seat, token_hash=keys.token_hash(cookie), how=seats.How.CREATOR, now=now
            )
            await content.complete(masters, tx, room_id, seat, content.Proofs(cookie, pair, secret))
            session = await begin_session(request, tx, room_id, pair, locked.argon2_salt)
    personal = {"seat": seat, "secret": secret} if seat is not None else None
    response = answer({"room": room_id, "link": f"{_public(request)}/r/{room_id}", "personal": personal}, 201)
    if seat is not None and session is not None:
        cookies.set_seat(request, response, room_id, seat, cookie)
        cookies.set_session(request, response, room_id, session)
    return response


def _check_code(request: web.Request, code: str) -> None:
    config = request.app[CONFIG]
    if config.rooms is not Rooms.CODE or request[IDENTITY].admin:
        return
    throttle, now = request.app[GUESSES], request.app[CLOCK].now_ms()
    throttle.check("code", request[PEER], None, now)
    if not hmac.compare_digest(code.strip().encode(), (config.room_code or "").encode()) or not config.room_code:
        throttle.failed("code", request[PEER], None, now)
        raise VisavisError("wrong_code", "This is not the code for creating rooms.", 403)
    throttle.succeeded("code", request[PEER], None, now)


def _public(request: web.Request) -> str:
    return request.app[CONFIG].public_url or request[ORIGIN]


async def me(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/me (open). Says only what this browser's cookies prove."""
    identity, room_id, hub = request[IDENTITY], request.match_info["room"], request.app[HUB]
    nothing = {"session": False, "seats": [], "title": None, "content": "locked"}
    if identity.session is None and not identity.seats:
        return answer(nothing)
    async with request.app[DATABASE].read() as tx:
        room = await rooms.get(tx, room_id)
        rows = await seats.both(tx, room_id)
    if room is None:
        return answer(nothing)
    may_read = identity.session is not None or (await content.opened(request)).content is not None
    presences = hub.presences(room_id)
    held = [
        {
            "seat": seat,
            "name": facts.name_of(hub.services, room_id, rows.get(seat)) or "",
            "live": presences[seat] is Presence.HERE,
            "awaited": presences[seat] is Presence.LINE_LOST,
        }
        for seat in identity.seats
    ]
    title = facts.title_of(hub.services, room)
    names = {seat: facts.name_of(hub.services, room_id, rows.get(seat)) or "" for seat in Seat}
    shown = {"session": identity.session is not None, "seats": held, "names": names, "title": title}
    return answer({**shown, "content": "open" if may_read else "locked"})


async def shorten_retention(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/retention (seat)."""
    room_id, seat = request.match_info["room"], request[IDENTITY].seat
    assert seat is not None
    wanted, now = await read_json(request, Retention), request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        shortened = await retention.shorten_room(tx, room_id, days=wanted.days, by=seat, now=now)
    request.app[JANITOR].wake()
    await request.app[HUB].policy_changed(room_id)
    return answer({"retention_days": wanted.days, "recordings": shortened.recordings})


async def change_password(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/password (session+seat). Not one recording is rewritten: only the room's secret is.

    Raises VisavisError `link_wanted` 403, with `others_out`, as `vouched` says.
    """
    identity, room_id, hub = request[IDENTITY], request.match_info["room"], request.app[HUB]
    assert identity.session is not None
    wanted, now = await read_json(request, NewPassword), request.app[CLOCK].now_ms()
    async with request.app[DATABASE].read() as tx:
        pair = await session_pair(request, tx, room_id)
    locked = await lock_with(request, room_id, pair, wanted.password)
    async with request.app[DATABASE].write() as tx:
        before = await rooms.get(tx, room_id)
        if before is None or await sessions.get(tx, room_id, identity.session.token_hash, now) is None:
            raise VisavisError("password_needed", "The password was changed meanwhile.", 401)
        locked = msgspec.structs.replace(locked, generation=before.keys.generation)
        await rooms.set_password(tx, room_id, locked, by_pair=True)
        ended = await sessions.end_all_but(tx, room_id, identity.session.token_hash)
        seat = identity.seat
        assert seat is not None
        out = await take_seat_from(request, tx, room_id, seat, None) if wanted.others_out else set()
        await audit.append(
            tx, "password_changed", now=now, by=seat, room=room_id, sessions_ended=ended, browsers_out=len(out)
        )
    hub.revoke(room_id, out)
    hub.browsers_changed(room_id, seat)
    hub.services.readers.drop_room(room_id, but=identity.session.token_hash)
    await hub.policy_changed(room_id)
    return answer({"sessions_ended": ended, "browsers_out": len(out)})
