"""Listening through: list, manifest, parts by range, download, delete; and what a run begins with."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from structlog import get_logger

from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers.answers import answer
from server.handlers.byte_range import parse_range
from server.handlers.content import content_key
from server.handlers.keys import CLOCK, DATABASE, DELETION, HUB, IDENTITY, JANITOR, READERS
from server.handlers.octets import whole
from server.handlers.proofs import session_pair
from server.live import facts
from server.live.listening import open_part
from server.store import audit, notices, receipts, recordings, rooms, seats
from server.store.database import Tx
from server.store.recordings import Part, PartKind, Recording, State
from server.store.sealed import SealedReader

CHUNK_BYTES = 256 * 1024
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
DEADLINE_S = 300.0
"""For a document of the largest size over a slow line."""
STALLED_S = 30.0
"""How long a browser may take for a chunk. One that has buffered enough stops reading and asks again later; until then
neither file nor key is held open for it."""
_NUMBER = re.compile(r"[0-9]{1,16}")

log = get_logger()


async def list_recordings(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings (session). Newest first, the destroyed ones too."""
    room_id, identity, hub = request.match_info["room"], request[IDENTITY], request.app[HUB]
    now = request.app[JANITOR].now_ms()
    async with request.app[DATABASE].read() as tx:
        room = await rooms.get(tx, room_id)
        if room is None:
            raise VisavisError("no_such_room", "There is no such room.", 404)
        rows = await seats.both(tx, room_id)
        found = await recordings.in_room(tx, room_id)
        copies = await recordings.downloads_in_room(tx, room_id)
        told = await notices.of_room(tx, room_id, unseen_by=identity.seat)
    names = {seat: facts.name_of(hub.services, room_id, rows.get(seat)) or "" for seat in Seat}
    return answer(
        {
            "title": facts.title_of(hub.services, room),
            "names": names,
            "you": identity.seat,
            "retention_days": room.retention_days,
            "downloads": room.downloads,
            "notices": [{"code": notice.code, "at_ms": notice.at_ms, **notice.params} for notice in told],
            "recordings": [_listed(row, copies.get(row.id, []), names, now) for row in found if row.cause != "empty"],
        }
    )


def _listed(row: Recording, copies: Sequence[recordings.Download], names: dict[Seat, str], now: int) -> dict[str, Any]:
    readable = recordings.readable(row, now)
    gone = row.state in (State.DELETING, State.DELETED)
    due = row.state is State.KEPT and not readable
    return {
        "id": row.id,
        "started_ms": row.started_ms or row.created_ms,
        "length_ms": row.length_ms,
        "due_ms": row.due_ms,
        # a due one is as good as gone: it cannot be opened any more
        "state": State.DELETED if due or gone else row.state,
        "interrupted": row.interrupted,
        "bytes": row.size,
        "may_download": row.downloads,
        "downloads": [
            {"seat": copy.seat, "name": names[copy.seat] if copy.seat else None, "at_ms": copy.at_ms} for copy in copies
        ],
        "erased": {"by": row.deleted_by, "at_ms": row.deleted_ms or row.due_ms, "cause": row.cause or "due"}
        if due or gone
        else None,
    }


