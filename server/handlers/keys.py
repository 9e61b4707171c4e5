"""Typed keys: what handlers find in the application and in a request."""

from typing import TYPE_CHECKING, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from server.clock import Clock
    from server.config import Config
    from server.crypto.keys import MasterKeys
    from server.crypto.passwords import Argon2Params
    from server.handlers.identity import Identity
    from server.handlers.limits import Argon2Queue
    from server.handlers.pages import Pages
    from server.handlers.rights import Route
    from server.handlers.throttle import Buckets, GuessThrottle, RequestPace
    from server.handlers.words import Words
    from server.live.hub import Hub
    from server.live.janitor import Janitor
    from server.live.readers import Readers
    from server.store.blobs import Blobs
    from server.store.database import Database
    from server.store.deletion import Deletion


class Closable(Protocol):
    """A server on a UDP port."""

    @property
    def port(self) -> int: ...

    async def close(self) -> None: ...


CONFIG: web.AppKey["Config"] = web.AppKey("config")
CLOCK: web.AppKey["Clock"] = web.AppKey("clock")
MASTER_KEYS: web.AppKey["MasterKeys"] = web.AppKey("master_keys")
DATABASE: web.AppKey["Database"] = web.AppKey("database")
HUB: web.AppKey["Hub"] = web.AppKey("hub")
DELETION: web.AppKey["Deletion"] = web.AppKey("deletion")
BLOBS: web.AppKey["Blobs"] = web.AppKey("blobs")
UPLOADS: web.AppKey["Buckets"] = web.AppKey("uploads")
"""Slows a seat that puts many blobs."""
SNAPSHOTS: web.AppKey["Buckets"] = web.AppKey("snapshots")
"""How often a seat may send a snapshot: each is many synced transactions on the one write lock."""
READERS: web.AppKey["Readers"] = web.AppKey("readers")
JANITOR: web.AppKey["Janitor"] = web.AppKey("janitor")
WORDS: web.AppKey["Words"] = web.AppKey("words")
GUESSES: web.AppKey["GuessThrottle"] = web.AppKey("guesses")
"""Slows the guessing of room passwords, seat secrets and the admin's password."""
ARGON2: web.AppKey["Argon2Queue"] = web.AppKey("argon2")
"""Runs a password hash in a thread, two at a time, at most 32 waiting."""
HASHING: web.AppKey["Argon2Params"] = web.AppKey("hashing")
"""What a new password's hash costs, and the hash of a password that opens nothing."""
PACE: web.AppKey["RequestPace"] = web.AppKey("pace")
"""Slows a network that asks too much."""
PAGES: web.AppKey["Pages"] = web.AppKey("pages")
ROUTES: web.AppKey["dict[web.AbstractRoute, Route]"] = web.AppKey("routes")
"""The table's row for each of aiohttp's routes."""
STUN: web.AppKey["Closable | None"] = web.AppKey("stun")

IDENTITY: web.RequestKey["Identity"] = web.RequestKey("identity")
"""What the request's cookies prove; set by the guard before a handler runs."""
PEER: web.RequestKey[str] = web.RequestKey("peer")
"""The asking person's IP address, as a trusted proxy or the socket says."""
SECURE: web.RequestKey[bool] = web.RequestKey("secure")
"""Whether the browser speaks https."""
ORIGIN: web.RequestKey[str] = web.RequestKey("origin")
"""Our own origin as this browser sees it, `https://host[:port]`."""
