"""Keys a browser gets for its own use, and the personal link that opens them again."""

import base64
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from server.crypto import keys
from server.crypto.content import outbox_key
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers import content, cookies
from server.handlers.answers import answer, read_json
from server.handlers.join import Secret, prove_seat_secret
from server.handlers.keys import CLOCK, DATABASE, IDENTITY, MASTER_KEYS
from server.handlers.vouched import require_own
from server.store import audit, seats
from server.store import content as wraps

KEY_TEXT = r"^[A-Za-z0-9_-]{43}$"


class NotesKey(Struct, frozen=True, forbid_unknown_fields=True):
    key: Annotated[str, Meta(pattern=KEY_TEXT)]
    """32 random bytes, base64url without padding."""
    seat_secret: Secret | None = None
    anew: bool = False
    """The former key is lost, with all that was written under it: begin again."""


class NewLink(Struct, frozen=True, forbid_unknown_fields=True):
    without_notes: bool = False
    """This browser cannot open the private notes, and the new link shall not either."""


async def show_keys(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/sharing-keys (seat). `notes` null: not made yet, or not for this browser to open."""
    room, seat = _where(request)
    found = await content.opened(request)
    if found.content is None:
        raise content.locked()
    outbox = to_text(outbox_key(found.content, room, seat))
    notes = None if found.notes is None else to_text(found.notes)
    return answer({"outbox": outbox, "notes": notes, "notes_made": found.notes_made})


async def put_notes_key(request: web.Request) -> web.StreamResponse:
    """PUT /api/rooms/{room}/sharing-keys/notes (seat). The first one stays, so that two pages at once agree.

    Raises VisavisError `notes_key_exists` 409 (with `anew`: only where this browser can still open it),
    `wrong_seat_secret` 403; `link_wanted` 403, with `anew`, as `vouched` says.
    """
    wanted, (room, seat) = await read_json(request, NotesKey), _where(request)
    if wanted.seat_secret:
        await prove_seat_secret(request, room, seat, wanted.seat_secret)
    token, notes = cookies.read_seats(request, room)[seat], of_text(wanted.key)
    masters, now = request.app[MASTER_KEYS], request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        if wanted.anew:
            proofs = content.Proofs(token, link_secret=wanted.seat_secret)
            if (await content.complete(masters, tx, room, seat, proofs)).notes is None:
                if wanted.seat_secret is None:
                    await require_own(request, tx, room, seat)
                await wraps.forget_notes(tx, room, seat)
                await audit.append(tx, "notes_key_replaced", now=now, by=seat, room=room)
        if not await wraps.notes_made(tx, room, seat, now):
            raise VisavisError("notes_key_exists", "This seat's notes have a key already.", 409)
        proofs = content.Proofs(token, link_secret=wanted.seat_secret, notes=notes)
        if (await content.complete(masters, tx, room, seat, proofs)).notes is None:
            raise VisavisError("seat_needed", "This browser has lost the seat meanwhile.", 403)
    return answer({})


async def renew_link(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/personal-link (seat). The old link opens nothing from now on.

    Raises VisavisError `content_locked` 403, `link_wanted` 403 as `vouched` says; `notes_locked` 409 where this browser
    cannot open the private notes, so that a link could be lost that does, unless `without_notes`.
    """
    wanted, (room, seat) = await read_json(request, NewLink), _where(request)
    before = await content.opened(request)
    if before.content is None:
        raise content.locked()
    if before.notes_made and before.notes is None and not wanted.without_notes:
        raise VisavisError("notes_locked", "This browser cannot open the private notes.", 409)
    token, secret, now = cookies.read_seats(request, room)[seat], keys.new_seat_secret(), request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        await require_own(request, tx, room, seat)
        await seats.set_secret(tx, room, seat, keys.seat_secret_hash(room, seat, secret))
        await wraps.forget_link(tx, room, seat)
        proofs = content.Proofs(token, link_secret=secret, content=before.content)
        after = await content.complete(request.app[MASTER_KEYS], tx, room, seat, proofs)
        if after.notes_made and after.notes is None and not wanted.without_notes:  # made meanwhile, on another device
            raise VisavisError("notes_locked", "This browser cannot open the private notes.", 409)
        await audit.append(tx, "personal_link_renewed", now=now, by=seat, room=room)
    return answer({"personal": secret})


def _where(request: web.Request) -> tuple[str, Seat]:
    seat = request[IDENTITY].seat
    assert seat is not None
    return request.match_info["room"], seat


def to_text(key: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def of_text(text: str) -> bytes:
    """Of 43 characters: 32 bytes."""
    return base64.urlsafe_b64decode(text + "=")
