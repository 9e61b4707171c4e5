"""Continuing in one's seat on another device, with the partner's visible OK."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from server.domain.messages import Seat
from server.errors import VisavisError
from server.handlers.answers import answer, read_json
from server.handlers.join import LONGEST_NAME, Password
from server.handlers.keys import DATABASE, HUB, IDENTITY, PEER
from server.handlers.proofs import prove_password
from server.handlers.throttle import network
from server.handlers.tidy import tidy
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
    if request[IDENTITY].session is None:
        await prove_password(request, room_id, wanted.password or "")
    async with request.app[DATABASE].read() as tx:
        row = (await seats.both(tx, room_id)).get(wanted.seat)
    if row is None or row.claimed_ms is None:
        raise VisavisError("seat_free", "Nobody has this seat: simply join.", 409)
    shown, secret = hub.devices.ask(room_id, wanted.seat, name, network(request[PEER]))
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
