"""The room's content key, for whoever may read: from the session, or from the seat cookie."""

from aiohttp import web


async def content_key(request: web.Request) -> bytes:
    """32 bytes, of the request's room; for routes with the rights READER, SEAT, SESSION. Keep it no longer than needed.

    A room from before gets one here; a browser that proves itself by session and holds a seat gets the wrap its cookie
    lacks, so that one unlock is enough.

    Raises:
        VisavisError: `content_locked` 403 when this browser holds the seat but its cookie cannot open the key: the page
            asks for the room's password (POST unlock).
    """
    raise NotImplementedError
