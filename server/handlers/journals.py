"""Reading journals, and what is too large for the sharing socket: entries, snapshots. Bodies are raw octets."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext

from aiohttp import web
from structlog import get_logger

from server.domain.sharing import Journal
from server.domain.snapshots import MAX_DROPS, Kept
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers.answers import answer
from server.handlers.content import content_key
from server.handlers.keys import CLOCK, DATABASE, HUB, IDENTITY, SNAPSHOTS
from server.handlers.octets import STALLED_S, held_body, octets, whole
from server.handlers.sharing_socket import PACES
from server.handlers.throttle import Pace
from server.handlers.vouched import require_notes, require_own
from server.ids import is_id
from server.live.journal_keys import ThingKeys
from server.live.journal_log import Log, log_name
from server.live.journal_reader import read_journal, read_snapshot
from server.live.journal_snapshots import Asked, Last
from server.store import meetings, snapshots

SNAPSHOT_PACE = Pace(burst=30, every_ms=3_000)
"""A seat's, to make one, confirm one or go back: far more than one who writes and deletes all the time asks for."""
MAX_ENTRY_BYTES = 4 * 1024 * 1024
MAX_SNAPSHOT_BYTES = 16 * 1024 * 1024 + MAX_ENTRY_BYTES
"""With the entry that may come before it."""
MAX_CHAT_BYTES = 16 * 1024
DEADLINE_S = 300.0
"""A body of the largest size over a slow line."""
_NUMBER = re.compile(r"\d{1,16}")

log = get_logger()


async def read(request: web.Request) -> web.StreamResponse:
    """GET …/journals/{journal}?after=N[&confirmed=1] (reader; notes: seat): frames of length (u32) and
    MessagePack, `end` last."""
    journal, seat = _journal(request), _reader(request)
    after, key = _number(request, "after", 0), await content_key(request)
    hub, room_id = request.app[HUB], request.match_info["room"]
    await hub.journals.flush(room_id)
    keys = ThingKeys(hub.services, room_id, key)
    confirmed = request.query.get("confirmed", "0") == "1"
    return await _send(request, read_journal(hub.services, keys, journal, seat, after, confirmed=confirmed))


async def append(request: web.Request) -> web.StreamResponse:
    """POST …/journals/{journal}/entries?local=ID (seat): number and time of an entry, durable. It counts with those
    of the seat's sharing sockets."""
    (journal, seat), local = await _writer(request), request.query.get("local", "")
    if not is_id(local):
        raise VisavisError("bad_request", "local= must be an id.", 400)
    whose, now = (request.match_info["room"], seat.value), request.app[CLOCK].now_ms()
    request.app[PACES].writes.spend(whose, now, "flooding", "Too many entries at once.")
    body = await whole(request, seat)
    if journal is Journal.CHAT and len(body) > MAX_CHAT_BYTES:
        raise VisavisError("too_large", f"At most {MAX_CHAT_BYTES} bytes.", 413)
    hub = request.app[HUB]
    async with hub.journals.hold(request.match_info["room"], await content_key(request)) as live:
        n, at_ms = await live.room.append_large(seat, journal, local, body)
    return answer({"n": n, "at_ms": at_ms})


async def list_snapshots(request: web.Request) -> web.StreamResponse:
    """GET …/journals/{journal}/snapshots (reader; notes: seat)."""
    room_id = request.match_info["room"]
    async with request.app[DATABASE].read() as tx:
        standing = await snapshots.standing(tx, room_id, _log(request))
        began = await meetings.began(tx, room_id)
    return answer({"snapshots": [_listed(each, began.get(each.meeting or "")) for each in standing.kept]})


def _listed(kept: Kept, began_ms: int | None) -> dict[str, object]:
    return {
        "id": kept.id,
        "upto": kept.upto,
        "by": kept.by,
        "made_ms": kept.made_ms,
        "meeting": kept.meeting,
        "meeting_ms": began_ms,
        "confirmed": kept.confirmed,
        "forgets": kept.forgets,
        "drops": kept.drops,
        "bytes": kept.size,
        "restorable": kept.confirmed,
    }


async def make_snapshot(request: web.Request) -> web.StreamResponse:
    """POST …/journals/{journal}/snapshots?upto=N[&forgets=1&drops=ID,ID][&last=ID&last_bytes=K] (seat).

    With `last` the body begins with an entry of that name and length, and the snapshot holds it: so whoever deletes
    something gets out of a journal that is full. Raises VisavisError `link_wanted` (403) as `_own` says.
    """
    (journal, seat), room_id = await _own(request), request.match_info["room"]
    drops = tuple(each for each in request.query.get("drops", "").split(",") if each)
    if len(drops) > MAX_DROPS or not all(is_id(each) for each in drops):
        raise VisavisError("bad_request", "drops= must be ids.", 400)
    forgets, upto = request.query.get("forgets", "0") == "1", _number(request, "upto")
    _pace(request, seat)
    held = held_body(request, seat) if "last" in request.query else nullcontext()
    async with request.app[HUB].journals.hold(room_id, await content_key(request)) as live:
        target = live.room.log_of(journal, seat)
        with held:
            last, body = await _last(request, octets(request))
            asked = Asked(upto, seat, await _meeting(request, target, upto), forgets, drops, last)
            kept = await live.snapshots.make(target, asked, body)
    return answer({"id": kept.id})


