"""What each of the two has agreed to, with the words shown."""

from aiohttp import web


async def list_receipts(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/receipts (session)."""
    raise NotImplementedError
