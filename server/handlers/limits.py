"""Bounded use of the machine: password hashes, and connections by address."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp.web import Server

from server.errors import VisavisError
from server.handlers.throttle import network

T = TypeVar("T")

AT_ONCE = 2
WAITING = 32


class Argon2Queue:
    """Two password hashes at a time in threads of their own, at most 32 waiting: each takes 19 MiB and 60 ms."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2")
        self._limit = at_once + waiting
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """`work()` in a thread. Raises VisavisError `busy` 503 when too many wait."""
        if self._inside >= self._limit:
            raise VisavisError("busy", "Too many people are coming in at once.", 503, retry_after_s=3)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class AtOnce:
    """How many of something each seat has under way: at most so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: Counter[tuple[str, str]] = Counter()

    @property
    def rooms(self) -> set[str]:
        """Those in which any is under way."""
        return {room for room, _ in self._under_way}

    @property
    def total(self) -> int:
        return self._under_way.total()

    @contextmanager
    def one(self, whose: tuple[str, str], refusal: VisavisError) -> Iterator[None]:
        """Counts as under way while the block runs; `whose` is a room and a seat. Raises the refusal where as many
        are as may be."""
        if self._under_way[whose] >= self._most:
            raise refusal
        self._under_way[whose] += 1
        try:
            yield
        finally:
            self._under_way[whose] -= 1
            if not self._under_way[whose]:
                del self._under_way[whose]


def limit_connections(server: Server, per_network: int, overall: int, is_trusted: Callable[[str], bool]) -> None:
    """Aborts connections beyond `per_network` from one network (a trusted proxy is exempt) and `overall`.

    aiohttp has no such limit, but tells its `Server` of every connection; those two methods are wrapped here.
    """
    made, lost = server.connection_made, server.connection_lost
    open_by: Counter[str] = Counter()
    counted: dict[Any, str] = {}

    def connection_made(handler: Any, transport: asyncio.Transport) -> None:
        made(handler, transport)
        peer = transport.get_extra_info("peername")
        host = network(peer[0]) if isinstance(peer, tuple) else ""
        counted[handler] = host
        open_by[host] += 1
        if len(counted) > overall or (open_by[host] > per_network and not is_trusted(host)):
            transport.abort()

    def connection_lost(handler: Any, exc: BaseException | None = None) -> None:
        host = counted.pop(handler, None)
        if host is not None:
            open_by[host] -= 1
            if not open_by[host]:
                del open_by[host]
        lost(handler, exc)

    server.connection_made = connection_made  # type: ignore[method-assign]
    server.connection_lost = connection_lost  # type: ignore[method-assign]
