"""Somebody who knows the password asks to continue in a seat on another device; the other seat says yes or no.

Requests live in memory for two minutes. A request is known by its id (which the partner sees) and its secret (which
only the asking browser has); an allowed one opens the seat once.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from server.clock import Clock
from server.domain.from_server import DeviceRequest
from server.domain.values import Seat
from server.errors import VisavisError
from server.ids import new_id

WAIT_MS = 120_000
REDEEM_MS = 120_000
"""How long an allowed request may still be used."""
MAX_WAITING = 4
"""Open requests a room; more would only be a nuisance to the person asked."""
PACE_MS = 10 * 60_000
PACE_ASKER = 4
PACE_ROOM = 8
"""Requests in ten minutes: somebody who knows the password must not ask again after every no."""


class RequestState(StrEnum):
    WAITING = "waiting"
    ALLOWED = "allowed"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass
class _Request:
    id: str
    secret_hash: bytes
    seat: Seat
    name: str
    until_ms: int
    kept: bytes | None = None
    """The room's content key, under the request's secret and the master key."""
    state: RequestState = RequestState.WAITING
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, state: RequestState) -> None:
        self.state = state
        self.changed.set()


class DeviceRequests:
    """The requests of all rooms of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[str, dict[str, _Request]] = {}
        self._asked: dict[str, list[tuple[int, str]]] = {}
        """When and by whom, for each room, in the last ten minutes."""

    def ask(
        self, room: str, seat: Seat, name: str, asker: str, seal: Callable[[str], bytes | None] = lambda _secret: None
    ) -> tuple[DeviceRequest, str]:
        """A new request and its secret. `asker` is the network it comes from; what `seal` makes with the secret is
        `kept` for the device. Raises VisavisError `too_many_requests`
        429."""
        for each in list(self._rooms):
            self._live(each)  # names of who asked long ago are forgotten
        requests = self._live(room)
        self._keep_pace(room, asker)
        if sum(entry.state is RequestState.WAITING for entry in requests.values()) >= MAX_WAITING:
            raise VisavisError("too_many_requests", "Too many devices wait for an answer.", 429, retry_after_s=60)
        secret = secrets.token_urlsafe(20)
        entry = _Request(new_id(), _digest(secret), seat, name, self._clock.now_ms() + WAIT_MS, seal(secret))
        self._rooms.setdefault(room, {})[entry.id] = entry
        self._asked.setdefault(room, []).append((self._clock.now_ms(), asker))
        return _shown(entry), secret

    def _keep_pace(self, room: str, asker: str) -> None:
        now = self._clock.now_ms()
        for each, times in list(self._asked.items()):
            times[:] = [(at_ms, who) for at_ms, who in times if at_ms + PACE_MS > now]
            if not times:
                del self._asked[each]
        before = self._asked.get(room, [])
        theirs = [at_ms for at_ms, who in before if who == asker]
        if len(before) >= PACE_ROOM or len(theirs) >= PACE_ASKER:
            first = before[0][0] if len(before) >= PACE_ROOM else theirs[0]
            wait_s = (first + PACE_MS - now + 999) // 1000
            raise VisavisError("too_many_requests", "Asked too often for this seat.", 429, retry_after_s=wait_s)

    def waiting(self, room: str, asked: Seat) -> list[DeviceRequest]:
        """What the person in the seat `asked` has still to answer."""
        return [
            _shown(entry)
            for entry in self._live(room).values()
            if entry.state is RequestState.WAITING and entry.seat is asked.other
        ]

    def answer(self, room: str, by: Seat, request: str, *, allow: bool) -> None:
        """Raises VisavisError `no_such_request` where nothing waits for this seat's answer."""
        entry = self._live(room).get(request)
        if entry is None or entry.seat is not by.other or entry.state is not RequestState.WAITING:
            raise VisavisError("no_such_request", "No device is waiting for this answer.", 404)
        entry.until_ms = self._clock.now_ms() + REDEEM_MS
        entry.settle(RequestState.ALLOWED if allow else RequestState.REFUSED)

    def state(self, room: str, request: str, secret: str) -> RequestState:
        """Raises VisavisError `no_such_request` 404, for a wrong secret alike."""
        entry = self._known(room, request, secret)
        return RequestState.LAPSED if entry is None else entry.state

    async def watch(self, room: str, request: str, secret: str, wait_ms: int) -> RequestState:
        """The state as soon as it is no longer `waiting`, at the latest after `wait_ms`."""
        entry = self._known(room, request, secret)
        if entry is not None and entry.state is RequestState.WAITING:
            until = min(entry.until_ms, self._clock.now_ms() + wait_ms)
            settled = asyncio.ensure_future(entry.changed.wait())
            late = asyncio.ensure_future(self._clock.sleep_until(until))
            try:
                await asyncio.wait({settled, late}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                settled.cancel()
                late.cancel()
        return self.state(room, request, secret)

    def redeem(self, room: str, seat: Seat, request: str, secret: str) -> bool:
        """Whether the request opens the seat; true once."""
        entry = self._live(room).get(request)
        if entry is None or entry.seat is not seat or not hmac.compare_digest(entry.secret_hash, _digest(secret)):
            return False
        if entry.state is not RequestState.ALLOWED:
            return False
        entry.settle(RequestState.LAPSED)
        return True

    def kept(self, room: str, request: str) -> bytes | None:
        """What was sealed when it asked; only the request's secret opens it."""
        entry = self._live(room).get(request)
        return None if entry is None else entry.kept

    def _known(self, room: str, request: str, secret: str) -> _Request | None:
        """None: it has lapsed and its secret can no longer be told from a wrong one."""
        entry = self._rooms.get(room, {}).get(request)
        if entry is None or not hmac.compare_digest(entry.secret_hash, _digest(secret)):
            raise VisavisError("no_such_request", "There is no such request.", 404)
        return self._live(room).get(request)

    def _live(self, room: str) -> dict[str, _Request]:
        now = self._clock.now_ms()
        requests = self._rooms.get(room)
        if requests is None:
            return {}
        for entry in list(requests.values()):
            if entry.until_ms <= now and entry.state is not RequestState.LAPSED:
                entry.settle(RequestState.LAPSED)
            if entry.until_ms + WAIT_MS <= now:
                del requests[entry.id]
        if not requests:
            del self._rooms[room]
        return requests


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _shown(entry: _Request) -> DeviceRequest:
    return DeviceRequest(request=entry.id, seat=entry.seat, name=entry.name, until_ms=entry.until_ms)
