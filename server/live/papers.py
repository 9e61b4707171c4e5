"""Receipts: what was answered, over which words, signed by whom."""

from dataclasses import dataclass

import msgspec

from server.crypto import keys
from server.domain import consent
from server.domain.values import Seat
from server.live.services import Services
from server.live.signatures import is_signed
from server.store import receipts, recordings, seats
from server.store.receipts import UNSIGNED, Entry, Kind

ANSWERS = (Kind.YES, Kind.NO, Kind.WITHDRAW)
"""What a seat's key signs."""


@dataclass(frozen=True)
class Shown:
    """What a seat was shown: everything its signature is over."""

    nonce: str
    meeting: str
    recording: str
    rows: tuple[consent.Row, ...]
    words_hash: str
    language: str
    due_ms: int

    def statement(self, answer: Kind, room: str, seat: Seat) -> bytes:
        return consent.statement(
            answer.value,
            room=room,
            meeting=self.meeting,
            recording=self.recording,
            seat=seat,
            nonce=self.nonce,
            words_hash=self.words_hash,
            words_version=consent.WORDS_VERSION,
            language=self.language,
            due_ms=self.due_ms,
        )

    def entry(self, kind: Kind, seat: Seat, now: int, key: str | None) -> Entry:
        """The receipt of an answer, still unsigned."""
        return Entry(
            kind=kind,
            seat=seat,
            at_ms=now,
            meeting=self.meeting,
            recording=self.recording,
            words_hash=self.words_hash,
            words_version=consent.WORDS_VERSION,
            language=self.language,
            due_ms=self.due_ms,
            nonce=self.nonce if kind in ANSWERS else None,
            key=key,
        )


class Papers:
    """One room's receipts."""

    def __init__(self, services: Services, room: str) -> None:
        self._services = services
        self._room = room

    async def checked(self, seat: Seat, shown: Shown, answer: Kind, key: str, signature: str) -> str:
        """The signature if it is this seat's own over what it was shown, else `unsigned`."""
        async with self._services.database.read() as tx:
            row = await seats.key(tx, self._room, key)
        if row is None or row.seat is not seat:
            return UNSIGNED
        return signature if is_signed(row.spki, shown.statement(answer, self._room, seat), signature) else UNSIGNED

    async def file(self, entry: Entry, shown: Shown | None, signature: str = UNSIGNED) -> None:
        """Stores the receipt, and with it the words it is about. Raises what the store raises."""
        entry = msgspec.structs.replace(entry, signature=signature)
        async with self._services.database.write() as tx:
            if shown is not None:
                await receipts.keep_words(
                    tx,
                    self._room,
                    shown.words_hash,
                    version=consent.WORDS_VERSION,
                    language=shown.language,
                    text_sealed=self._sealed(shown),
                )
            if entry.kind in (Kind.KEEP, Kind.ERASE) and entry.recording is not None:
                row = await recordings.get(tx, entry.recording)
                entry = msgspec.structs.replace(entry, due_ms=row.due_ms if row is not None else None)
            await receipts.add(tx, self._room, entry)

    def _sealed(self, shown: Shown) -> bytes:
        text = "".join(f"{label}\t{text}\n" for label, text in shown.rows)
        return keys.seal_text(self._services.masters, self._room, f"words.{shown.words_hash}", text)
