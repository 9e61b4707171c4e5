"""The sharing socket: board, notes, topics and chat, apart from the meeting's own socket. See docs/protocol.md."""

import asyncio

import msgspec
from aiohttp import WSMsgType, web
from structlog import get_logger

from server.clock import Clock
from server.crypto.keys import token_hash
from server.domain.sharing import MAX_FRAME_BYTES, Append, FromSharer, Journal, Pass, Refused, Strike, decoder, encoder
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.content import content_key
from server.handlers.keys import CLOCK, DATABASE, HUB, IDENTITY
from server.handlers.limits import AtOnce
from server.handlers.sharing_page import SharingPage
from server.handlers.socket import HEARTBEAT_S, MALFORMED_IN_A_ROW, too_many_sockets
from server.handlers.throttle import Buckets, Pace
from server.live.journal_room import JournalRoom
from server.live.journals import LiveJournals
from server.store import seats

TURN_FRAMES = 32
"""Frames of one socket that are taken in one turn of the loop: a flood must not keep the others waiting."""
SLOWED_S = 0.002
"""How long a socket is not read after a frame that was not taken: what floods waits at its own end of the line."""
MAX_CHAT_BYTES = 16 * 1024
APPENDS = Pace.a_second(60, burst=240)
PASSES = Pace.a_second(60, burst=60)
EXCESS = Pace.a_second(60, burst=1200)
"""Refused appends, after which a socket is closed."""

OPEN_SHARING: web.AppKey[AtOnce] = web.AppKey("open_sharing_sockets")
"""Open sharing sockets of each seat."""

PACES: web.AppKey["Paces"] = web.AppKey("sharing_paces")

log = get_logger()


class Paces:
    """What a seat may send, over all the sockets it has or comes back with."""

    def __init__(self) -> None:
        self.appends = Buckets(APPENDS)
        self.passes = Buckets(PASSES)
        self.excess = Buckets(EXCESS)


async def sharing_socket(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/sharing?seat= (seat). Origin and right were checked by the guard."""
    identity, room_id = request[IDENTITY], request.match_info["room"]
    if identity.seat is None:
        raise VisavisError("seat_needed", "Only somebody with a seat in the room may do this.", 403)
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise VisavisError("needs_websocket", "This address is a WebSocket's.", 426)
    whose = (room_id, identity.seat.value)
    with request.app[OPEN_SHARING].one(whose, too_many_sockets()):
        if request.app[PACES].excess.wait_ms(whose, request.app[CLOCK].now_ms()):
            raise VisavisError("flooding", "This seat has sent far too much.", 429, retry_after_s=5)
        async with request.app[HUB].journals.hold(room_id, await content_key(request)) as live:
            return await _serve(request, live)


async def _serve(request: web.Request, live: LiveJournals) -> web.StreamResponse:
    room = live.room
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=MAX_FRAME_BYTES, compress=False, autoping=True, writer_limit=65_536
    )
    await socket.prepare(request)
    seat = request[IDENTITY].seat
    assert seat is not None
    page = SharingPage(socket, request.transport, seat, token_hash(cookies.read_seats(request, room.id)[seat]))
    writing = asyncio.create_task(page.write())
    try:
        room.come(page)
        live.compaction.look()
        if not await _still_holds(request, page):
            page.bye("seat_revoked")
        await Reading(room, page, request.app[PACES], request.app[CLOCK]).run(socket)
    finally:
        room.gone(page)
        page.bye("left")
        await writing
    return socket


async def _still_holds(request: web.Request, page: SharingPage) -> bool:
    """Whoever takes a seat away looks at the pages that have come; one that was on its way then is looked at here."""
    async with request.app[DATABASE].read() as tx:
        held = await seats.holder(tx, request.match_info["room"], page.proof, request.app[CLOCK].now_ms())
    return held is page.seat


class Reading:
    """What comes in on one socket, at a bounded pace."""

    def __init__(self, room: JournalRoom, page: SharingPage, paces: Paces, clock: Clock) -> None:
        self._room = room
        self._page = page
        self._paces = paces
        self._whose = (room.id, page.seat.value)
        self._clock = clock
        self._malformed = 0

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Until the socket closes, or has been told to."""
        frames = 0
        async for frame in socket:
            if self._page.closing or frame.type not in (WSMsgType.BINARY, WSMsgType.TEXT):
                break
            taken = self._read(frame.data if frame.type is WSMsgType.BINARY else None)
            if self._page.closing:
                break
            frames += 1
            if not taken:
                await asyncio.sleep(SLOWED_S)
            elif frames % TURN_FRAMES == 0:
                await asyncio.sleep(0)

    def _read(self, data: bytes | None) -> bool:
        """Whether it was something that may be sent, and no more of it than may be. `data` None: a text frame."""
        if data is None:
            return self._unreadable("Frames are binary.")
        try:
            message: FromSharer = decoder.decode(data)
        except msgspec.ValidationError as error:
            return self._unreadable(str(error)[:300])
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return self._unreadable("Not MessagePack.")
        self._malformed = 0
        try:
            return self._take(message)
        except Exception as error:
            # ours to repair; nobody loses the line over it
            log.exception("sharing_failed", room=self._room.id, error=type(error).__name__)
            self._refuse("internal", "Something went wrong here.")
            return True

    def _take(self, message: FromSharer) -> bool:
        now = self._clock.now_ms()
        if isinstance(message, Pass):
            taken = self._paces.passes.draw(self._whose, now)
            if taken:
                self._room.pass_on(self._page, message.body)
            return taken
        if not self._paces.appends.draw(self._whose, now):
            self._slow_down(now, message.local if isinstance(message, Append) else None)
            return False
        if isinstance(message, Strike):
            self._room.strike(self._page, message.n)
        elif message.journal is Journal.CHAT and len(message.body) > MAX_CHAT_BYTES:
            self._refuse("too_large", f"At most {MAX_CHAT_BYTES} bytes.", message.local)
        else:
            self._room.append(self._page, message.journal, message.local, message.body)
        return True

    def _slow_down(self, now: int, local: str | None) -> None:
        self._refuse("flooding", "At most 60 entries a second.", local)
        if not self._paces.excess.draw(self._whose, now):
            self._page.bye("flooding")

    def _unreadable(self, detail: str) -> bool:
        self._refuse("malformed", detail)
        self._malformed += 1
        if self._malformed >= MALFORMED_IN_A_ROW:
            self._page.bye("malformed")
        return False

    def _refuse(self, code: str, detail: str, local: str | None = None) -> None:
        self._page.send(encoder.encode(Refused(code, detail, local)))
