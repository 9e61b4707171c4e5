"""Finds the records of a VREC1 file: by its authenticated index, or by walking the record headers from the front."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from server.crypto.container import (
    FINAL_BYTES,
    FIRST_RECORD,
    RECORD_HEADER_BYTES,
    RECORD_OVERHEAD,
    Entry,
    Final,
    Kind,
    PartCipher,
    RecordHeader,
    damaged,
)
from server.crypto.primitives import TAG_BYTES
from server.errors import VisavisError


class Placed(NamedTuple):
    """A record and where it lies in the file. The header says what the record must be; opening it proves it."""

    header: RecordHeader
    place: int


@dataclass(frozen=True)
class Layout:
    """All that is needed to read a part. Patches are opened already; the data records are not."""

    data: list[Placed]
    patches: list[tuple[int, bytes]]
    complete: bool
    plaintext_size: int
    length_ms: int
    torn: int
    """Bytes at the end of an interrupted file that are not used."""


class Source:
    """A file's bytes and the cipher of its part."""

    def __init__(self, read_at: Callable[[int, int], bytes], size: int, cipher: PartCipher, max_plaintext: int) -> None:
        self._read_at = read_at
        self.size = size
        self.cipher = cipher
        self.max_plaintext = max_plaintext

    def header(self, place: int) -> RecordHeader | None:
        """The record header at `place`, not yet authenticated; None where none can be, or its record is cut short."""
        if place + RECORD_OVERHEAD > self.size:
            return None
        header = RecordHeader.decode(self.bytes_at(place, RECORD_HEADER_BYTES), self.max_plaintext)
        return None if header is None or place + header.total > self.size else header

    def bytes_at(self, place: int, length: int) -> bytes:
        """Raises VisavisError `damaged`: file_shrunk."""
        raw = self._read_at(place, length)
        if len(raw) != length:
            raise damaged("file_shrunk", "the file has become shorter while it was read")
        return raw

    def body(self, placed: Placed) -> memoryview:
        """Ciphertext and tag. Raises VisavisError `damaged`: record_header when it is not the record it should be."""
        raw = self.bytes_at(placed.place, placed.header.total)
        if raw[:RECORD_HEADER_BYTES] != placed.header.encode():
            raise damaged("record_header", f"record {placed.header.number} is not where the index has it")
        return memoryview(raw)[RECORD_HEADER_BYTES:]

    def open(self, placed: Placed) -> bytes:
        """Raises VisavisError `damaged`: record_header, record_forged."""
        return self.cipher.open(placed.header, self.body(placed))

    def opens(self, placed: Placed) -> bool:
        """Whether this record is whole and true."""
        try:
            self.open(placed)
        except VisavisError:
            return False
        return True


def find(source: Source) -> Layout:
    """Raises VisavisError `damaged`, with the reasons that the functions below give."""
    return _by_index(source) or _by_walking(source)


# --- complete files


def _by_index(source: Source) -> Layout | None:
    """None when the file does not end in a FINAL record that opens."""
    place = source.size - FINAL_BYTES
    header = source.header(place) if place >= FIRST_RECORD else None
    if header is None or header.kind is not Kind.FINAL or header.total != FINAL_BYTES:
        return None
    if not source.opens(Placed(header, place)):
        return None
    final = Final.decode(source.open(Placed(header, place)))
    told = final.records - 1, final.plaintext_size, final.length_ms
    if told != (header.number, header.offset, header.at_ms):
        raise damaged("final_totals", "the final record contradicts itself")
    entries, indexes = _read_index(source, final, place)
    data, patches = _follow(source, entries, final)
    if len(data) + len(patches) + indexes + 1 != final.records:
        raise damaged("final_totals", "the final record counts other records than there are")
    return Layout(data, [_patch(source, placed, final.plaintext_size) for placed in patches], True, *told[1:], 0)


