"""Listening through: list, manifest, parts by range, download, delete."""

from aiohttp import web


async def list_recordings(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings (session)."""
    raise NotImplementedError


async def show_recording(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings/{recording} (session)."""
    raise NotImplementedError


async def read_part(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/recordings/{recording}/parts/{part} (session)."""
    raise NotImplementedError


async def delete_recording(request: web.Request) -> web.StreamResponse:
    """DELETE /api/rooms/{room}/recordings/{recording} (session+seat)."""
    raise NotImplementedError
