"""The built files of the browser part: read once at start, so that no path from outside ever reaches the disk."""

import asyncio
import mimetypes
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import hdrs, web

from server.errors import VisavisError

FOREVER = "public, max-age=31536000, immutable"
"""Vite puts a hash of the content into every name."""
_TEXT = frozenset({"text/javascript", "text/css", "image/svg+xml", "application/json"})
_TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(slots=True)
class Asset:
    content_type: str
    body: bytes
    _packed: bytes | None = field(default=None, init=False)

    @property
    def packs(self) -> bool:
        return self.content_type in _TEXT

    async def packed(self) -> bytes:
        """Made when it is first asked for: packing them all would be a good part of a server's start. In a thread, for
        rooms go on meanwhile."""
        if self._packed is None:
            self._packed = await asyncio.to_thread(_pack, self.body)
        return self._packed


class Assets:
    """Files of `web/dist/assets` by name."""

    def __init__(self, web_dir: Path) -> None:
        folder = web_dir / "dist" / "assets"
        self._files = {path.name: _read(path) for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}

    async def get(self, request: web.Request) -> web.Response:
        """GET /assets/{name} (open)."""
        asset = self._files.get(request.match_info["name"])
        if asset is None:
            raise VisavisError("not_found", "There is no such file.", 404)
        response = web.Response(content_type=asset.content_type, headers={hdrs.CACHE_CONTROL: FOREVER})
        if asset.packs:
            response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        if asset.packs and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            response.headers[hdrs.CONTENT_ENCODING] = "gzip"
            response.body = await asset.packed()
        else:
            response.body = asset.body
        return response


def _read(path: Path) -> Asset:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(kind, path.read_bytes())


def _pack(body: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return packer.compress(body) + packer.flush()
