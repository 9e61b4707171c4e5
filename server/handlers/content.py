"""The room's content key, for whoever may read; and the wraps that let a browser, or a personal link, open it again."""

from dataclasses import dataclass, field

from aiohttp import web

from server.crypto import content, keys
from server.crypto.content import LinkPair, What
from server.crypto.keys import RoomPair, token_hash
from server.crypto.master import MasterKeys
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.keys import DATABASE, IDENTITY, MASTER_KEYS
from server.store import content as wraps
from server.store.content import Wraps
from server.store.database import Tx


@dataclass(frozen=True)
class Proofs:
    """What a request has proved beside the seat cookie it came with or is given."""

    token: str = field(repr=False)
    """The seat cookie's."""
    pair: RoomPair | None = None
    """The room's, by password or session."""
    link_secret: str | None = field(default=None, repr=False)
    """The personal link's, compared with its hash before; or the one this seat is given now."""
    content: bytes | None = field(default=None, repr=False)
    """The content key itself, had by other means."""
    notes: bytes | None = field(default=None, repr=False)
    """The notes key itself, made by the browser just now."""


@dataclass(frozen=True)
class Opened:
    """What the proofs open."""

    content: bytes | None = field(default=None, repr=False)
    notes: bytes | None = field(default=None, repr=False)
    notes_made: bool = False
    held: bool = True
    """False: the cookie has lost the seat since the request was let in."""


async def content_key(request: web.Request) -> bytes:
    """32 bytes, of the request's room; for routes with the rights READER, SEAT, SESSION. Keep it no longer than needed.

    A room from before gets one here; a browser that proves itself by session and holds a seat gets the wrap its cookie
    lacks, so that one unlock is enough.

    Raises:
        VisavisError: `content_locked` 403 when this browser holds the seat but its cookie cannot open the key: the page
            asks for the room's password (POST unlock). `seat_needed` 403 when the seat was taken from it meanwhile.
    """
    found = await opened(request)
    if not found.held:
        raise VisavisError("seat_needed", "This browser has lost the seat meanwhile.", 403)
    if found.content is None:
        raise locked()
    return found.content


def locked() -> VisavisError:
    return VisavisError("content_locked", "This browser needs the room's password once more.", 403)


async def opened(request: web.Request) -> Opened:
    """What the request's session and the cookie of the seat it speaks for open together."""
    room, database, masters = request.match_info["room"], request.app[DATABASE], request.app[MASTER_KEYS]
    seat = request[IDENTITY].seat
    async with database.read() as tx:
        found, missing = await _look(request, tx, room, seat)
    if missing:
        async with database.write() as tx:
            found, missing = await _look(request, tx, room, seat)
            if seat is None:
                return Opened(await _room_key(masters, tx, room, _pair(request, await _public(tx, room))))
            return await complete(masters, tx, room, seat, _proofs(request, room, seat, await _public(tx, room)))
    return found


async def make_key(masters: MasterKeys, tx: Tx, room: str, public: bytes) -> None:
    """A new room's content key, sealed to its pair; those who come find it by their proofs."""
    await wraps.set_room(tx, room, content.seal_for_room(masters, room, public, content.new_key()))


async def complete(masters: MasterKeys, tx: Tx, room: str, seat: Seat, proofs: Proofs) -> Opened:
    """Writes every wrap that is missing and can be made, in the transaction that proved them."""
    hashed = token_hash(proofs.token)
    have = await wraps.of_cookie(tx, room, seat, hashed)
    if have is None:
        return Opened()
    if proofs.link_secret is not None and have.link_public is None:
        pair = LinkPair.new()
        sealed = content.seal_link_pair(masters, room, seat, pair, proofs.link_secret)
        await wraps.set_link(tx, room, seat, public=pair.public, sealed=sealed)
        have = await wraps.of_cookie(tx, room, seat, hashed)
        assert have is not None
    found = _open(masters, room, seat, have, proofs)
    if found.content is None and have.room_content is None:
        found = Opened(content.new_key(), found.notes, found.notes_made)
    if found.content is not None and have.room_content is None:
        await wraps.set_room(tx, room, content.seal_for_room(masters, room, have.public_key, found.content))
    for what, key in ((What.CONTENT, found.content), (What.NOTES, found.notes)):
        if key is not None and _lacks_cookie(have, what):
            sealed = content.seal_under_token(masters, what, room, seat, proofs.token, key)
            await wraps.set_cookie(tx, room, hashed, **{what.value: sealed})
        if key is not None and _lacks_link(have, what):
            assert have.link_public is not None
            sealed = content.seal_for_link(masters, what, room, seat, have.link_public, key)
            await wraps.set_link(tx, room, seat, **{what.value: sealed})
    return found


