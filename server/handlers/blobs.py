"""Files the two give each other: put, fetched, deleted. What they are is opaque here; they are never shown as pages."""

import asyncio
import shutil
from collections.abc import AsyncIterator

from aiohttp import web
from structlog import get_logger

from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers.answers import answer
from server.handlers.content import content_key
from server.handlers.keys import BLOBS, CLOCK, DATABASE, HUB, IDENTITY, UPLOADS
from server.handlers.octets import while_seated
from server.handlers.throttle import Pace
from server.store import blobs, recordings
from server.store.blobs import MAX_BYTES as MAX_BYTES
from server.store.sealed import SealedReader

PACE = Pace(30, 2_000)
"""Blobs a seat: thirty at once, thirty a minute."""
DEADLINE_S = 300.0
"""For the largest, a line of 300 kbit/s is enough."""
CHUNK_BYTES = 64 * 1024
STALLED_S = 30.0
log = get_logger()


async def put_blob(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/blobs (seat). The body is the file, as `application/octet-stream`; answers id and size.

    Its name and type belong to the entry that tells of it, sealed as that is.
    """
    room, seat, now = request.match_info["room"], request[IDENTITY].seat, request.app[CLOCK].now_ms()
    assert seat is not None
    size = request.content_length or 0
    key = await content_key(request)
    request.app[UPLOADS].spend((room, seat), now, "too_many_files", "Too many files at once.")
    await _refuse_when_full(request, size)
    body = while_seated(request, aiter(request.content.iter_chunked(CHUNK_BYTES)))
    row = await request.app[BLOBS].put(room, seat, key, size, body, now)
    await _tell_used(request, seat)
    return answer({"id": row.id, "bytes": row.size})


async def get_blob(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/blobs/{blob} (session or seat). Always a download, never a page."""
    async with request.app[DATABASE].read() as tx:
        row = await blobs.get(tx, request.match_info["room"], request.match_info["blob"])
    reader = await request.app[BLOBS].open(row, await content_key(request))
    try:
        response = web.StreamResponse()
        response.content_type = "application/octet-stream"
        response.content_length = row.size
        response.headers["Content-Disposition"] = "attachment"
        await response.prepare(request)
        await _send(request, response, _chunks(reader), row.id)
        return response
    finally:
        await request.app[BLOBS].close(row, reader)


async def delete_blob(request: web.Request) -> web.StreamResponse:
    """DELETE /api/rooms/{room}/blobs/{blob} (the seat that put it). Its key is destroyed before this answers."""
    async with request.app[DATABASE].read() as tx:
        row = await blobs.get(tx, request.match_info["room"], request.match_info["blob"])
    if row.seat is not request[IDENTITY].seat:
        raise VisavisError("not_allowed", "Only who put it may delete it.", 403)
    await request.app[BLOBS].delete(row)
    await _tell_used(request, row.seat)
    return answer({"id": row.id})


async def _tell_used(request: web.Request, seat: Seat) -> None:
    """To the seat's pages, if any is open: they tell their person before the bound hurts."""
    room = request.match_info["room"]
    async with request.app[DATABASE].read() as tx:
        size, many = await blobs.used(tx, room, seat)
    live = request.app[HUB].journals.peek(room)
    if live is not None:
        live.room.files_changed(seat, size, many)


async def _refuse_when_full(request: web.Request, size: int) -> None:
    """Raises VisavisError `disk_limit` or `disk_full` 507: the bounds recordings have, blobs counted with them."""
    services = request.app[HUB].services
    limits = services.limits
    async with request.app[DATABASE].read() as tx:
        usage = await recordings.usage(tx, request.match_info["room"])
        kept, _ = await blobs.used(tx)
    if usage.server_bytes + kept + size > limits.server_bytes:
        raise VisavisError("disk_limit", "This server keeps as much as it may.", 507)
    if shutil.disk_usage(services.database.data_dir).free - size < limits.min_free_bytes:
        raise VisavisError("disk_full", "The disk is nearly full.", 507)


async def _chunks(reader: SealedReader) -> AsyncIterator[bytes]:
    for start in range(0, reader.size, CHUNK_BYTES):
        yield await reader.read(start, start + CHUNK_BYTES)


async def _send(request: web.Request, response: web.StreamResponse, chunks: AsyncIterator[bytes], blob: str) -> None:
    try:
        async for chunk in chunks:
            async with asyncio.timeout(STALLED_S):
                await response.write(chunk)
        await response.write_eof()
    except (VisavisError, OSError) as error:
        # deleted or not read while it was being sent; the length is promised already: the line is cut
        if not isinstance(error, ConnectionError):
            log.info("blob_reading_ended", blob=blob, error=getattr(error, "code", type(error).__name__))
        if request.transport is not None:
            request.transport.abort()
