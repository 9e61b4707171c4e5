"""Deletes what is due, on its day: also what fell due while the server was down, and never on a clock that leapt."""

from collections.abc import Callable

from server.clock import Clock
from server.store.database import Database
from server.store.deletion import Deletion


class Janitor:
    """Sleeps until the next recording is due (at most 60 s at a time) and destroys it."""

    def __init__(
        self, database: Database, deletion: Deletion, clock: Clock, synchronised: Callable[[], bool] | None = None
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """After `recover`. One look at once, then on its own."""
        raise NotImplementedError

    def wake(self) -> None:
        """A promise became shorter or a recording was kept: look now."""
        raise NotImplementedError

    async def look(self) -> int:
        """One round; how many recordings were destroyed."""
        raise NotImplementedError

    def now_ms(self) -> int:
        """The clock, never behind the latest moment that was believed: what `recordings.readable` is asked with."""
        raise NotImplementedError

    @property
    def held_until_ms(self) -> int | None:
        """Destruction waits until then because the clock leapt (`clock_leapt`, told to the admin); None: it does not
        wait. What is due stays unreadable meanwhile."""
        raise NotImplementedError

    @property
    def leapt_ms(self) -> int | None:
        """By how much, while destruction waits."""
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
