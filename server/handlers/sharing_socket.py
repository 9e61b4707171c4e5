"""The sharing socket: board, notes, topics and chat, apart from the meeting's own socket. See docs/protocol.md."""

import asyncio

import msgspec
from aiohttp import WSMsgType, web
from structlog import get_logger

from server.clock import Clock
from server.crypto.keys import token_hash
from server.domain.sharing import MAX_FRAME_BYTES, FromSharer, Journal, Pass, Refused, Strike, decoder, encoder
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.content import content_key
from server.handlers.keys import CLOCK, HUB, IDENTITY
from server.handlers.limits import AtOnce
from server.handlers.sharing_page import SharingPage
from server.handlers.socket import HEARTBEAT_S, MALFORMED_IN_A_ROW, still_holds, too_many_sockets
from server.handlers.throttle import Buckets, Pace
from server.live.journal_room import JournalRoom
from server.live.journals import LiveJournals

TURN_FRAMES = 32
"""Frames of one socket that are taken in one turn of the loop: a burst must not keep the others waiting."""
MAX_CHAT_BYTES = 16 * 1024
WRITES = Pace.a_second(60, burst=240)
PASSES = Pace.a_second(60, burst=60)
COMINGS = Pace.a_second(1, burst=32)

OPEN_SHARING: web.AppKey[AtOnce] = web.AppKey("open_sharing_sockets")
"""Open sharing sockets of each seat."""

PACES: web.AppKey["Paces"] = web.AppKey("sharing_paces")

log = get_logger()


class Paces:
    """What a seat may do, over all the sockets it has or comes back with."""

    def __init__(self) -> None:
        self.writes = Buckets(WRITES)
        """Every frame but those that pass, also an unreadable one."""
        self.passes = Buckets(PASSES)
        self.comings = Buckets(COMINGS)
        """Sockets opened."""


async def sharing_socket(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/sharing?seat= (seat). Origin and right were checked by the guard."""
    identity, room_id = request[IDENTITY], request.match_info["room"]
    if identity.seat is None:
        raise VisavisError("seat_needed", "Only somebody with a seat in the room may do this.", 403)
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise VisavisError("needs_websocket", "This address is a WebSocket's.", 426)
    whose = (room_id, identity.seat.value)
    with request.app[OPEN_SHARING].one(whose, too_many_sockets()):
        now = request.app[CLOCK].now_ms()
        request.app[PACES].comings.spend(whose, now, "flooding", "This seat comes back far too often.")
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
        if not await still_holds(request, page):
            page.bye("seat_revoked")
        await Reading(room, page, request.app[PACES], request.app[CLOCK]).run(socket)
    finally:
        room.gone(page)
        page.bye("left")
        await writing
    return socket


class Reading:
    """What comes in on one socket, at the pace of its seat: what is too fast waits at its own end of the line, for a
    frame that was read and refused would cost as much as one that is taken."""

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
            message = await self._paced(self._read(frame.data if frame.type is WSMsgType.BINARY else None))
            if self._page.closing:
                break
            if message is not None:
                self._take(message)
            frames += 1
            if frames % TURN_FRAMES == 0:
                await asyncio.sleep(0)

    async def _paced(self, message: FromSharer | None) -> FromSharer | None:
        """The same, once it may be taken. What passes too fast is left out rather than late; then too the line rests
        until the next may go."""
        if not isinstance(message, Pass):
            await self._turn(self._paces.writes)
            self._paces.writes.take(self._whose, self._clock.now_ms())
        elif not self._paces.passes.draw(self._whose, self._clock.now_ms()):
            await self._turn(self._paces.passes)
            return None
        return message

    async def _turn(self, pace: Buckets) -> None:
        """Until the seat may again, or the page is told goodbye."""
        while not self._page.closing:
            wait_ms = pace.wait_ms(self._whose, self._clock.now_ms())
            if not wait_ms:
                return
            await asyncio.sleep(wait_ms / 1000)

    def _read(self, data: bytes | None) -> FromSharer | None:
        """None where it was nothing readable; its sender is told. `data` None: a text frame."""
        detail = "Frames are binary."
        try:
            if data is not None:
                message: FromSharer = decoder.decode(data)
                self._malformed = 0
                return message
        except msgspec.ValidationError as error:
            detail = str(error)[:300]
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            detail = "Not MessagePack."
        self._refuse("malformed", detail)
        self._malformed += 1
        if self._malformed >= MALFORMED_IN_A_ROW:
            self._page.bye("malformed")
        return None

    def _take(self, message: FromSharer) -> None:
        try:
            if isinstance(message, Pass):
                self._room.pass_on(self._page, message.body)
            elif isinstance(message, Strike):
                self._room.strike(self._page, message.n)
            elif message.journal is Journal.CHAT and len(message.body) > MAX_CHAT_BYTES:
                self._refuse("too_large", f"At most {MAX_CHAT_BYTES} bytes.", message.local)
            else:
                self._room.append(self._page, message.journal, message.local, message.body)
        except Exception as error:
            # ours to repair; nobody loses the line over it
            log.exception("sharing_failed", room=self._room.id, error=type(error).__name__)
            self._refuse("internal", "Something went wrong here.")

    def _refuse(self, code: str, detail: str, local: str | None = None) -> None:
        self._page.send(encoder.encode(Refused(code, detail, local)))
