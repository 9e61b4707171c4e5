"""A STUN Binding responder (RFC 8489): tells a browser its address as seen from here, and does nothing else.

Written against the RFC and not on a library: one request, one answer, no state but the buckets, and nothing in a
datagram can make it raise. The answer is 32 bytes for IPv4 (44 for IPv6) to a request of at least 20: it is no
amplifier worth the name, and the buckets bound what remains.
"""

import asyncio
import ipaddress
import struct
from collections.abc import Callable
from typing import Any

_COOKIE = 0x2112A442
_BINDING_REQUEST = 0x0001
_BINDING_SUCCESS = 0x0101
_XOR_MAPPED_ADDRESS = 0x0020
_HEADER = struct.Struct("!HHI12s")
_MAX_REQUEST = 548
"""RFC 8489 section 6.1: what a request may measure when the path MTU is unknown."""
_MAX_SOURCES = 4096


class Bucket:
    """A token bucket: `rate` tokens a second, at most twice as many at once."""

    __slots__ = ("_rate", "_then", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._tokens = 2 * rate
        self._then = now

    def take(self, now: float) -> bool:
        self._tokens = min(2 * self._rate, self._tokens + (now - self._then) * self._rate)
        self._then = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def answer(request: bytes, host: str, port: int) -> bytes | None:
    """The Binding success response to `request` from host:port; None for anything that is not a Binding request."""
    if not _HEADER.size <= len(request) <= _MAX_REQUEST:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(request)
    if kind != _BINDING_REQUEST or cookie != _COOKIE or length != len(request) - _HEADER.size or length % 4:
        return None
    if not _attributes_fit(request):
        return None
    address = ipaddress.ip_address(host.partition("%")[0])
    family, pad = (1, b"") if address.version == 4 else (2, transaction)
    key = struct.pack("!I", _COOKIE) + pad
    xored = bytes(a ^ b for a, b in zip(address.packed, key, strict=True))
    value = struct.pack("!BBH", 0, family, port ^ (_COOKIE >> 16)) + xored
    attribute = struct.pack("!HH", _XOR_MAPPED_ADDRESS, len(value)) + value
    return _HEADER.pack(_BINDING_SUCCESS, len(attribute), _COOKIE, transaction) + attribute


def _attributes_fit(request: bytes) -> bool:
    """Every attribute ends inside the message, and none is one we would have to understand and do not."""
    at = _HEADER.size
    while at < len(request):
        kind, length = struct.unpack_from("!HH", request, at)
        if kind < 0x8000 and kind not in _KNOWN_REQUIRED:
            return False
        at += 4 + (length + 3) // 4 * 4
    return at == len(request)


_KNOWN_REQUIRED = frozenset({0x0003, 0x0006, 0x0008, 0x0024, 0x0025})
"""CHANGE-REQUEST of old clients (ignored: the answer comes from where it was asked), USERNAME, MESSAGE-INTEGRITY,
PRIORITY, USE-CANDIDATE."""


class StunServer(asyncio.DatagramProtocol):
    """Close it with `close()`; `port` is where it listens."""

    def __init__(self, per_source: float, overall: float, now: Callable[[], float]) -> None:
        self._per_source = per_source
        self._now = now
        self._overall = Bucket(overall, now())
        self._sources: dict[str, Bucket] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def port(self) -> int:
        if self._transport is None:
            return 0
        return int(self._transport.get_extra_info("sockname")[1])

    @property
    def sources(self) -> int:
        """How many sources are being remembered; never above 4096."""
        return len(self._sources)

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            await self._lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a datagram endpoint's transport is one

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if addr[1] == 0 or self._transport is None or not self._may(_network(addr[0])):
            return
        response = answer(data, addr[0], addr[1])
        if response is not None:
            self._transport.sendto(response, addr)

    def _may(self, source: str) -> bool:
        now = self._now()
        bucket = self._sources.get(source)
        if bucket is None:
            if len(self._sources) >= _MAX_SOURCES:
                # The oldest entry goes. A flood of forged sources can flush the table; the overall bucket holds.
                self._sources.pop(next(iter(self._sources)))
            bucket = self._sources[source] = Bucket(self._per_source, now)
        return bucket.take(now) and self._overall.take(now)


def _network(host: str) -> str:
    """IPv6 sources are counted by their /64: one machine owns all of it."""
    if ":" not in host:
        return host
    return str(ipaddress.IPv6Network((host.partition("%")[0], 64), strict=False))


async def serve_stun(host: str, port: int, *, per_source: float = 20.0, overall: float = 2000.0) -> StunServer:
    """Answer Binding requests on UDP host:port (port 0: any; see `port`).

    `per_source` and `overall` are datagrams a second, with bursts of twice as many. Everything that is not a
    well-formed Binding request is dropped in silence. Raises OSError if the port is taken.
    """
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_datagram_endpoint(
        lambda: StunServer(per_source, overall, loop.time), local_addr=(host, port)
    )
    return protocol
