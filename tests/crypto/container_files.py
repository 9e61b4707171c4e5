"""Small sealed files, good and bad, as the vectors have them: name -> how it is made and how it must be read."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.crypto.container import Entry, Final, Header, Kind, PartCipher, RecordHeader
from server.crypto.container_writer import Writer

VECTORS = Path(__file__).parent.parent / "vectors" / "container"
KEY, OTHER_KEY = b"\x07" * 32, b"\x08" * 32
SALT, OTHER_SALT = b"\x09" * 32, b"\x0a" * 32
ROOM, RECORDING = "R" * 16, "V" * 16
CREATED_MS = 1_700_000_000_000
TAG = 16


@dataclass(frozen=True)
class Case:
    """A file, what opens it, and the outcome: complete, interrupted, damaged or wrong_key (with the reason)."""

    name: str
    file: bytes
    outcome: str
    reason: str = ""
    plaintext: bytes = b""
    length_ms: int = 0
    torn: int = 0
    key: bytes = KEY
    recording: str = RECORDING

    def manifest(self) -> dict[str, Any]:
        row: dict[str, Any] = {"name": self.name, "key": self.key.hex(), "room": ROOM, "recording": self.recording}
        row["outcome"] = self.outcome
        if self.reason:
            return row | {"reason": self.reason}
        digest = hashlib.sha256(self.plaintext).hexdigest()
        read = {"plaintext_size": len(self.plaintext), "plaintext_sha256": digest, "length_ms": self.length_ms}
        return row | read | {"torn": self.torn}


def writer(max_plaintext: int = 64, salt: bytes = SALT) -> Writer:
    return Writer(
        KEY, room=ROOM, recording=RECORDING, created_ms=CREATED_MS, max_plaintext=max_plaintext, part_salt=salt
    )


def usual(salt: bytes = SALT, letters: str = "ABC") -> tuple[list[bytes], bytes]:
    """Start, records 0 to 4 (64 A, 36 A, 10 B, patch, 30 C), two of index, final; and the plaintext."""
    made = writer(salt=salt)
    a, b, c = (letter.encode() for letter in letters)
    pieces = [made.start(), *made.data(a * 100, 0), *made.data(b * 10, 500), *made.patch(4, b"ZZ")]
    pieces += [*made.data(c * 30, 900), *made.finish(1200)]
    return pieces, a * 4 + b"ZZ" + a * 94 + b * 10 + c * 30


@dataclass(frozen=True)
class Lie:
    """A record as only a holder of the key could forge it."""

    kind: Kind
    number: int
    offset: int
    at_ms: int
    plaintext: bytes


def forged(*records: Lie, max_plaintext: int = 64) -> bytes:
    header = Header(ROOM, RECORDING, CREATED_MS, max_plaintext, SALT).encode()
    cipher = PartCipher(KEY, header)
    file = header + cipher.commitment
    for lie in records:
        shape = RecordHeader(len(lie.plaintext) + TAG, lie.kind, lie.number, lie.offset, lie.at_ms)
        file += cipher.seal(shape, lie.plaintext)
    return file


def flipped(file: bytes, place: int, bit: int = 1) -> bytes:
    altered = bytearray(file)
    altered[place] ^= bit
    return bytes(altered)


def known_answer() -> Case:
    made = writer(1024)
    pieces = [made.start(), *made.data(b"A" * 1500, 0), *made.data(b"B" * 10, 1000), *made.patch(4, b"ZZ")]
    pieces += made.finish(1000)
    return Case("known_answer", b"".join(pieces), "complete", "", b"AAAAZZ" + b"A" * 1494 + b"B" * 10, 1000)


def good() -> Iterator[Case]:
    yield known_answer()
    pieces, plaintext = usual()
    yield Case("complete", b"".join(pieces), "complete", "", plaintext, 1200)
    made = writer()
    yield Case("complete_empty", made.start() + b"".join(made.finish(0)), "complete")
    for size in (1, 63, 64, 65, 128, 129):
        made = writer()
        file = made.start() + b"".join([*made.data(b"x" * size, 0), *made.finish(7)])
        yield Case(f"complete_size_{size}", file, "complete", "", b"x" * size, 7)
    made = writer(24)
    records = [*made.data(bytes(range(200)), 3), *made.patch(20, b"!" * 60), *made.patch(30, b"?"), *made.finish(9)]
    plaintext = bytes(range(20)) + b"!" * 10 + b"?" + b"!" * 49 + bytes(range(80, 200))
    yield Case(
        "complete_many_index_records_and_patches", made.start() + b"".join(records), "complete", "", plaintext, 9
    )


def interrupted() -> Iterator[Case]:
    pieces, plaintext = usual()
    file = b"".join(pieces)
    records = b"".join(pieces[:6])
    yield Case("interrupted_no_final", file[:-80], "interrupted", "", plaintext, 900)
    yield Case("interrupted_no_index", records, "interrupted", "", plaintext, 900)
    yield Case("interrupted_header_alone", pieces[0], "interrupted")
    yield Case("interrupted_final_cut", file[:-1], "interrupted", "", plaintext, 900, 79)
    yield Case("interrupted_final_altered", flipped(file, -1), "interrupted", "", plaintext, 900, 80)
    yield Case("interrupted_record_truncated", records[:-1], "interrupted", "", plaintext[:110], 500, 77)
    yield Case("interrupted_record_header_truncated", records[:-50], "interrupted", "", plaintext[:110], 500, 28)
    yield Case("interrupted_last_record_altered", flipped(records, -1), "interrupted", "", plaintext[:110], 500, 78)
    yield Case("interrupted_zeros_at_end", records + bytes(500), "interrupted", "", plaintext, 900, 500)


def bad_headers() -> Iterator[Case]:
    file = b"".join(usual()[0])
    yield Case("header_magic", flipped(file, 0), "damaged", "header_magic")
    yield Case("header_version", flipped(file, 8, 2), "damaged", "header_version")
    yield Case("header_suite", flipped(file, 9, 2), "damaged", "header_suite")
    yield Case("header_flags", flipped(file, 11), "damaged", "header_flags")
    yield Case("header_max_plaintext", flipped(file, 15, 64), "damaged", "header_max_plaintext")
    yield Case("header_ids", flipped(file, 24, 128), "damaged", "header_ids")
    yield Case("header_truncated", file[:87], "damaged", "header_truncated")
    yield Case("commitment_truncated", file[:119], "damaged", "header_truncated")
    yield Case("commit_mismatch", flipped(file, 100), "wrong_key", "commit_mismatch")
    yield Case("header_created_altered", flipped(file, 23), "wrong_key", "commit_mismatch")
    yield Case("header_salt_altered", flipped(file, 80), "wrong_key", "commit_mismatch")
    yield Case("wrong_key", file, "wrong_key", "commit_mismatch", key=OTHER_KEY)
    yield Case("other_recording", file, "wrong_key", "other_recording", recording="W" * 16)


def bad_complete() -> Iterator[Case]:
    """Files that end in a true FINAL record, and were altered before it."""
    pieces = usual()[0]
    file = b"".join(pieces)
    _start, _first, second, third, patch, fourth, index, _more_index, final = pieces
    other = usual(OTHER_SALT)[0]
    same = writer()
    twins = [*same.data(b"A" * 64, 0), *same.data(b"B" * 64, 0)]
    swapped = same.start() + b"".join([twins[1], twins[0], *same.finish(1)])
    yield Case("record_forged", flipped(file, 120 + 40), "damaged", "record_forged")
    yield Case("record_header", flipped(file, 120 + 31), "damaged", "record_header")
    yield Case("records_swapped", swapped, "damaged", "record_header")
    yield Case("record_spliced", file.replace(second, other[2]), "damaged", "record_forged")
    yield Case("record_dropped", file.replace(third, b""), "damaged", "final_index")
    yield Case("record_repeated", file.replace(third, third + third), "damaged", "final_index")
    yield Case("patch_forged", file.replace(patch, flipped(patch, -1)), "damaged", "record_forged")
    yield Case("patch_dropped", file.replace(patch, b""), "damaged", "final_index")
    yield Case("index_altered", file.replace(index, flipped(index, 40)), "damaged", "record_forged")
    yield Case("index_dropped", file.replace(index, b""), "damaged", "index_entry")
    yield Case("after_final", file + fourth, "damaged", "after_final")
    yield Case("after_final_junk", file + b"x", "damaged", "after_final")
    yield Case("final_twice", file + final, "damaged", "final_index")


def bad_interrupted() -> Iterator[Case]:
    start, first, second, third, _patch, fourth = usual()[0][:6]
    yield Case("sequence_gap", start + first + third + fourth, "damaged", "sequence_gap")
    yield Case("sequence_repeat", start + first + second + second, "damaged", "sequence_gap")
    yield Case("sequence_swap", start + second + first, "damaged", "sequence_gap")
    first_lie = Lie(Kind.DATA, 0, 0, 500, b"A" * 10)
    yield Case("offset_gap", forged(first_lie, Lie(Kind.DATA, 1, 11, 500, b"B")), "damaged", "offset_gap")
    yield Case("empty_record", forged(first_lie, Lie(Kind.DATA, 1, 10, 500, b"")), "damaged", "offset_gap")
    yield Case("time_backwards", forged(first_lie, Lie(Kind.DATA, 1, 10, 499, b"B")), "damaged", "time_backwards")
    after = Lie(Kind.INDEX, 1, 10, 500, b""), Lie(Kind.DATA, 2, 10, 500, b"B")
    yield Case("after_index", forged(first_lie, *after), "damaged", "after_index")
    yield Case("patch_outside", forged(first_lie, Lie(Kind.PATCH, 1, 8, 0, b"ZZZ")), "damaged", "patch_outside")


def bad_finals() -> Iterator[Case]:
    """Files whose FINAL or INDEX record opens and does not tell the truth."""
    data, place = Lie(Kind.DATA, 0, 0, 0, b"A" * 10), 120 + 58
    entry = Entry(0, 0, 120).encode()
    index = Lie(Kind.INDEX, 1, 10, 5, entry)

    def ends(name: str, reason: str, final: Final, index: Lie = index, number: int = 2) -> Case:
        last = Lie(Kind.FINAL, number, final.plaintext_size, 5, final.encode())
        return Case(name, forged(data, index, last), "damaged", reason)

    yield ends("final_totals", "final_totals", Final(4, 10, 5, place))
    yield ends("final_totals_length", "final_totals", Final(3, 10, 6, place))
    yield ends("final_count", "final_totals", Final(4, 10, 5, place), Lie(Kind.INDEX, 2, 10, 5, entry), 3)
    yield ends("final_plaintext_size", "index_entry", Final(3, 9, 5, place))
    yield ends("final_index", "final_index", Final(3, 10, 5, 120))
    yield ends("final_index_outside", "final_index", Final(3, 10, 5, 1 << 60))
    yield ends("index_length", "index_length", Final(3, 10, 5, place), Lie(Kind.INDEX, 1, 10, 5, entry[:-1]))
    empty = Lie(Kind.INDEX, 1, 10, 5, b"")
    yield ends("index_entry_missing", "index_entry", Final(3, 10, 5, place), empty)
    moved = Lie(Kind.INDEX, 1, 10, 5, Entry(0, 0, 121).encode())
    yield ends("index_entry_moved", "index_entry", Final(3, 10, 5, place), moved)
    offset = Lie(Kind.INDEX, 1, 10, 5, Entry(1, 0, 120).encode())
    yield ends("index_entry_offset", "index_entry", Final(3, 10, 5, place), offset)
    twice = Lie(Kind.INDEX, 1, 10, 5, entry + entry)
    yield ends("index_entry_without_length", "index_entry", Final(3, 10, 5, place), twice)
    later = Lie(Kind.INDEX, 1, 10, 5, Entry(0, 1, 120).encode())
    yield ends("index_entry_time", "record_header", Final(3, 10, 5, place), later)


def all_cases() -> list[Case]:
    makers = (good, interrupted, bad_headers, bad_complete, bad_interrupted, bad_finals)
    return [case for make in makers for case in make()]


def write_vectors() -> None:
    """Write every file and the manifest anew: `python -m tests.crypto.container_files` from the checkout's root."""
    cases = all_cases()
    for case in cases:
        digits = case.file.hex()
        lines = [digits[at : at + 96] for at in range(0, len(digits), 96)]
        (VECTORS / f"{case.name}.hex").write_text("\n".join(lines) + "\n")
    manifest = {"format": "VREC1", "vectors": [case.manifest() for case in cases]}
    (VECTORS / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    write_vectors()
