"""Coming in: join, unlock, log out."""

import hmac
from dataclasses import dataclass, field
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from server.crypto import keys
from server.crypto.content import What, open_under_token
from server.crypto.keys import RoomPair
from server.domain.values import Base64, Id, Presence, Seat
from server.errors import VisavisError
from server.handlers import content, cookies
from server.handlers.answers import answer, read_json
from server.handlers.keys import CLOCK, DATABASE, HUB, IDENTITY, MASTER_KEYS
from server.handlers.proofs import begin_session, guessing, prove_password
from server.handlers.tidy import tidy
from server.live import facts
from server.live.signatures import read_spki
from server.store import audit, rooms, seats, sessions
from server.store.database import Tx
from server.store.seats import How

LONGEST_NAME = 64
Password = Annotated[str, Meta(max_length=512)]
Secret = Annotated[str, Meta(max_length=64)]


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    spki: Base64
    """P-256, SubjectPublicKeyInfo."""


class Join(Struct, frozen=True, forbid_unknown_fields=True):
    seat: Seat
    name: Annotated[str, Meta(max_length=256)]
    key: Key
    password: Password | None = None
    seat_secret: Secret | None = None
    request: Id | None = None
    request_secret: Secret | None = None


class Unlock(Struct, frozen=True, forbid_unknown_fields=True):
    password: Password


class Logout(Struct, frozen=True, forbid_unknown_fields=True):
    forget_seat: bool = False


@dataclass(frozen=True)
class _Right:
    """What opens the seat; `how` None: the browser's own cookie, nothing new is given out."""

    how: How | None
    proved: tuple[rooms.Room, RoomPair] | None = None
    link_secret: str | None = field(default=None, repr=False)
    """The personal link's, found right."""
    content: bytes | None = field(default=None, repr=False)
    """The room's content key, as it was sealed for a device that asked."""