def _read_index(source: Source, final: Final, end: int) -> tuple[list[Entry], int]:
    """All entries, and how many INDEX records held them: they fill the place before FINAL, numbered up to it."""
    found: list[Placed] = []
    place = final.index_place
    while FIRST_RECORD <= place < end:
        header = source.header(place)
        if header is None or header.kind is not Kind.INDEX:
            break
        found.append(Placed(header, place))
        place += header.total
    numbers = [placed.header.number for placed in found]
    if place != end or not found or numbers != list(range(final.records - 1 - len(found), final.records - 1)):
        raise damaged("final_index", "there is no index where the final record has it")
    return [entry for placed in found for entry in Entry.decode_all(source.open(placed))], len(found)


def _follow(source: Source, entries: list[Entry], final: Final) -> tuple[list[Placed], list[Placed]]:
    """The data records that the entries name, and the patches that lie between them; together they leave no gap."""
    data: list[Placed] = []
    patches: list[Placed] = []
    place, number = FIRST_RECORD, 0
    ends = [*entries, Entry(final.plaintext_size, final.length_ms, final.index_place)]
    if ends[0].offset != 0:
        raise damaged("index_entry", "the index does not begin with the first byte")
    between = _patches_between(source, place, ends[0].place, number)
    for entry, after in pairwise(ends):
        patches += between
        number += len(between)
        length = after.offset - entry.offset
        if not 0 < length <= source.max_plaintext:
            raise damaged("index_entry", "an entry of the index has no possible length")
        header = RecordHeader(length + TAG_BYTES, Kind.DATA, number, entry.offset, entry.at_ms)
        data.append(Placed(header, entry.place))
        number += 1
        between = _patches_between(source, entry.place + header.total, after.place, number)
    return data, patches + between


def _patches_between(source: Source, place: int, end: int, number: int) -> list[Placed]:
    found: list[Placed] = []
    while place < end:
        header = source.header(place)
        if header is None or header.kind is not Kind.PATCH or header.number != number + len(found):
            break
        found.append(Placed(header, place))
        place += header.total
    if place != end:
        raise damaged("index_entry", "the records are not where the index has them")
    return found


def _patch(source: Source, placed: Placed, plaintext_size: int) -> tuple[int, bytes]:
    if placed.header.offset + placed.header.plain_length > plaintext_size:
        raise damaged("patch_outside", "a patch lies outside of what was written")
    return placed.header.offset, source.open(placed)


# --- interrupted files


def _by_walking(source: Source) -> Layout:
    """Ends at the first bytes that are no whole record, and before trailing records that do not open: what the last
    second before a power cut leaves behind. Records that are whole but out of order are an error, not an end."""
    records = _walk(source)
    while records and not source.opens(records[-1]):
        records.pop()
    if records and records[-1].header.kind is Kind.FINAL:
        raise damaged("after_final", "something follows the final record")
    data = [placed for placed in records if placed.header.kind is Kind.DATA]
    end = data[-1].header.offset + data[-1].header.plain_length if data else 0
    patches = [_patch(source, placed, end) for placed in records if placed.header.kind is Kind.PATCH]
    used = records[-1].place + records[-1].header.total if records else FIRST_RECORD
    return Layout(data, patches, False, end, data[-1].header.at_ms if data else 0, source.size - used)


def _walk(source: Source) -> list[Placed]:
    records: list[Placed] = []
    place, offset, at_ms, last = FIRST_RECORD, 0, 0, Kind.DATA
    while (header := source.header(place)) is not None:
        if last is Kind.FINAL and source.opens(records[-1]):
            raise damaged("after_final", "something follows the final record")
        if header.number != len(records):
            raise damaged("sequence_gap", f"record {len(records)} is missing, or another stands in its place")
        if last is Kind.INDEX and header.kind < Kind.INDEX:
            raise damaged("after_index", "something other than the final record follows the index")
        if header.kind is Kind.DATA:
            if header.offset != offset or header.plain_length == 0:
                raise damaged("offset_gap", f"record {header.number} does not go on where the one before ended")
            if header.at_ms < at_ms:
                raise damaged("time_backwards", f"record {header.number} is earlier than the one before")
            offset, at_ms = offset + header.plain_length, header.at_ms
        records.append(Placed(header, place))
        place, last = place + header.total, header.kind
    return records