async def _look(request: web.Request, tx: Tx, room: str, seat: Seat | None) -> tuple[Opened, bool]:
    """What is open, and whether a wrap is missing that could be made."""
    masters, public = request.app[MASTER_KEYS], await _public(tx, room)
    if seat is None:
        row = await wraps.of_room(tx, room)
        if row is None or row.content_sealed is None:
            return Opened(), row is not None
        pair = _pair(request, public)
        return Opened(content.open_for_room(masters, room, pair.secret, row.content_sealed) if pair else None), False
    proofs = _proofs(request, room, seat, public)
    have = await wraps.of_cookie(tx, room, seat, token_hash(proofs.token))
    if have is None:
        return Opened(held=False), False
    found = _open(masters, room, seat, have, proofs)
    known = ((What.CONTENT, found.content), (What.NOTES, found.notes))
    could = any(key is not None and (_lacks_cookie(have, what) or _lacks_link(have, what)) for what, key in known)
    return found, could or have.room_content is None


def _open(masters: MasterKeys, room: str, seat: Seat, have: Wraps, proofs: Proofs) -> Opened:
    link = _link_pair(masters, room, seat, have, proofs.link_secret)
    found = {What.CONTENT: proofs.content, What.NOTES: proofs.notes}
    by_cookie = {What.CONTENT: have.cookie_content, What.NOTES: have.cookie_notes}
    by_link = {What.CONTENT: have.link_content, What.NOTES: have.link_notes}
    for what in found:
        if found[what] is None and (sealed := by_cookie[what]) is not None:
            found[what] = content.open_under_token(masters, what, room, seat, proofs.token, sealed)
        if found[what] is None and link is not None and (sealed := by_link[what]) is not None:
            found[what] = content.open_for_link(masters, what, room, seat, link.secret, sealed)
    key = found[What.CONTENT]
    if key is None and proofs.pair is not None and have.room_content is not None:
        key = content.open_for_room(masters, room, proofs.pair.secret, have.room_content)
    return Opened(key, found[What.NOTES], have.notes_made_ms is not None)


def _link_pair(masters: MasterKeys, room: str, seat: Seat, have: Wraps, secret: str | None) -> LinkPair | None:
    if secret is None or have.link_public is None or have.link_sealed is None:
        return None
    return content.open_link_pair(masters, room, seat, have.link_public, have.link_sealed, secret)


def _lacks_cookie(have: Wraps, what: What) -> bool:
    return (have.cookie_content if what is What.CONTENT else have.cookie_notes) is None


def _lacks_link(have: Wraps, what: What) -> bool:
    """The seat has a link pair, and this is not sealed to it: its public half is enough."""
    return have.link_public is not None and (have.link_content if what is What.CONTENT else have.link_notes) is None


async def _room_key(masters: MasterKeys, tx: Tx, room: str, pair: RoomPair | None) -> bytes | None:
    row = await wraps.of_room(tx, room)
    if row is None or pair is None:
        return None
    if row.content_sealed is not None:
        return content.open_for_room(masters, room, pair.secret, row.content_sealed)
    key = content.new_key()
    await wraps.set_room(tx, room, content.seal_for_room(masters, room, pair.public, key))
    return key


async def _public(tx: Tx, room: str) -> bytes | None:
    row = await wraps.of_room(tx, room)
    return None if row is None else row.public_key


def _proofs(request: web.Request, room: str, seat: Seat, public: bytes | None) -> Proofs:
    return Proofs(cookies.read_seats(request, room)[seat], _pair(request, public))


def _pair(request: web.Request, public: bytes | None) -> RoomPair | None:
    """The room's pair, if this browser has a session."""
    identity = request[IDENTITY]
    if public is None or identity.session is None or identity.session_token is None:
        return None
    masters, room, sealed = request.app[MASTER_KEYS], identity.session.room, identity.session.secret_wrapped
    return keys.open_session(masters, room, public, sealed, identity.session_token)
