"""What holds for every sealed part: nothing altered passes as complete, any range reads true, headers round-trip."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.crypto.container import FIRST_RECORD, Entry, Final, Header, Kind, RecordHeader
from server.crypto.container_reader import Reader
from server.crypto.container_writer import Writer
from server.errors import VisavisError
from tests.crypto.container_files import KEY, ROOM, known_answer, usual, writer


def reader_of(file: bytes) -> Reader:
    return Reader(lambda at, length: file[at : at + length], len(file), KEY)


def passes_as_complete(file: bytes) -> bool:
    try:
        reader = reader_of(file)
        reader.verify()
    except VisavisError:
        return False
    return reader.complete


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_every_flipped_bit_is_noticed(step: int) -> None:
    file = b"".join(usual()[0])
    assert passes_as_complete(file)
    for bit in range(0, len(file) * 8, step):
        altered = bytearray(file)
        altered[bit // 8] ^= 1 << bit % 8
        assert not passes_as_complete(bytes(altered)), f"bit {bit}"


def test_no_beginning_of_a_file_passes_as_complete() -> None:
    file = known_answer().file
    for size in range(len(file)):
        assert not passes_as_complete(file[:size]), f"cut at {size}"


def test_a_cut_after_any_record_leaves_all_before_it_readable() -> None:
    pieces, plaintext = usual()
    sizes = [0, 64, 100, 110, 110, 140, 140, 140]
    for count, size in enumerate(sizes, 1):
        reader = reader_of(b"".join(pieces[:count]))
        patched = plaintext if count > 4 else b"A" * 100 + plaintext[100:]
        assert (reader.complete, reader.torn) == (False, 0)
        assert reader.read(0, 1000) == patched[:size]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_rearrangement_passes_as_complete(data: st.DataObject) -> None:
    start, *records = usual()[0]
    foreign = usual(b"\x0b" * 32)[0][1:]
    arranged = list(records)
    for _ in range(data.draw(st.integers(1, 3))):
        at, other = (data.draw(st.integers(0, len(arranged) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["swap", "drop", "repeat", "splice"])):
            case "swap":
                arranged[at], arranged[other] = arranged[other], arranged[at]
            case "drop" if len(arranged) > 1:
                del arranged[at]
            case "repeat":
                arranged.insert(other, arranged[at])
            case _:
                arranged[at] = foreign[at % len(foreign)]
    assert passes_as_complete(start + b"".join(arranged)) == (arranged == records)


@given(
    pieces=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), max_size=8),
    patches=st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=90)), max_size=4),
    ranges=st.lists(st.tuples(st.integers(-5, 900), st.integers(-5, 900)), min_size=1, max_size=6),
    finished=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_any_range_reads_what_was_written(
    pieces: list[tuple[int, int]], patches: list[tuple[int, bytes]], ranges: list[tuple[int, int]], finished: bool
) -> None:
    made, plain, at_ms = writer(64), bytearray(), 0
    file = [made.start()]
    for number, (size, later) in enumerate(pieces):
        at_ms += later
        chunk = bytes((number * 31 + at) % 256 for at in range(size))
        file += made.data(chunk, at_ms)
        plain += chunk
    for offset, patch in patches:
        if offset + len(patch) <= len(plain):
            file += made.patch(offset, patch)
            plain[offset : offset + len(patch)] = patch
    if finished:
        file += made.finish(at_ms + 5)
    reader = reader_of(b"".join(file))
    assert (reader.complete, reader.plaintext_size, reader.torn) == (finished, len(plain), 0)
    assert made.size == sum(map(len, file))
    for start, end in ranges:
        assert reader.read(start, end) == bytes(plain[max(0, start) : max(0, end)])


def test_a_read_opens_only_what_it_needs() -> None:
    made = writer(64)
    file = made.start() + b"".join([*made.data(b"x" * 6400, 0), *made.finish(1)])
    asked: list[int] = []

    def read_at(at: int, length: int) -> bytes:
        asked.append(length)
        return file[at : at + length]

    reader = Reader(read_at, len(file), KEY)
    del asked[:]
    reader.read(2950, 2960)
    assert asked == [32 + 64 + 16]
    reader.read(2960, 2970)
    assert len(asked) == 1, "the record was kept"


class TestHeaders:
    @given(st.integers(1, 1 << 24), st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))
    @settings(max_examples=30)
    def test_a_header_gives_its_bytes_back(self, largest: int, created: int, salt: bytes) -> None:
        header = Header(ROOM, "a" * 16, created, largest, salt)
        assert Header.decode(header.encode()) == header
        assert len(header.encode()) == 88

    @given(st.binary(min_size=32, max_size=32))
    @settings(max_examples=100)
    def test_parsed_record_headers_give_their_bytes_back(self, raw: bytes) -> None:
        shaped = bytes(2) + raw[2:4] + bytes([raw[4] % 4]) + bytes(3) + raw[8:]
        header = RecordHeader.decode(shaped, 1 << 16)
        assert header is None or header.encode() == shaped

    def test_what_no_writer_makes_is_no_record_header(self) -> None:
        fine = RecordHeader(16 + 64, Kind.DATA, 0, 0, 0).encode()
        assert RecordHeader.decode(fine, 64) is not None
        assert RecordHeader.decode(fine, 63) is None
        assert RecordHeader.decode(fine[:4] + b"\x04" + fine[5:], 64) is None
        assert RecordHeader.decode(fine[:5] + b"\x01" + fine[6:], 64) is None
        assert RecordHeader.decode(RecordHeader(15, Kind.DATA, 0, 0, 0).encode(), 64) is None

    def test_entries_and_totals_give_their_bytes_back(self) -> None:
        entries = [Entry(1, 2, 3), Entry(4, 5, 2**64 - 1)]
        assert Entry.decode_all(b"".join(entry.encode() for entry in entries)) == entries
        assert Final.decode(Final(1, 2, 3, 4).encode()) == Final(1, 2, 3, 4)

    def test_ids_of_another_length_are_a_mistake_of_ours(self) -> None:
        with pytest.raises(ValueError, match="16 ASCII"):
            Header("short", "a" * 16, 0)


class TestWriter:
    @pytest.mark.parametrize(
        "call",
        [lambda w: w.data(b"x", 9), lambda w: w.patch(0, b"x"), lambda w: w.finish(9)],
        ids=["data", "patch", "finish"],
    )
    @pytest.mark.parametrize("end", [lambda w: w.finish(8), lambda w: w.poison()], ids=["finished", "poisoned"])
    def test_refuses_all_work_when_it_is_over(
        self, call: Callable[[Writer], object], end: Callable[[Writer], object]
    ) -> None:
        made = writer()
        made.data(b"x", 1)
        end(made)
        with pytest.raises(ValueError, match="finished or has failed"):
            call(made)

    def test_time_never_goes_back(self) -> None:
        made = writer()
        made.data(b"x", 5)
        with pytest.raises(ValueError, match="time"):
            made.data(b"x", 4)

    @pytest.mark.parametrize(("offset", "data"), [(-1, b"x"), (3, b"x"), (2, b"xy")])
    def test_a_patch_lies_within(self, offset: int, data: bytes) -> None:
        made = writer()
        made.data(b"abc", 0)
        with pytest.raises(ValueError, match="within"):
            made.patch(offset, data)

    def test_each_part_has_a_key_of_its_own(self) -> None:
        files = set()
        for _ in range(3):
            made = Writer(KEY, room=ROOM, recording="a" * 16, created_ms=0)
            files.add((made.start()[88:FIRST_RECORD], made.data(b"x" * 50, 0)[0][32:]))
        assert len({commitment for commitment, _ in files}) == len({sealed for _, sealed in files}) == 3

    def test_nothing_of_the_plaintext_shows(self) -> None:
        made = writer(1024)
        file = made.start() + b"".join([*made.data(b"\x1aE\xdf\xa3 V_VP8 secret " * 50, 0), *made.finish(1)])
        assert b"V_VP8" not in file
        assert b"\x1aE\xdf\xa3" not in file