async def _last(request: web.Request, body: AsyncIterator[bytes]) -> tuple[Last | None, AsyncIterator[bytes]]:
    """The entry before a snapshot, where there is one, and the snapshot. Raises VisavisError `too_large` 413, `empty`
    422, and as `whole`."""
    local, size = request.query.get("last"), _number(request, "last_bytes", 0)
    if local is None:
        return None, body
    if not is_id(local):
        raise VisavisError("bad_request", "last= must be an id.", 400)
    if size > MAX_ENTRY_BYTES:
        raise VisavisError("too_large", f"At most {MAX_ENTRY_BYTES} bytes.", 413)
    held = bytearray()
    while len(held) < max(size, 1) and (some := await anext(body, None)) is not None:
        held += some
    if not 0 < size <= len(held):
        raise VisavisError("empty", "There is no entry in it.", 422)
    return Last(local, bytes(held[:size])), _rest(bytes(held[size:]), body)


async def _rest(begun: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun
    async for some in body:
        yield some


async def read_one(request: web.Request) -> web.StreamResponse:
    """GET …/journals/{journal}/snapshots/{snapshot} (reader; notes: seat): its raw content."""
    room_id, name, key = request.match_info["room"], _log(request), await content_key(request)
    services = request.app[HUB].services
    async with services.database.read() as tx:
        kept = (await snapshots.standing(tx, room_id, name)).get(request.match_info["snapshot"])
    return await _send(request, read_snapshot(services, ThingKeys(services, room_id, key), name, kept), kept.size)


async def confirm_snapshot(request: web.Request) -> web.StreamResponse:
    """POST …/journals/{journal}/snapshots/{snapshot}/confirm (the seat that did not make it). Raises VisavisError
    `link_wanted` (403) as `_own` says."""
    (journal, seat), room_id = await _own(request), request.match_info["room"]
    _pace(request, seat)
    async with request.app[HUB].journals.hold(room_id, await content_key(request)) as live:
        await live.snapshots.confirm(live.room.log_of(journal, seat), request.match_info["snapshot"], seat)
    return answer({})


async def restore_snapshot(request: web.Request) -> web.StreamResponse:
    """POST …/journals/{journal}/snapshots/{snapshot}/restore (seat): undoes an unconfirmed compaction."""
    (journal, seat), room_id = await _writer(request), request.match_info["room"]
    _pace(request, seat)
    async with request.app[HUB].journals.hold(room_id, await content_key(request)) as live:
        log_ = live.room.log_of(journal, seat)
        live.compaction.prefer(log_, seat)
        await live.snapshots.restore(log_, request.match_info["snapshot"])
    return answer({})


# --- what a request says ----------------------------------------------------------------------------------------------


def _journal(request: web.Request) -> Journal:
    return Journal(request.match_info["journal"])


def _seat(request: web.Request) -> Seat:
    seat = request[IDENTITY].seat
    if seat is None:
        raise VisavisError("seat_needed", "Only somebody with a seat in the room may do this.", 403)
    return seat


async def _writer(request: web.Request) -> tuple[Journal, Seat]:
    """Raises VisavisError `notes_locked` (403) as `vouched` says."""
    journal, seat = _journal(request), _seat(request)
    if journal is Journal.NOTES:
        await require_notes(request)
    return journal, seat


async def _own(request: web.Request) -> tuple[Journal, Seat]:
    """A writer whose seat is beyond doubt: what one seat's snapshot leaves out and the other confirms is gone for good,
    so nobody may be both. Raises VisavisError `link_wanted` (403) as `vouched` says, and as `_writer`."""
    journal, seat = await _writer(request)
    async with request.app[DATABASE].read() as tx:
        await require_own(request, tx, request.match_info["room"], seat)
    return journal, seat


def _pace(request: web.Request, seat: Seat) -> None:
    """Raises VisavisError `too_many_snapshots` (429): each is a transaction for which all rooms wait."""
    whose, now = (request.match_info["room"], seat.value), request.app[CLOCK].now_ms()
    request.app[SNAPSHOTS].spend(whose, now, "too_many_snapshots", "Too many at once.")


def _reader(request: web.Request) -> Seat:
    """The seat whose notes are meant; for what both share it does not matter."""
    if _journal(request) is Journal.NOTES:
        return _seat(request)
    return request[IDENTITY].seat or Seat.MENTOR


def _log(request: web.Request) -> str:
    return log_name(_journal(request), _reader(request))


def _number(request: web.Request, name: str, otherwise: int | None = None) -> int:
    said = request.query.get(name)
    if said is None and otherwise is not None:
        return otherwise
    if said is None or not _NUMBER.fullmatch(said):
        raise VisavisError("bad_request", f"{name}= must be a number.", 400)
    return int(said)


async def _meeting(request: web.Request, target: Log, upto: int) -> str | None:
    """The one in or after which entry `upto` was written: the next may have begun since."""
    written_ms = target.written_ms(upto)
    at_ms = request.app[CLOCK].now_ms() if written_ms is None else written_ms
    async with request.app[DATABASE].read() as tx:
        return await meetings.at(tx, request.match_info["room"], at_ms)


# --- streams ----------------------------------------------------------------------------------------------------------


async def _send(request: web.Request, portions: AsyncIterator[bytes], length: int | None = None) -> web.StreamResponse:
    """The first portion decides between an answer and an error; whatever fails after it cuts the line."""
    first = await anext(aiter(portions), b"")
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    response.headers["Content-Disposition"] = "attachment"
    if length is not None:
        response.content_length = length
    await response.prepare(request)
    try:
        await _write(response, first)
        async for portion in portions:
            await _write(response, portion)
        await response.write_eof()
    except (VisavisError, OSError) as error:
        if not isinstance(error, ConnectionError):
            code = getattr(error, "code", type(error).__name__)
            log.info("journal_reading_ended", room=request.match_info["room"], error=code)
        if request.transport is not None:
            request.transport.abort()
    return response


async def _write(response: web.StreamResponse, portion: bytes) -> None:
    async with asyncio.timeout(STALLED_S):
        await response.write(portion)