async def show_recording(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings/{recording} (session): what lies where on the recording's own axis."""
    room_id, hub = request.match_info["room"], request.app[HUB]
    async with request.app[DATABASE].read() as tx:
        row = await _readable(request, tx)
        runs = await recordings.runs(tx, row.id)
        parts = await recordings.parts(tx, row.id)
        rows = await seats.both(tx, room_id)
    starts = {run.run: run.offset_ms for run in runs}
    began = {part.run: part.started_ms - part.offset_ms for part in parts if part.kind is PartKind.MEDIA}
    return answer(
        {
            "id": row.id,
            "started_ms": row.started_ms,
            "length_ms": row.length_ms,
            "due_ms": row.due_ms,
            "interrupted": row.interrupted,
            "may_download": row.downloads,
            "names": {seat: facts.name_of(hub.services, room_id, rows.get(seat)) or "" for seat in Seat},
            "runs": [
                {
                    "run": run.run,
                    "offset_ms": run.offset_ms,
                    "length_ms": run.length_ms,
                    "started_ms": began.get(run.run, run.opened_ms),
                }
                for run in runs
            ],
            "parts": [
                {
                    "id": part.id,
                    "seat": part.seat,
                    "run": part.run,
                    "offset_ms": starts.get(part.run, 0) + part.offset_ms,
                    "length_ms": part.length_ms,
                    "bytes": part.size,
                    "video": part.video,
                    "interrupted": part.state is recordings.PartState.INTERRUPTED,
                }
                for part in parts
                if part.kind is PartKind.MEDIA and part.length_ms > 0
            ],
            "shared": [
                {
                    "id": part.id,
                    "run": part.run,
                    "started_ms": part.started_ms,
                    "bytes": part.size,
                    "interrupted": part.state is recordings.PartState.INTERRUPTED,
                }
                for part in parts
                if part.kind is PartKind.SHARED
            ],
        }
    )


async def read_part(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings/{recording}/parts/{part} (session). Every range is authorised anew."""
    identity, room_id, download = request[IDENTITY], request.match_info["room"], "download" in request.query
    assert identity.session is not None
    async with request.app[DATABASE].read() as tx:
        row = await _readable(request, tx)
        part = await recordings.part(tx, request.match_info["part"])
        if part is None or part.recording != row.id:
            raise VisavisError("no_such_part", "There is no such part.", 404)
        if download and (not row.downloads or part.kind is not PartKind.MEDIA):
            raise VisavisError("downloads_off", "This recording may not be downloaded.", 403)
        pair = await session_pair(request, tx, room_id)
    reader = await open_part(request.app[HUB].services, identity.session.token_hash, pair, room_id, part)
    asked = parse_range(request.headers.get("Range"), reader.size)
    start, end = asked or (0, reader.size)
    media = part.kind is PartKind.MEDIA
    if download and start == 0:
        await _note_download(request, row, part)
    response = web.StreamResponse(status=200 if asked is None else 206)
    response.content_type = "video/webm" if media else "application/octet-stream"
    response.content_length = end - start
    response.headers["Accept-Ranges"] = "bytes"
    if asked is not None:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{reader.size}"
    if download:
        response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(part)}"'
    await response.prepare(request)
    chunks = _chunks(request, row, part, reader, start, end)
    await _send(request, response, row, chunks)
    return response


async def _chunks(
    request: web.Request, row: Recording, part: Part, reader: SealedReader, start: int, end: int
) -> AsyncIterator[bytes]:
    """Raises VisavisError once it is due, deleted, or the session has ended."""
    session = request[IDENTITY].session
    assert session is not None
    for place in range(start, end, CHUNK_BYTES):
        if not recordings.readable(row, request.app[JANITOR].now_ms()):
            raise VisavisError("recording_gone", "It fell due while it was read.", 410)
        request.app[READERS].touch(session.token_hash, part.id)
        yield await reader.read(place, min(end, place + CHUNK_BYTES))


async def _send(
    request: web.Request, response: web.StreamResponse, row: Recording, chunks: AsyncIterator[bytes]
) -> None:
    try:
        async for chunk in chunks:
            async with asyncio.timeout(STALLED_S):
                await response.write(chunk)
        await response.write_eof()
    except (VisavisError, ValueError, OSError) as error:
        # deleted, signed out, or not read, while it was being sent; the length is promised already: the line is cut
        if not isinstance(error, ConnectionError):
            log.info("reading_ended", recording=row.id, error=getattr(error, "code", type(error).__name__))
        if request.transport is not None:
            request.transport.abort()


async def _note_download(request: web.Request, row: Recording, part: Part) -> None:
    seat, now = request[IDENTITY].seat, request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        await recordings.note_download(tx, row.id, part.id, seat, now)
        await audit.append(tx, "part_downloaded", now=now, by=seat or "stranger", room=row.room, recording=row.id)


def _file_name(part: Part) -> str:
    """No title and no name: file names travel."""
    at = datetime.fromtimestamp(part.started_ms / 1000, UTC)
    return f"visavis-{at:%Y-%m-%d-%H%M}-{part.seat}-{part.run}.webm"


async def begin_shared(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/recordings/{recording}/runs/{run}/shared?upto=N (seat): the document a run begins with, as
    this browser has it, complete up to entry N of its journal. The first of the two is taken."""
    room_id, seat, run = request.match_info["room"], request[IDENTITY].seat, int(request.match_info["run"])
    assert seat is not None
    upto = request.query.get("upto", "")
    if not _NUMBER.fullmatch(upto):
        raise VisavisError("bad_upto", "upto= must be a number.", 400)
    task = request.app[HUB].peek(room_id)
    tape = task.deck.get(request.match_info["recording"]) if task is not None else None
    if tape is None:
        raise VisavisError("no_permit", "Nothing is being recorded now.", 409)
    shared = await tape.shared(run)
    shared.check_wanted()  # before megabytes are read for nothing
    key = await content_key(request)
    document = await whole(request, seat)
    await shared.begin(seat, document, int(upto), key)
    return answer({"run": run})


async def delete_recording(request: web.Request) -> web.StreamResponse:
    """DELETE /api/rooms/{room}/recordings/{recording} (session+seat). At once, and for both."""
    seat, now = request[IDENTITY].seat, request.app[CLOCK].now_ms()
    assert seat is not None
    async with request.app[DATABASE].read() as tx:
        row = await _readable(request, tx)
    async with request.app[DATABASE].write() as tx:
        entry = receipts.Entry(
            kind=receipts.Kind.DELETE, seat=seat, at_ms=now, meeting=row.meeting, recording=row.id, due_ms=row.due_ms
        )
        await receipts.add(tx, row.room, entry)
    await request.app[DELETION].delete(row.id, cause="deleted", by=seat, now=now)
    return answer({"id": row.id})


async def _readable(request: web.Request, tx: Tx) -> Recording:
    """The recording of the request, which is this room's. Raises VisavisError `no_such_recording` 404, `recording_gone`
    410, `recording_running` 409."""
    row = await recordings.get(tx, request.match_info["recording"])
    if row is None or row.room != request.match_info["room"]:
        raise VisavisError("no_such_recording", "There is no such recording.", 404)
    if row.state is State.RECORDING:
        raise VisavisError("recording_running", "It is still being recorded.", 409)
    if not recordings.readable(row, request.app[JANITOR].now_ms()):
        raise VisavisError("recording_gone", "This recording has been deleted.", 410)
    return row
