"""Continuing in one's seat on another device, with the partner's visible OK."""

from aiohttp import web


async def request_device(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/device-requests (open)."""
    raise NotImplementedError


async def watch_device_request(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/device-requests/{request} (open, with the request's secret)."""
    raise NotImplementedError
