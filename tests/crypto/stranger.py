"""A reader written from docs/recording-format.md alone. It shares no code with the server, so the two can disagree."""

import hashlib
import hmac
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LABEL = b"visavis.rec/v1 "


class BadFileError(Exception):
    """The file is not what it should be."""


class Record(NamedTuple):
    kind: int
    number: int
    offset: int
    at_ms: int
    place: int
    raw: bytes
    body: bytes


def number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand from HMAC alone."""
    out, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]


class File:
    """`outcome` is complete or interrupted; `plaintext` is the film."""

    def __init__(self, raw: bytes, data_key: bytes) -> None:
        if len(raw) < 120 or raw[:12] != b"VREC1\r\n\x1a\x01\x01\0\0":
            raise BadFileError("header")
        self.raw, self.largest = raw, number(raw[12:16])
        self.hash = hashlib.sha256(raw[:88]).digest()
        extracted = hmac.digest(raw[56:88], data_key, "sha256")
        both = expand(expand(extracted, LABEL + b"part-prk", 32), LABEL + b"part-keys" + self.hash, 64)
        if not hmac.compare_digest(both[32:], raw[88:120]):
            raise BadFileError("commitment")
        self.aead = AESGCM(both[:32])
        records = self._walk()
        self.outcome = "complete" if records and records[-1].kind == 3 and self._opens(records[-1]) else "interrupted"
        if self.outcome == "complete":
            self._check_ends(records)
        while records and not self._opens(records[-1]):
            records.pop()
        if self.outcome == "interrupted" and records and records[-1].kind == 3:
            raise BadFileError("after final")
        self.torn = len(raw) - (records[-1].place + len(records[-1].raw) + len(records[-1].body) if records else 120)
        self.length_ms = max((record.at_ms for record in records if record.kind in {0, 3}), default=0)
        self.plaintext = self._film(records)

    def _record(self, place: int) -> Record | None:
        raw = self.raw[place : place + 32]
        length = number(raw[:4])
        if len(raw) < 32 or raw[4] > 3 or raw[5:8] != bytes(3) or not 16 <= length <= max(self.largest, 32) + 16:
            return None
        body = self.raw[place + 32 : place + 32 + length]
        if len(body) < length:
            return None
        return Record(raw[4], number(raw[8:16]), number(raw[16:24]), number(raw[24:]), place, raw, body)

    def _walk(self) -> list[Record]:
        records: list[Record] = []
        place, end = 120, 0
        while (record := self._record(place)) is not None:
            if record.number != len(records):
                raise BadFileError("sequence")
            if records and records[-1].kind == 2 and record.kind < 2:
                raise BadFileError("after index")
            if record.kind == 0:
                if record.offset != end or len(record.body) == 16:
                    raise BadFileError("offset")
                if any(record.at_ms < before.at_ms for before in records if before.kind == 0):
                    raise BadFileError("time")
                end += len(record.body) - 16
            records.append(record)
            place += 32 + len(record.body)
        finals = [record for record in records[:-1] if record.kind == 3 and self._opens(record)]
        if finals or (records and records[-1].kind == 3 and self._opens(records[-1]) and place != len(self.raw)):
            raise BadFileError("after final")
        return records

    def _check_ends(self, records: list[Record]) -> None:
        final, data = records[-1], [record for record in records if record.kind == 0]
        told = self._open(final)
        count, size, length, index_place = (number(told[at : at + 8]) for at in range(0, 32, 8))
        indexes = [record for record in records if record.kind == 2]
        true_size = sum(len(record.body) - 16 for record in data)
        if (count, size, length) != (len(records), final.offset, final.at_ms) or size != true_size:
            raise BadFileError("final totals")
        if not indexes or indexes[0].place != index_place:
            raise BadFileError("final index")
        entries = b"".join(self._open(record) for record in indexes)
        if entries != b"".join(record.raw[16:32] + record.place.to_bytes(8, "big") for record in data):
            raise BadFileError("index")

    def _open(self, record: Record) -> bytes:
        nonce = bytes([record.kind, 0, 0, 0]) + record.raw[8:16]
        return self.aead.decrypt(nonce, record.body, self.hash + record.raw)

    def _opens(self, record: Record) -> bool:
        try:
            self._open(record)
        except InvalidTag:
            return False
        return True

    def _film(self, records: list[Record]) -> bytes:
        film = bytearray(b"".join(self._open(record) for record in records if record.kind == 0))
        for record in records:
            if record.kind == 1:
                patch = self._open(record)
                if record.offset + len(patch) > len(film):
                    raise BadFileError("patch")
                film[record.offset : record.offset + len(patch)] = patch
        return bytes(film)
