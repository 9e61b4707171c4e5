"""Bodies of raw octets, as they come."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from server.errors import VisavisError

STALLED_S = 30.0
"""How long a browser may take for a portion, either way."""


async def octets(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes; the guard has refused one that is too long. Raises VisavisError `too_slow` (408)."""
    while True:
        try:
            async with asyncio.timeout(STALLED_S):
                some = await request.content.readany()
        except TimeoutError:
            raise VisavisError("too_slow", "The body came too slowly.", 408) from None
        if not some:
            return
        yield some
