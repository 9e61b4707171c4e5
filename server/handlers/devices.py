"""Continuing in one's seat on another device, with the partner's visible OK."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from server.crypto import content
from server.crypto.keys import RoomPair
from server.domain.values import Seat
from server.errors import VisavisError
from server.handlers.answers import answer, read_json
from server.handlers.join import LONGEST_NAME, Password
from server.handlers.keys import DATABASE, HUB, IDENTITY, MASTER_KEYS, PEER
from server.handlers.proofs import prove_password, session_pair
from server.handlers.throttle import network
from server.handlers.tidy import tidy
from server.store import content as wraps
from server.store import seats

LONGEST_WAIT_MS = 20_000


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    seat: Seat
    name: Annotated[str, Meta(max_length=256)]
    password: Password | None = None


async def request_device(request: web.Request) -> web.StreamResponse:
    """POST /api/rooms/{room}/device-requests (open: the password or a session is needed)."""
    wanted, room_id, hub = await read_json(request, Ask), request.match_info["room"], request.app[HUB]
    name = tidy(wanted.name, "bad_name", LONGEST_NAME)
    pair: RoomPair | None = None
    if request[IDENTITY].session is None:
        _, pair = await prove_password(request, room_id, wanted.password or "")
    async with request.app[DATABASE].read() as tx:
        pair = pair or await session_pair(request, tx, room_id)
        wrap = await wraps.of_room(tx, room_id)
        row = (await seats.both(tx, room_id)).get(wanted.seat)
    if row is None or row.claimed_ms is None:
        raise VisavisError("seat_free", "Nobody has this seat: simply join.", 409)
    masters, sealed = request.app[MASTER_KEYS], wrap.content_sealed if wrap else None
    key = content.open_for_room(masters, room_id, pair.secret, sealed) if sealed else None

    def seal(secret: str) -> bytes | None:
        return key and content.seal_under_token(masters, content.What.ASKED, room_id, wanted.seat, secret, key)

    shown, secret = hub.devices.ask(room_id, wanted.seat, name, network(request[PEER]), seal)
    task = hub.peek(room_id)
    if task is not None:
        task.send(wanted.seat.other, shown)
    return answer({"request": shown.request, "secret": secret, "until_ms": shown.until_ms}, 202)


async def watch_device_request(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/device-requests/{request} (open: the request's secret is needed). Waits up to 20 s."""
    devices, room_id = request.app[HUB].devices, request.match_info["room"]
    secret = request.headers.get("X-Request-Secret", "")
    state = await devices.watch(room_id, request.match_info["request"], secret, LONGEST_WAIT_MS)
    return answer({"state": state})
