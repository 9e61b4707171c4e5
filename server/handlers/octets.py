"""Bodies of raw octets, as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

from aiohttp import web

from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers.identity import resolve
from server.handlers.keys import IDENTITY
from server.handlers.limits import AtOnce

STALLED_S = 30.0
"""How long a browser may take for a portion, either way."""
MOST_HELD = 4
"""Bodies that one seat may have gathered in memory at once; pages send large changes one after another."""
HELD_BODIES: web.AppKey[AtOnce] = web.AppKey("held_bodies")


async def octets(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes; the guard has refused one that is too long. Raises VisavisError `too_slow` (408), and as
    `while_seated`."""
    async for some in while_seated(request, _portions(request)):
        yield some


async def while_seated(request: web.Request, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The body, for who has a seat at its beginning and its end. Raises VisavisError `seat_needed` (403)."""
    async for some in body:
        yield some
    if (await resolve(request, request.match_info["room"])).seat is not request[IDENTITY].seat:
        raise VisavisError("seat_needed", "The seat was taken away meanwhile.", 403)


async def _portions(request: web.Request) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(STALLED_S):
                some = await request.content.readany()
        except TimeoutError:
            raise VisavisError("too_slow", "The body came too slowly.", 408) from None
        if not some:
            return
        yield some


def held_body(request: web.Request, seat: Seat) -> AbstractContextManager[None]:
    """One that a seat gathers in memory. Raises VisavisError `busy` (503)."""
    busy = VisavisError("busy", "Several bodies are on their way already.", 503, retry_after_s=5)
    return request.app[HELD_BODIES].one((request.match_info["room"], seat.value), busy)


async def whole(request: web.Request, seat: Seat) -> bytes:
    """All of the body. Raises VisavisError `too_slow` (408), `empty` (422), `busy` (503)."""
    with held_body(request, seat):
        body = b"".join([some async for some in octets(request)])
    if not body:
        raise VisavisError("empty", "There is nothing in it.", 422)
    return body
