"""Somebody who knows the password asks to continue in a seat on another device; the other seat says yes or no.

Requests live in memory for two minutes. A request is known by its id (which the partner sees) and its secret (which
only the asking browser has); an allowed one opens the seat once.
"""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from server.clock import Clock
from server.domain.messages import DeviceRequest, Seat
from server.errors import VisavisError
from server.ids import new_id

WAIT_MS = 120_000
REDEEM_MS = 120_000
"""How long an allowed request may still be used."""
MAX_WAITING = 4
"""Open requests a room; more would only be a nuisance to the person asked."""


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

    def ask(self, room: str, seat: Seat, name: str) -> tuple[DeviceRequest, str]:
        """A new request and its secret. Raises VisavisError `too_many_requests` 429."""
        requests = self._live(room)
        if sum(entry.state is RequestState.WAITING for entry in requests.values()) >= MAX_WAITING:
            raise VisavisError("too_many_requests", "Too many devices wait for an answer.", 429, retry_after_s=60)
        secret = secrets.token_urlsafe(20)
        entry = _Request(new_id(), _digest(secret), seat, name, self._clock.now_ms() + WAIT_MS)
        self._rooms.setdefault(room, {})[entry.id] = entry
        return _shown(entry), secret

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
