"""Open sealed files of people who are listening: kept for a while, because opening one reads it from end to end."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from server.clock import Clock
from server.store.sealed import SealedReader

KEPT_MS = 60_000
"""How long a reader nobody uses stays open, and its key in memory."""
MOST = 64
"""Readers open at once; the one used longest ago goes first."""

Open = Callable[[], Awaitable[SealedReader]]
Key = tuple[bytes, str]


@dataclass
class _Slot:
    recording: str
    room: str
    used_ms: int
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    reader: SealedReader | None = None
    dropped: bool = False


class Readers:
    """One reader per session and part, so that a session that ends takes its own open readers with it.

    Whoever uses a reader asks for it anew for every range, after the right to it has been checked anew.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._slots: OrderedDict[Key, _Slot] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None

    async def get(self, session: bytes, room: str, recording: str, part: str, open_it: Open) -> SealedReader:
        """The session's reader of that part; `open_it()` makes it if there is none. Raises what that raises."""
        key = (session, part)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = _Slot(recording, room, self._clock.now_ms())
            while len(self._slots) > MOST:
                self._drop(next(iter(self._slots)))
        self.touch(session, part)
        self._watch()
        async with slot.lock:
            if slot.reader is None:
                try:
                    slot.reader = await open_it()
                except BaseException:
                    self._slots.pop(key, None)
                    raise
                if slot.dropped:  # the recording was deleted, or the session ended, while it was being opened
                    self._close(slot)
            return slot.reader

    def touch(self, session: bytes, part: str) -> None:
        """It is being read from: not idle."""
        slot = self._slots.get((session, part))
        if slot is not None:
            slot.used_ms = self._clock.now_ms()
            self._slots.move_to_end((session, part))

    def drop_recording(self, recording: str) -> None:
        """It is being destroyed: readers are closed and their keys forgotten at once."""
        self._drop_where(lambda _, slot: slot.recording == recording)

    def drop_session(self, session: bytes) -> None:
        self._drop_where(lambda key, _: key[0] == session)

    def drop_room(self, room: str, *, but: bytes | None = None) -> None:
        """All sessions of the room but one have ended."""
        self._drop_where(lambda key, slot: slot.room == room and key[0] != but)

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        self._drop_where(lambda _key, _slot: True)
        while self._closing:
            await asyncio.gather(*self._closing)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._expire(), name="readers")

    async def _expire(self) -> None:
        """Keys are let go by the clock, not when somebody happens to read again."""
        while self._slots:
            await self._clock.sleep_until(min(slot.used_ms for slot in self._slots.values()) + KEPT_MS)
            before = self._clock.now_ms() - KEPT_MS
            for slot in self._slots.values():
                if slot.lock.locked():  # still being opened
                    slot.used_ms = before + KEPT_MS
            self._drop_idle(before)

    def _drop_idle(self, before: int) -> None:
        self._drop_where(lambda _, slot: slot.used_ms <= before)

    def _drop_where(self, which: Callable[[Key, _Slot], bool]) -> None:
        for key in [key for key, slot in self._slots.items() if which(key, slot)]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        slot = self._slots.pop(key)
        slot.dropped = True
        self._close(slot)

    def _close(self, slot: _Slot) -> None:
        if slot.reader is not None:
            task = asyncio.get_running_loop().create_task(slot.reader.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
