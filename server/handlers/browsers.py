"""The browsers that hold one's seat: which there are, putting others out, and hearing of one the partner let in.

Of a browser is told how it came to the seat and when; never an address or what kind of browser it is, which nobody has
kept. One that has only the partner's word sees itself alone: when a person comes and with how many devices is that
person's own.
"""

from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from server.crypto.keys import token_hash
from server.domain.values import Id, Seat
from server.handlers import cookies
from server.handlers.answers import answer, read_json
from server.handlers.keys import CLOCK, DATABASE, HUB, IDENTITY
from server.handlers.vouched import is_only_vouched, require_own
from server.store import audit, seats
from server.store.database import Tx


class Out(Struct, frozen=True, forbid_unknown_fields=True):
    browser: Id | None = None
    """None: all others."""


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    browsers: Annotated[list[Id], Meta(max_length=64)]


async def list_browsers(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/browsers (seat)."""
    room, seat, own = _where(request)
    async with request.app[DATABASE].read() as tx:
        held = await seats.browsers(tx, room, seat, request.app[CLOCK].now_ms())
        vouches = await seats.vouches(tx, room, seat)
        alone = await is_only_vouched(request, tx, room, seat)
    here = request.app[HUB].proofs_here(room)
    shown = [_shown(each, own, here) for each in held if each.token_hash == own or not alone]
    ids = {each.id for each in held}
    told = [
        {"browser": browser, "at_ms": at_ms, "holds": browser in ids}
        for browser, at_ms in vouches.items()
        if browser != seats.browser_id(own) and not alone
    ]
    return answer({"browsers": shown, "vouched": told, "link_wanted": alone})


def _shown(browser: seats.Browser, own: bytes, here: frozenset[bytes]) -> dict[str, Any]:
    return {
        "id": browser.id,
        "how": browser.how,
        "since_ms": browser.created_ms,
        "used_ms": browser.used_ms,
        "here": browser.token_hash in here,
        "this": browser.token_hash == own,
    }


async def put_out(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/browsers/out (seat). Their pages close at once; what they have read they have read.

    Raises VisavisError `link_wanted` 403 as `vouched` says.
    """
    wanted, (room, seat, _), hub = await read_json(request, Out), _where(request), request.app[HUB]
    async with request.app[DATABASE].write() as tx:
        out = await take_seat_from(request, tx, room, seat, wanted.browser)
        if out:
            now = request.app[CLOCK].now_ms()
            await audit.append(tx, "browsers_out", now=now, by=seat, room=room, browsers=len(out))
    hub.revoke(room, out)
    hub.browsers_changed(room, seat)
    return answer({"browsers_out": len(out)})


async def take_seat_from(request: web.Request, tx: Tx, room: str, seat: Seat, browser: str | None) -> set[bytes]:
    """One of the others, or all of them, hold the seat no longer: the hashes of their cookies, to `revoke` afterwards.

    Raises VisavisError `link_wanted` 403 as `vouched` says.
    """
    await require_own(request, tx, room, seat)
    _, _, own = _where(request)
    held = await seats.browsers(tx, room, seat, request.app[CLOCK].now_ms())
    out = {each.token_hash for each in held if each.token_hash != own and browser in (None, each.id)}
    for each in out:
        await seats.forget_cookie(tx, room, each)
    settled = await seats.vouches(tx, room, seat) if browser is None else (browser,)
    await seats.settle_vouches(tx, room, seat, list(settled))
    return out


async def know(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/browsers/known (seat). The person has been told of these and has nothing against them.

    Raises VisavisError `link_wanted` 403 as `vouched` says.
    """
    wanted, (room, seat, _) = await read_json(request, Known), _where(request)
    async with request.app[DATABASE].write() as tx:
        await require_own(request, tx, room, seat)
        await seats.settle_vouches(tx, room, seat, wanted.browsers)
    request.app[HUB].browsers_changed(room, seat)
    return answer({})


def _where(request: web.Request) -> tuple[str, Seat, bytes]:
    """Room, seat, and the hash of this browser's cookie."""
    room, seat = request.match_info["room"], request[IDENTITY].seat
    assert seat is not None
    return room, seat, token_hash(cookies.read_seats(request, room)[seat])
