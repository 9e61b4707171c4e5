"""VREC1, the sealed container: what its bytes mean. docs/recording-format.md says the same in words.

    header (88) | commitment (32) | record, record, …
    record: length u32 | kind u8 | 0 0 0 | number u64 | plaintext offset u64 | ms u64 | AES-256-GCM ciphertext and tag

All integers are big-endian. `container_writer` makes such files, `container_reader` opens them.
"""

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.crypto.primitives import LABEL, TAG_BYTES, expand
from server.errors import VisavisError

MAGIC = b"VREC1\r\n\x1a"
VERSION = 1
SUITE_AES_256_GCM = 1
COMMITMENT_BYTES = 32
MAX_PLAINTEXT = 64 * 1024
"""Plaintext bytes in one record, unless a file's header says less."""
LARGEST_MAX_PLAINTEXT = 1 << 24

_HEADER = struct.Struct(">8sBBHIQ16s16s32s")
_RECORD = struct.Struct(">IB3sQQQ")
_ENTRY = struct.Struct(">QQQ")
_FINAL = struct.Struct(">QQQQ")
HEADER_BYTES = _HEADER.size
RECORD_HEADER_BYTES = _RECORD.size
RECORD_OVERHEAD = RECORD_HEADER_BYTES + TAG_BYTES
ENTRY_BYTES = _ENTRY.size
FINAL_BYTES = RECORD_OVERHEAD + _FINAL.size
FIRST_RECORD = HEADER_BYTES + COMMITMENT_BYTES


class Kind(IntEnum):
    """What a record holds."""

    DATA = 0
    PATCH = 1
    """Bytes laid over the plaintext from the record's offset on, later than what stands there."""
    INDEX = 2
    FINAL = 3


def damaged(reason: str, detail: str) -> VisavisError:
    """VisavisError `damaged` (500); `reason` is stable, and the name a bad test vector goes by."""
    return VisavisError("damaged", detail, 500, reason=reason)


def wrong_key(reason: str, detail: str) -> VisavisError:
    """VisavisError `wrong_key` (500)."""
    return VisavisError("wrong_key", detail, 500, reason=reason)


@dataclass(frozen=True)
class Header:
    """The first 88 bytes. Ids are 16 ASCII characters; the salt makes the keys of each part its own."""

    room: str
    recording: str
    created_ms: int
    max_plaintext: int = MAX_PLAINTEXT
    part_salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __post_init__(self) -> None:
        if not (self.room.isascii() and self.recording.isascii() and len(self.room) == len(self.recording) == 16):
            raise ValueError("an id has 16 ASCII characters")
        if not 1 <= self.max_plaintext <= LARGEST_MAX_PLAINTEXT or len(self.part_salt) != 32:
            raise ValueError("no such header")

    def encode(self) -> bytes:
        """88 bytes."""
        ids = self.room.encode("ascii"), self.recording.encode("ascii")
        fixed = MAGIC, VERSION, SUITE_AES_256_GCM, 0
        return _HEADER.pack(*fixed, self.max_plaintext, self.created_ms, *ids, self.part_salt)

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Raises VisavisError `damaged`: header_truncated, header_magic, header_version, header_suite, header_flags,
        header_max_plaintext, header_ids."""
        if len(raw) < HEADER_BYTES:
            raise damaged("header_truncated", "the file ends within its header")
        magic, version, suite, flags, max_plaintext, created, room, recording, salt = _HEADER.unpack_from(raw)
        if magic != MAGIC:
            raise damaged("header_magic", "this is not a sealed recording")
        if version != VERSION:
            raise damaged("header_version", "this version of the format is not known")
        if suite != SUITE_AES_256_GCM:
            raise damaged("header_suite", "this cipher suite is not known")
        if flags != 0:
            raise damaged("header_flags", "flags are set that are not known")
        if not 1 <= max_plaintext <= LARGEST_MAX_PLAINTEXT:
            raise damaged("header_max_plaintext", "records of no or of too large a size")
        if not (room.isascii() and recording.isascii()):
            raise damaged("header_ids", "the ids are not ASCII")
        return cls(room.decode("ascii"), recording.decode("ascii"), created, max_plaintext, salt)


@dataclass(frozen=True)
class RecordHeader:
    """The 32 bytes before a record's ciphertext; `length` counts plaintext and tag."""

    length: int
    kind: Kind
    number: int
    offset: int
    at_ms: int

    @property
    def plain_length(self) -> int:
        return self.length - TAG_BYTES

    @property
    def total(self) -> int:
        """Bytes the whole record takes in the file."""
        return RECORD_HEADER_BYTES + self.length

    def encode(self) -> bytes:
        """32 bytes."""
        return _RECORD.pack(self.length, self.kind, bytes(3), self.number, self.offset, self.at_ms)

    @classmethod
    def decode(cls, raw: bytes, max_plaintext: int) -> Self | None:
        """None where no writer could have made such 32 bytes."""
        length, kind, zeros, number, offset, at_ms = _RECORD.unpack_from(raw)
        largest = max(max_plaintext, _FINAL.size, ENTRY_BYTES) + TAG_BYTES
        if zeros != bytes(3) or kind > Kind.FINAL or not TAG_BYTES <= length <= largest:
            return None
        return cls(length, Kind(kind), number, offset, at_ms)


