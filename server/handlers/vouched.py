"""What a browser may not do that holds a seat by the partner's OK alone.

The OK lets a person go on who has neither their device nor their personal link at hand. But whoever gives it may have
asked for it themselves: so while the person's own browsers come by, nothing that belongs to that person alone can be
given up by it. The personal link, opened there, makes it a browser like any other.
"""

from aiohttp import web

from server.crypto.keys import token_hash
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers import content, cookies
from server.handlers.keys import CLOCK
from server.store import seats
from server.store.database import Tx

AWAY_MS = 45 * 24 * 3600 * 1000
"""Longer than from one monthly meeting to the next: so long none of the person's own browsers has come, and it can be
taken that device and link are lost."""


async def is_only_vouched(request: web.Request, tx: Tx, room: str, seat: Seat) -> bool:
    """Whether this browser is only vouched for, while the seat's own are about."""
    token, since = cookies.read_seats(request, room)[seat], request.app[CLOCK].now_ms() - AWAY_MS
    return await seats.is_vouched(tx, room, seat, token_hash(token), since=since)


async def require_own(request: web.Request, tx: Tx, room: str, seat: Seat) -> None:
    """Raises VisavisError `link_wanted` (403) where this browser is only vouched for and the seat's own are about."""
    if await is_only_vouched(request, tx, room, seat):
        raise VisavisError("link_wanted", "This browser needs the personal link for that.", 403)


async def require_notes(request: web.Request) -> None:
    """Raises VisavisError `notes_locked` (403) where this browser cannot open the private notes of its seat: what it
    would put in their place could only destroy them."""
    if (await content.opened(request)).notes is None:
        raise VisavisError("notes_locked", "This browser cannot open the private notes.", 403)
