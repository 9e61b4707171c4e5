"""What the live rooms are made of, put together once in `app.py`."""

from dataclasses import dataclass

from server.clock import Clock


@dataclass(frozen=True)
class Services:
    clock: Clock