@dataclass(frozen=True)
class Entry:
    """One DATA record in the index: where it lies in the plaintext, its time, where it lies in the file."""

    offset: int
    at_ms: int
    place: int

    def encode(self) -> bytes:
        """24 bytes."""
        return _ENTRY.pack(self.offset, self.at_ms, self.place)

    @classmethod
    def decode_all(cls, raw: bytes) -> list[Self]:
        """Raises VisavisError `damaged`: index_length."""
        if len(raw) % ENTRY_BYTES:
            raise damaged("index_length", "an index record holds a part of an entry")
        return [cls(*values) for values in _ENTRY.iter_unpack(raw)]


@dataclass(frozen=True)
class Final:
    """What the last record says: records in all (itself too), bytes of plaintext, length, where the index begins."""

    records: int
    plaintext_size: int
    length_ms: int
    index_place: int

    def encode(self) -> bytes:
        """32 bytes."""
        return _FINAL.pack(self.records, self.plaintext_size, self.length_ms, self.index_place)

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """From exactly 32 bytes."""
        return cls(*_FINAL.unpack(raw))


def index_entries_per_record(max_plaintext: int) -> int:
    """How many entries fit into one INDEX record."""
    return max(1, max_plaintext // ENTRY_BYTES)


class PartCipher:
    """The key of one part, and its commitment: only the true key and the true header give these 32 bytes."""

    def __init__(self, data_key: bytes, header: bytes) -> None:
        self._header_hash = hashlib.sha256(header).digest()
        part_salt = _HEADER.unpack(header)[-1]
        prk = HKDF(hashes.SHA256(), 32, part_salt, LABEL + b"part-prk").derive(data_key)
        both = expand(prk, b"part-keys", self._header_hash, 64)
        self._aead = AESGCM(both[:32])
        self.commitment = both[32:]

    def commits_to(self, commitment: bytes) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(commitment, self.commitment)

    def seal(self, header: RecordHeader, plaintext: bytes | memoryview) -> bytes:
        """The whole record. The caller never seals two plaintexts under one kind and number: that is the nonce."""
        raw = header.encode()
        record = bytearray(header.total)
        record[:RECORD_HEADER_BYTES] = raw
        body = memoryview(record)[RECORD_HEADER_BYTES:]
        self._aead.encrypt_into(_nonce(header), plaintext, self._header_hash + raw, body)
        return bytes(record)

    def open_into(self, header: RecordHeader, body: bytes | memoryview, into: memoryview) -> None:
        """Ciphertext and tag to plaintext, written to `into`. Raises VisavisError `damaged`: record_forged."""
        try:
            self._aead.decrypt_into(_nonce(header), body, self._header_hash + header.encode(), into)
        except InvalidTag:
            raise damaged("record_forged", f"record {header.number} has been altered") from None

    def open(self, header: RecordHeader, body: bytes | memoryview) -> bytes:
        """Ciphertext and tag to plaintext. Raises as `open_into`."""
        plain = bytearray(header.plain_length)
        self.open_into(header, body, memoryview(plain))
        return bytes(plain)


def _nonce(header: RecordHeader) -> bytes:
    return bytes((header.kind, 0, 0, 0)) + header.number.to_bytes(8)
