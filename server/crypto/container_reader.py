"""Reads VREC1 through `read_at(offset, length)`; opens only the records that a read needs.

Whatever is taken from a record header or the index is authenticated when the record is opened.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable

from server.crypto.container import (
    FIRST_RECORD,
    HEADER_BYTES,
    Header,
    PartCipher,
    damaged,
    wrong_key,
)
from server.crypto.container_layout import Placed, Source, find

_KEPT_RECORDS = 16


class Reader:
    """One part's plaintext with its patches laid over. Not for use by two threads at once.

    Attributes:
        header: the file's header.
        complete: the file has its FINAL record; otherwise it was interrupted, and is shown as such.
        plaintext_size: bytes.
        length_ms: from FINAL; of an interrupted part the moment of its last data record.
        torn: bytes at the end of an interrupted file that are no whole record.
    """

    def __init__(
        self,
        read_at: Callable[[int, int], bytes],
        size: int,
        data_key: bytes,
        *,
        room: str | None = None,
        recording: str | None = None,
    ) -> None:
        """`read_at` gives that many bytes, or fewer at the file's end; `room` and `recording` must be the file's.

        Raises:
            VisavisError: `wrong_key` (500; reason commit_mismatch, other_recording), or `damaged` (500; reason named in
                docs/recording-format.md).
        """
        raw = read_at(0, FIRST_RECORD)
        self.header = Header.decode(raw)
        if len(raw) < FIRST_RECORD:
            raise damaged("header_truncated", "the file ends within its header")
        cipher = PartCipher(data_key, raw[:HEADER_BYTES])
        if not cipher.commits_to(raw[HEADER_BYTES:]):
            raise wrong_key("commit_mismatch", "this key did not seal this file, or its header has been altered")
        if room not in (None, self.header.room) or recording not in (None, self.header.recording):
            raise wrong_key("other_recording", "this file belongs to another recording")
        self._source = Source(read_at, size, cipher, self.header.max_plaintext)
        layout = find(self._source)
        self._data, self._patches = layout.data, layout.patches
        self._starts = [placed.header.offset for placed in layout.data]
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self.complete = layout.complete
        self.plaintext_size = layout.plaintext_size
        self.length_ms = layout.length_ms
        self.torn = layout.torn

    def index(self) -> list[tuple[int, int]]:
        """(plaintext offset, ms) of every data record, in order."""
        return [(placed.header.offset, placed.header.at_ms) for placed in self._data]

    def whole_size(self) -> int:
        """Plaintext bytes before the last piece of data, if that piece may have been cut in two; else all of them.

        A writer splits a large piece into full records and a rest. An interrupted file whose last record is a full one
        may lack the rest.
        """
        at = len(self._data)
        if self.complete or not at or self._data[-1].header.plain_length < self.header.max_plaintext:
            return self.plaintext_size
        moment = self._data[-1].header.at_ms
        while at and self._data[at - 1].header.at_ms == moment:
            if self._data[at - 1].header.plain_length < self.header.max_plaintext:
                break
            at -= 1
        return self._starts[at]

    def read(self, start: int, end: int) -> bytes:
        """Plaintext [start, end), cut at `plaintext_size`.

        Raises:
            VisavisError: `damaged` (500; reason record_header, record_forged, file_shrunk).
        """
        start, end = max(0, start), min(end, self.plaintext_size)
        if start >= end:
            return b""
        out = bytearray(end - start)
        view = memoryview(out)
        for at in range(bisect_right(self._starts, start) - 1, len(self._data)):
            placed = self._data[at]
            first = placed.header.offset
            last = first + placed.header.plain_length
            if first >= end:
                break
            if start <= first and last <= end:
                into = view[first - start : last - start]
                self._source.cipher.open_into(placed.header, self._source.body(placed), into)
            else:
                low, high = max(first, start), min(last, end)
                view[low - start : high - start] = self._record(placed)[low - first : high - first]
        lay_over(out, start, self._patches)
        return bytes(out)

    def verify(self) -> None:
        """Open every record once. Raises as `read`."""
        for placed in self._data:
            self._source.open(placed)

    def _record(self, placed: Placed) -> bytes:
        """A record that only a part is wanted of: the next read often begins where this one ended."""
        number = placed.header.number
        if number in self._kept:
            self._kept.move_to_end(number)
        else:
            self._kept[number] = self._source.open(placed)
            if len(self._kept) > _KEPT_RECORDS:
                self._kept.popitem(last=False)
        return self._kept[number]


def lay_over(view: bytearray, start: int, patches: list[tuple[int, bytes]]) -> None:
    """Put what the patches (offset, bytes) say onto `view`, which begins at `start`; later ones win."""
    end = start + len(view)
    for offset, data in patches:
        low, high = max(offset, start), min(offset + len(data), end)
        if low < high:
            view[low - start : high - start] = data[low - offset : high - offset]
