"""Who has a room's shared things open, and how much of them there may be."""

from dataclasses import dataclass
from typing import Protocol

from server.domain.values import Seat

MIB = 1024 * 1024


class Sharer(Protocol):
    """The server's end of a sharing socket. Nothing here waits: what cannot be sent is dropped or ends the socket."""

    seat: Seat
    proof: bytes
    """Hash of the seat cookie it came in with."""

    def send(self, frame: bytes) -> None:
        """A frame that must arrive; a reader too slow for it is let go."""

    def pass_on(self, frame: bytes) -> None:
        """A frame that may be left out where the line is slow."""

    def bye(self, code: str) -> None: ...


@dataclass(frozen=True)
class JournalLimits:
    """Bounds of one room's journals. The bench and tests take others."""

    used_bytes: int = 16 * MIB
    """Snapshot and entries after it, of one log: what somebody who comes new must fetch."""
    retained_bytes: int = 128 * MIB
    """All that is kept of one log, with what an unconfirmed snapshot replaces."""
    used_entries: int = 65_536
    """After the snapshot. However small each is, all are opened and sealed anew when a snapshot settles."""
    retained_entries: int = 1_000_000
    chat_entries: int = 10_000
    """Of each seat, so that neither can leave the other no room."""
    chat_rows: int = 50_000
    """Of each seat, with those struck out."""
    pending_bytes: int = 8 * MIB
    """Entries of one log that are not durable yet."""
    gather_s: float = 0.02
    """From one transaction to the next: what all rooms write meanwhile is gathered for it."""
    turn_bytes: int = MIB
    """What one log may put into one transaction, so that no room waits long for another."""
    turn_entries: int = 2048
    compact_entries: int = 512
    compact_bytes: int = MIB
    compact_within_ms: int = 30_000
    snapshot_bytes: int = 16 * MIB
    behind_bytes: int = 4 * MIB
    behind_entries: int = 4096
    """What may have been written after a snapshot's number when it arrives, or is confirmed: it is sealed anew, and
    other rooms' writes wait for it."""
