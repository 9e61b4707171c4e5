"""The meeting's WebSocket."""

from aiohttp import web


async def room_socket(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/socket (seat)."""
    raise NotImplementedError