async def join(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/join (open). A right password does not open a seat that is somebody's."""
    wanted, room_id, hub = await read_json(request, Join), request.match_info["room"], request.app[HUB]
    name = tidy(wanted.name, "bad_name", LONGEST_NAME)
    spki = read_spki(wanted.key.spki)
    right = await _right(request, room_id, wanted)
    cookie, secret, session = cookies.new_token(), keys.new_seat_secret(), None
    sealed = keys.seal_text(request.app[MASTER_KEYS], room_id, f"name.{wanted.seat}", name)
    now = request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        room = await rooms.get(tx, room_id)
        if room is None:
            raise VisavisError("wrong_password", "This is not the room's password.", 403)
        if right.how is How.CLAIM:
            secret_hash = keys.seat_secret_hash(room_id, wanted.seat, secret)
            if not await seats.claim(tx, room_id, wanted.seat, secret_hash=secret_hash, name_sealed=sealed, now=now):
                raise await _taken(request, tx, room_id, wanted.seat)
            await audit.append(tx, "seat_claimed", now=now, by=wanted.seat, room=room_id)
        else:
            await seats.set_name(tx, room_id, wanted.seat, sealed)
        await _register_key(request, tx, room_id, wanted, spki)
        if right.how is not None:
            token_hash = keys.token_hash(cookie)
            await seats.add_cookie(tx, room_id, wanted.seat, token_hash=token_hash, how=right.how, now=now)
            if right.how is How.APPROVAL:
                await seats.vouched(tx, room_id, wanted.seat, seats.browser_id(token_hash), now)
                await audit.append(tx, "seat_vouched", now=now, by=wanted.seat.other, room=room_id)
        else:
            held = keys.token_hash(cookies.read_seats(request, room_id)[wanted.seat])
            await seats.touch_cookie(tx, room_id, held, now)
            if right.link_secret is not None:
                await seats.prove_cookie(tx, room_id, held)
                await seats.settle_vouches(tx, room_id, wanted.seat, [seats.browser_id(held)])
        token = cookie if right.how is not None else cookies.read_seats(request, room_id)[wanted.seat]
        proofs = content.Proofs(
            token,
            right.proved[1] if right.proved else None,
            secret if right.how is How.CLAIM else right.link_secret,
            right.content,
        )
        await content.complete(request.app[MASTER_KEYS], tx, room_id, wanted.seat, proofs)
        if right.proved is not None:
            before, pair = right.proved
            session = await begin_session(request, tx, room_id, pair, before.keys.argon2_salt)
    hub.browsers_changed(room_id, wanted.seat)
    await hub.policy_changed(room_id)
    response = answer(
        {
            "seat": wanted.seat,
            "name": name,
            "personal": secret if right.how is How.CLAIM else None,
            "title": facts.title_of(hub.services, room),
        }
    )
    cookies.set_seat(request, response, room_id, wanted.seat, token)
    if session is not None:
        cookies.set_session(request, response, room_id, session)
    return response


async def _right(request: web.Request, room_id: str, wanted: Join) -> _Right:
    """Raises VisavisError `wrong_password` or `wrong_seat_secret` 403, `too_many_tries` 429, `busy` 503."""
    if wanted.seat in request[IDENTITY].seats:
        own_link = await _link_too(request, room_id, wanted)
        return _Right(None, await _session_too(request, room_id, wanted.password), own_link)
    if wanted.seat_secret:
        await prove_seat_secret(request, room_id, wanted.seat, wanted.seat_secret)
        return _Right(How.LINK, await _session_too(request, room_id, wanted.password), wanted.seat_secret)
    if wanted.request and wanted.request_secret:
        if request.app[HUB].devices.redeem(room_id, wanted.seat, wanted.request, wanted.request_secret):
            proved = await _session_too(request, room_id, wanted.password)
            return _Right(How.APPROVAL, proved, content=_content_asked(request, room_id, wanted))
        raise VisavisError("not_allowed", "The other seat has not allowed this, or it is too late.", 403)
    return _Right(How.CLAIM, await prove_password(request, room_id, wanted.password or ""))


async def _session_too(request: web.Request, room_id: str, password: str | None) -> tuple[rooms.Room, RoomPair] | None:
    """The seat is had without a password; a right one opens the recordings as well, a wrong one keeps nobody out."""
    if not password:
        return None
    try:
        return await prove_password(request, room_id, password)
    except VisavisError as error:
        if error.code in ("wrong_password", "too_many_tries", "busy"):
            return None
        raise


async def _link_too(request: web.Request, room_id: str, wanted: Join) -> str | None:
    """A device the partner let in opens its personal link: that opens the private notes as well. A wrong one keeps
    nobody out."""
    if not wanted.seat_secret:
        return None
    try:
        await prove_seat_secret(request, room_id, wanted.seat, wanted.seat_secret)
    except VisavisError as error:
        if error.code in ("wrong_seat_secret", "too_many_tries"):
            return None
        raise
    return wanted.seat_secret


def _content_asked(request: web.Request, room_id: str, wanted: Join) -> bytes | None:
    """It proved the password when it asked; the content key was sealed then under the request's secret."""
    sealed = request.app[HUB].devices.kept(room_id, wanted.request or "")
    if sealed is None:
        return None
    masters, secret = request.app[MASTER_KEYS], wanted.request_secret or ""
    return open_under_token(masters, What.ASKED, room_id, wanted.seat, secret, sealed)


async def prove_seat_secret(request: web.Request, room_id: str, seat: Seat, secret: str) -> None:
    """Raises VisavisError `wrong_seat_secret` 403, `too_many_tries` 429."""
    failed, succeeded = guessing(request, room_id)
    async with request.app[DATABASE].read() as tx:
        row = (await seats.both(tx, room_id)).get(seat)
    given = keys.seat_secret_hash(room_id, seat, secret)
    if row is None or row.secret_hash is None or not hmac.compare_digest(row.secret_hash, given):
        failed()
        raise VisavisError("wrong_seat_secret", "This personal link does not open the seat.", 403)
    succeeded()


async def _taken(request: web.Request, tx: Tx, room_id: str, seat: Seat) -> VisavisError:
    """The seat is somebody's; whoever knows the password is told so, kindly."""
    rows, presences = await seats.both(tx, room_id), request.app[HUB].presences(room_id)
    # whoever is awaited is asked as soon as their line is back
    live = {seat for seat in Seat if presences[seat] is not Presence.ABSENT}
    other_free = rows[seat.other].claimed_ms is None
    if not other_free and seat.other not in request[IDENTITY].seats:
        return VisavisError("room_full", "Both seats of this room are taken.", 409, partner_here=bool(live))
    return VisavisError(
        "seat_taken",
        "This seat is taken on another device.",
        409,
        other_free=other_free,
        partner_here=seat.other in live,
    )


async def _register_key(request: web.Request, tx: Tx, room_id: str, wanted: Join, spki: bytes) -> None:
    now = request.app[CLOCK].now_ms()
    if await seats.key(tx, room_id, wanted.key.id) is None:
        await audit.append(tx, "seat_key_registered", now=now, by=wanted.seat, room=room_id)
    await seats.add_key(tx, room_id, wanted.seat, wanted.key.id, spki, now)


async def unlock(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/unlock (open). For listening through without joining."""
    wanted, room_id = await read_json(request, Unlock), request.match_info["room"]
    room, pair = await prove_password(request, room_id, wanted.password)
    async with request.app[DATABASE].write() as tx:
        token = await begin_session(request, tx, room_id, pair, room.keys.argon2_salt)
        for seat in request[IDENTITY].seats:
            proofs = content.Proofs(cookies.read_seats(request, room_id)[seat], pair)
            await content.complete(request.app[MASTER_KEYS], tx, room_id, seat, proofs)
    response = answer({"title": facts.title_of(request.app[HUB].services, room)})
    cookies.set_session(request, response, room_id, token)
    return response


async def logout(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/logout (open). Ends what this browser's cookies prove, on the server too."""
    wanted, room_id, hub = await read_json(request, Logout), request.match_info["room"], request.app[HUB]
    identity, response = request[IDENTITY], answer({})
    held = cookies.read_seats(request, room_id)
    async with request.app[DATABASE].write() as tx:
        if identity.session is not None:
            await sessions.end(tx, room_id, identity.session.token_hash)
        if wanted.forget_seat:
            for seat in identity.seats:
                await seats.forget_cookie(tx, room_id, keys.token_hash(held[seat]))
    if identity.session is not None:
        hub.services.readers.drop_session(identity.session.token_hash)
    cookies.forget(request, response, cookies.session_name(room_id))
    if wanted.forget_seat:
        hub.revoke(room_id, {keys.token_hash(held[seat]) for seat in identity.seats})
        for seat in held:
            cookies.forget(request, response, cookies.seat_name(room_id, seat))
        for seat in identity.seats:
            hub.browsers_changed(room_id, seat)
    return response
