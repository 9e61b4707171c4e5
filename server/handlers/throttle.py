"""Slows guessing down without ever locking a known browser out. Pure: the time is passed in.

A stranger's try costs a token of its network's bucket for the room. Failures also drain a bucket of the whole room and
one of the network in all rooms, so that neither many networks nor many rooms help. A known browser (it holds a seat of
the room, or has been right before) has a bucket of its own that no stranger can empty.
"""

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from server.errors import VisavisError


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` tries at once, then one every `every_ms`."""

    burst: int
    every_ms: float

    @classmethod
    def a_second(cls, rate: int, burst: int) -> "Pace":
        return cls(burst, 1000 / rate)


NETWORK = Pace(5, 30_000)
ROOM = Pace(30, 30_000)
ANYWHERE = Pace(60, 2_000)
KNOWN = Pace(10, 10_000)


def network(peer: str) -> str:
    """The part of an address one person can be held to: IPv4 whole, IPv6 its /64 (a home gets that much)."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Buckets:
    """Token buckets by key. Of more than `limit` the least recently touched are forgotten, that is, full again."""

    def __init__(self, pace: Pace, limit: int = 50_000) -> None:
        self._pace = pace
        self._limit = limit
        # key -> the moment its bucket will be full again
        self._full_at: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def wait_ms(self, key: tuple[str, ...], now_ms: int) -> int:
        """0 if a token is there (or will be within the millisecond), else how long until one is."""
        missing_ms = self._full_at.get(key, 0) - now_ms
        return max(0, int(missing_ms - (self._pace.burst - 1) * self._pace.every_ms))

    def take(self, key: tuple[str, ...], now_ms: int) -> None:
        self._set(key, max(now_ms, self._full_at.get(key, 0)) + self._pace.every_ms, now_ms)

    def draw(self, key: tuple[str, ...], now_ms: int) -> bool:
        """Takes a token if one is there; whether it was."""
        if self.wait_ms(key, now_ms):
            return False
        self.take(key, now_ms)
        return True

    def spend(self, key: tuple[str, ...], now_ms: int, code: str, detail: str) -> None:
        """Takes a token. Raises VisavisError `code` 429 {retry_after_s} where none is there."""
        wait_ms = self.wait_ms(key, now_ms)
        if wait_ms:
            raise VisavisError(code, detail, 429, retry_after_s=(wait_ms + 999) // 1000)
        self.take(key, now_ms)

    def give_back(self, key: tuple[str, ...], now_ms: int) -> None:
        if key in self._full_at:
            self._set(key, self._full_at[key] - self._pace.every_ms, now_ms)

    def _set(self, key: tuple[str, ...], full_at: float, now_ms: int) -> None:
        if full_at <= now_ms:
            self._full_at.pop(key, None)
            return
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > self._limit:
            self._full_at.popitem(last=False)


class GuessThrottle:
    """Ask `check` before a password is hashed, then tell `failed` or `succeeded`."""

    def __init__(self, limit: int = 50_000) -> None:
        self._network = Buckets(NETWORK, limit)
        self._room = Buckets(ROOM, limit)
        self._anywhere = Buckets(ANYWHERE, limit)
        self._known = Buckets(KNOWN, limit)

    def check(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """Takes one try. `peer` is an IP address; `known` an opaque mark of a proven browser (such as the hash of its
        valid seat cookie), else None. Raises VisavisError `too_many_tries` 429 with `retry_after_s`."""
        if known is not None:
            wait = self._known.wait_ms((room, known), now_ms)
        else:
            wait = max(
                self._network.wait_ms((room, network(peer)), now_ms),
                self._room.wait_ms((room,), now_ms),
                self._anywhere.wait_ms((network(peer),), now_ms),
            )
        if wait > 0:
            raise VisavisError(
                "too_many_tries", "Too many tries; wait and try again.", 429, retry_after_s=math.ceil(wait / 1000)
            )
        if known is not None:
            self._known.take((room, known), now_ms)
        else:
            self._network.take((room, network(peer)), now_ms)

    def failed(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """The try was wrong: a stranger's failure slows all strangers of the room."""
        if known is None:
            self._room.take((room,), now_ms)
            self._anywhere.take((network(peer),), now_ms)

    def succeeded(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """The try was right: it costs nothing."""
        if known is not None:
            self._known.give_back((room, known), now_ms)
        else:
            self._network.give_back((room, network(peer)), now_ms)


class RequestPace:
    """Requests of one network, whatever they ask for."""

    def __init__(self, per_second: int) -> None:
        self._buckets = Buckets(Pace.a_second(per_second, burst=4 * per_second))

    def check(self, peer: str, now_ms: int) -> None:
        """Raises VisavisError `too_many_requests` 429."""
        key = (network(peer),)
        wait = self._buckets.wait_ms(key, now_ms)
        if wait > 0:
            raise VisavisError("too_many_requests", "Too many requests.", 429, retry_after_s=math.ceil(wait / 1000))
        self._buckets.take(key, now_ms)
