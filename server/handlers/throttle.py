"""Slows guessing down without ever locking a known browser out. Pure: the time is passed in.

A stranger's try costs a token of its bucket (one per room and network) and, after many failures in the room, waits
for the room-wide delay. A known browser (one that holds a seat of the room, or has been right before) has a bucket of
its own that strangers cannot empty.
"""


class GuessThrottle:
    """Bounded memory: the least recently used buckets are forgotten first, and forgetting refills a bucket only when
    it would be near full anyway."""

    def check(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """Takes one try. `peer` an IP address; `known` an opaque mark of a proven browser (hash of its valid seat
        cookie), else None. Raises VisavisError `too_many_tries` 429 with `retry_after_s`."""
        raise NotImplementedError

    def failed(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """The try was wrong."""
        raise NotImplementedError

    def succeeded(self, room: str, peer: str, known: str | None, now_ms: int) -> None:
        """The try was right: gives its token back."""
        raise NotImplementedError
