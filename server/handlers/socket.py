"""The meeting's WebSocket: who may open it, what it may carry, and how it ends. See docs/protocol.md."""

import asyncio
from typing import Any

import msgspec
from aiohttp import WSMsgType, web
from structlog import get_logger

from server.crypto.keys import token_hash
from server.domain.events import PageCame
from server.domain.from_browser import MAX_MESSAGE_BYTES, FromBrowser, Hello, decoder
from server.domain.from_server import Error, IceServer, Welcome
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.keys import CLOCK, CONFIG, DATABASE, HUB, IDENTITY, STUN
from server.handlers.limits import AtOnce
from server.handlers.socket_page import LineOut, SocketPage
from server.handlers.throttle import Buckets, Pace
from server.ids import new_id
from server.live.hub import Hub
from server.live.inbox import receive
from server.live.room_task import RoomTask
from server.store import seats

HEARTBEAT_S = 15.0
HELLO_WITHIN_MS = 5_000
RATE = 30
BURST = 60
MALFORMED_IN_A_ROW = 10
SOCKETS_A_SEAT = 8
"""A browser that reloads in a hurry has two or three for a moment."""

OPEN: web.AppKey[AtOnce] = web.AppKey("open_sockets")
"""Open sockets of each seat."""

log = get_logger()


class _Tag(msgspec.Struct):
    type: str = ""


async def room_socket(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/socket?seat= (seat). Origin and right were checked by the guard."""
    identity, hub, room_id = request[IDENTITY], request.app[HUB], request.match_info["room"]
    if identity.seat is None:
        raise VisavisError("seat_needed", "Only somebody with a seat in the room may do this.", 403)
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise VisavisError("needs_websocket", "This address is a WebSocket's.", 426)
    task = await hub.get(room_id)
    with request.app[OPEN].one((room_id, identity.seat.value), too_many_sockets()), task.hold():
        return await _serve(request, hub, task)


def too_many_sockets() -> VisavisError:
    return VisavisError("too_many_sockets", "This seat has too many open connections.", 429, retry_after_s=5)


async def _serve(request: web.Request, hub: Hub, task: RoomTask) -> web.StreamResponse:
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES, compress=False, autoping=True, writer_limit=65_536
    )
    await socket.prepare(request)
    seat = request[IDENTITY].seat
    assert seat is not None
    proof = token_hash(cookies.read_seats(request, task.id)[seat])
    page = SocketPage(socket, request.transport, seat, proof)
    writing = asyncio.create_task(page.write())
    watching = asyncio.create_task(_expect_hello(request, page))
    try:
        await _read(request, hub, task, socket, page)
    finally:
        watching.cancel()
        task.gone(page)
        page.bye("left")
        await writing
    return socket


async def _expect_hello(request: web.Request, page: SocketPage) -> None:
    clock = request.app[CLOCK]
    await clock.sleep_until(clock.now_ms() + HELLO_WITHIN_MS)
    if not page.page:
        page.bye("no_hello")


async def _read(
    request: web.Request, hub: Hub, task: RoomTask, socket: web.WebSocketResponse, page: SocketPage
) -> None:
    clock = request.app[CLOCK]
    bucket, malformed = Buckets(Pace.a_second(RATE, BURST)), 0
    async for frame in socket:
        if page.closing:
            continue
        if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            break
        if not bucket.draw((), clock.now_ms()):
            page.send(Error("flooding", f"At most {RATE} messages a second."))
            page.bye("flooding")
            continue
        message = _decode(page, frame.data if frame.type is WSMsgType.TEXT else None)
        if message is None:
            malformed += 1
            if malformed >= MALFORMED_IN_A_ROW:
                page.bye("malformed")
            continue
        malformed = 0
        try:
            await _take(request, hub, task, page, message)
        except Exception as error:
            # ours to repair; neither of the two loses the line over it
            log.exception("message_failed", room=task.id, message=type(message).__name__, error=type(error).__name__)
            page.send(Error("internal", "Something went wrong here."))


async def _take(request: web.Request, hub: Hub, task: RoomTask, page: SocketPage, message: FromBrowser) -> None:
    now = request.app[CLOCK].now_ms()
    if page.page:
        if task.is_current(page):
            receive(task, hub.devices, page, message, now)
    elif isinstance(message, Hello):
        _greet(request, hub, task, page, message)
        if not await still_holds(request, page):
            task.leave(page, "seat_revoked")
    else:
        page.send(Error("hello_first", "The first message is hello."))


async def still_holds(request: web.Request, page: LineOut[Any]) -> bool:
    """Whoever takes a seat away looks at the pages that have come; one that was on its way then is looked at here."""
    async with request.app[DATABASE].read() as tx:
        held = await seats.holder(tx, request.match_info["room"], page.proof, request.app[CLOCK].now_ms())
    return held is page.seat


def _greet(request: web.Request, hub: Hub, task: RoomTask, page: SocketPage, message: Hello) -> None:
    page.page = message.page
    if not task.come(page, PageCame(page.seat, message.page, message.microphone, message.camera, new_id())):
        page.bye("replaced")
        return
    meeting = task.room.meeting
    assert meeting is not None
    page.send(
        Welcome(
            you=page.seat,
            meeting=meeting,
            now_ms=request.app[CLOCK].now_ms(),
            ice_servers=ice_servers(request),
            room=task.welcome_view(page),
        )
    )
    task.told(page.seat)
    for waiting in hub.devices.waiting(task.id, page.seat):
        page.send(waiting)


def ice_servers(request: web.Request) -> list[IceServer]:
    """Our own STUN, under the name people reach us by (or the media's outside address), then those configured."""
    config, stun = request.app[CONFIG], request.app[STUN]
    own = []
    if stun is not None:
        host = config.media_address[0] if config.media_address else request.url.host or "localhost"
        own = [IceServer(urls=[f"stun:{f'[{host}]' if ':' in host else host}:{stun.port}"])]
    return own + list(config.ice_servers)


def _decode(page: SocketPage, text: str | None) -> FromBrowser | None:
    """The message, or None after its sender was told what is wrong. `text` None: a binary frame."""
    if text is None:
        page.send(Error("malformed", "Messages are text."))
        return None
    try:
        message: FromBrowser = decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        detail = str(error) if isinstance(error, msgspec.ValidationError) else "Not JSON."
        page.send(Error("malformed", detail[:300], _tag_of(text)))
        return None
    return message


def _tag_of(text: str) -> str | None:
    try:
        return msgspec.json.decode(text, type=_Tag).type[:64] or None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
