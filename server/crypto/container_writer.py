"""Writes VREC1: plaintext in, whole records out, each to be appended to the file in order."""

from server.crypto.container import (
    MAX_PLAINTEXT,
    Entry,
    Final,
    Header,
    Kind,
    PartCipher,
    RecordHeader,
    index_entries_per_record,
)
from server.crypto.primitives import TAG_BYTES


class Writer:
    """One part, from its first byte to its last. Sans-io: the caller stores what each call gives, and only appends.

    A writer whose bytes could not be stored must not be used any further: another record under the same number would
    give its nonce to two plaintexts. `poison` makes sure of it: every call after it, or after `finish`, raises
    ValueError.
    """

    def __init__(
        self,
        data_key: bytes,
        *,
        room: str,
        recording: str,
        created_ms: int,
        max_plaintext: int = MAX_PLAINTEXT,
        part_salt: bytes | None = None,
    ) -> None:
        """`part_salt` is random unless a test vector needs a known one."""
        fresh = Header(room, recording, created_ms, max_plaintext)
        self.header = fresh if part_salt is None else Header(room, recording, created_ms, max_plaintext, part_salt)
        raw = self.header.encode()
        self._cipher = PartCipher(data_key, raw)
        self._start = raw + self._cipher.commitment
        self._entries: list[Entry] = []
        self._over = False
        self._last_ms = 0
        self.size = len(self._start)
        """Bytes of file so far."""
        self.records = 0
        self.plaintext_size = 0

    def start(self) -> bytes:
        """Header and commitment: what a file begins with."""
        return self._start

    def data(self, data: bytes, at_ms: int) -> list[bytes]:
        """Records for plaintext that begins at `at_ms` from the part's start; none for no bytes."""
        if at_ms < self._last_ms:
            raise ValueError("time goes back")
        self._last_ms = at_ms
        records = []
        for piece in self._pieces(data):
            self._check_open()
            self._entries.append(Entry(self.plaintext_size, at_ms, self.size))
            records.append(self._record(Kind.DATA, self.plaintext_size, at_ms, piece))
            self.plaintext_size += len(piece)
        return records

    def patch(self, offset: int, data: bytes) -> list[bytes]:
        """Records that lay `data` over plaintext already written."""
        if offset < 0 or offset + len(data) > self.plaintext_size:
            raise ValueError("a patch lies within what was written")
        records = []
        for piece in self._pieces(data):
            records.append(self._record(Kind.PATCH, offset, self._last_ms, piece))
            offset += len(piece)
        return records

    def finish(self, length_ms: int) -> list[bytes]:
        """The index and the final record."""
        index_place, step = self.size, index_entries_per_record(self.header.max_plaintext)
        raw = [entry.encode() for entry in self._entries]
        groups = [b"".join(raw[at : at + step]) for at in range(0, len(raw), step)] or [b""]
        end = self.plaintext_size
        records = [self._record(Kind.INDEX, end, length_ms, group) for group in groups]
        final = Final(self.records + 1, end, length_ms, index_place)
        records.append(self._record(Kind.FINAL, end, length_ms, final.encode()))
        self._over = True
        return records

    def poison(self) -> None:
        """From now on nothing more can be sealed."""
        self._over = True

    def _pieces(self, data: bytes) -> list[memoryview]:
        view, step = memoryview(data), self.header.max_plaintext
        return [view[at : at + step] for at in range(0, len(view), step)]

    def _check_open(self) -> None:
        if self._over:
            raise ValueError("this part is finished or has failed")

    def _record(self, kind: Kind, offset: int, at_ms: int, plaintext: bytes | memoryview) -> bytes:
        self._check_open()
        header = RecordHeader(len(plaintext) + TAG_BYTES, kind, self.records, offset, at_ms)
        record = self._cipher.seal(header, plaintext)
        self.records += 1
        self.size += len(record)
        return record
