"""Bounded use of the machine: password hashes, requests an address, connections, and how long a request may take."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Argon2Queue:
    """Two password hashes at a time in threads, at most 32 waiting."""

    async def run(self, work: Callable[[], T]) -> T:
        """`work()` in a thread. Raises VisavisError `busy` 503 when too many wait."""
        raise NotImplementedError
