"""Sealed files on a real disk: how they are made, when they are durable, what an error leaves, how they read."""

import asyncio
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.crypto import keys
from server.crypto.keys import MasterKeys
from server.errors import VisavisError
from server.ids import new_id
from server.store.sealed import Checkpoint, OnCheckpoint, SealedPart, SealedReader, Sign

KEY = b"\x07" * 32
ROOM, RECORDING, PART = new_id(), new_id(), new_id()


async def a_part(
    path: Path, *, sign: Sign | None = None, on_checkpoint: OnCheckpoint | None = None, max_plaintext: int = 64
) -> SealedPart:
    return await SealedPart.create(
        path,
        key=KEY,
        room=ROOM,
        recording=RECORDING,
        part=PART,
        created_ms=1_800_000_000_000,
        sign=sign,
        on_checkpoint=on_checkpoint,
        max_plaintext=max_plaintext,
        sync_every_s=3600,
    )


async def opened(path: Path, promised_size: int = 0) -> SealedReader:
    return await SealedReader.open(path, key=KEY, room=ROOM, recording=RECORDING, promised_size=promised_size)


async def whole(path: Path) -> tuple[bool, bytes]:
    reader = await opened(path)
    data = await reader.read(0, reader.size)
    await reader.close()
    return reader.complete, data


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A real write error (EFBIG) from the kernel, without a small disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_part_reads_back_and_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / RECORDING / "one.vrec"
    part = await a_part(path)
    await part.append(b"head" * 10, 0)
    await part.append(b"x" * 200, 40)
    await part.patch(4, b"HEAD")
    await part.finish(500)
    assert part.size == path.stat().st_size
    reader = await opened(path)
    assert (reader.complete, reader.size, reader.length_ms, reader.lost) == (True, 240, 500, False)
    assert await reader.read(0, 12) == b"headHEADhead"
    assert await reader.read(39, 42) == b"dxx"
    assert await reader.read(230, 999) == b"x" * 10
    assert await reader.read(240, 250) == b""
    await reader.close()


async def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / RECORDING / "one.vrec"
    part = await a_part(path)
    await part.abort()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


async def test_a_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "one.vrec"
    path.write_bytes(b"another's")
    with pytest.raises(VisavisError) as refused:
        await a_part(path)
    assert refused.value.code == "part_exists"
    assert path.read_bytes() == b"another's"


async def test_what_is_synced_lies_in_the_file_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "one.vrec"
    part = await a_part(path)
    for number in range(20):
        await part.append(bytes([number]) * 100, number)
        await part.sync()
        assert await whole(path) == (False, b"".join(bytes([n]) * 100 for n in range(number + 1)))
    await part.abort()


async def test_sync_answers_only_after_the_disk_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, on_disk, real = tmp_path / "one.vrec", list[int](), os.fdatasync

    def fdatasync(fd: int) -> None:
        size = os.fstat(fd).st_size
        real(fd)
        on_disk.append(size)

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    part = await a_part(path)
    assert on_disk == [120], "the start is durable when the part is given out"
    await part.append(b"x" * 10, 0)
    await part.sync()
    assert on_disk == [120, 178]
    await part.sync()
    assert on_disk == [120, 178], "nothing new, nothing to wait for"
    await part.finish(1)
    assert on_disk[-1] == part.size
    with files_no_larger_than(150):
        failing = await a_part(tmp_path / "two.vrec")
        await failing.append(b"x" * 10, 0)
        with pytest.raises(VisavisError):
            await failing.sync()
    assert on_disk[-1] == 120, "what is left after an error is durable too"
    await failing.abort()


async def test_syncs_that_come_together_are_all_answered(tmp_path: Path) -> None:
    part = await a_part(tmp_path / "one.vrec")

    async def one(number: int) -> None:
        await part.append(b"x" * 30, 7)
        await part.sync()
        assert (tmp_path / "one.vrec").stat().st_size >= 120 + (number + 1) * 78

    await asyncio.gather(*(one(number) for number in range(30)))
    await part.sync()
    await part.finish(8)
    assert await whole(tmp_path / "one.vrec") == (True, b"x" * 900)


async def test_without_asking_it_becomes_durable_on_a_timer(tmp_path: Path) -> None:
    told: asyncio.Queue[Checkpoint] = asyncio.Queue()
    part = await SealedPart.create(
        tmp_path / "one.vrec",
        key=KEY,
        room=ROOM,
        recording=RECORDING,
        part=PART,
        created_ms=0,
        sign=lambda seq, size: b"",
        on_checkpoint=told.put,
        sync_every_s=0.01,
    )
    await part.append(b"x", 0)
    assert (await told.get()).seq == 1, "a checkpoint comes only after the disk has answered"
    await part.abort()


async def test_checkpoints_come_with_the_first_sync_and_the_end(tmp_path: Path) -> None:
    masters, told = MasterKeys.new(), list[Checkpoint]()

    async def remember(checkpoint: Checkpoint) -> None:
        told.append(checkpoint)

    part = await a_part(
        tmp_path / "one.vrec",
        sign=lambda seq, size: keys.checkpoint_mac(masters, ROOM, RECORDING, PART, seq, size),
        on_checkpoint=remember,
    )
    for at_ms in (0, 1, 2):
        await part.append(b"x" * 100, at_ms)
        await part.sync()
    await part.finish(3)
    assert [(checkpoint.seq, checkpoint.size) for checkpoint in told] == [(2, 120 + 148 + 48), (10, part.size)]
    for checkpoint in told:
        assert keys.checkpoint_holds(masters, ROOM, RECORDING, PART, checkpoint.seq, checkpoint.size, checkpoint.mac)


async def test_a_checkpoint_that_cannot_be_kept_stops_nothing(tmp_path: Path) -> None:
    async def remember(checkpoint: Checkpoint) -> None:
        raise OSError("database gone")

    part = await a_part(tmp_path / "one.vrec", sign=lambda seq, size: b"", on_checkpoint=remember)
    await part.append(b"x", 0)
    await part.sync()
    await part.finish(3)
    assert await whole(tmp_path / "one.vrec") == (True, b"x")


async def test_a_file_cut_below_its_checkpoint_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "one.vrec"
    part = await a_part(path)
    await part.append(b"x" * 10, 0)
    await part.append(b"y" * 10, 1)
    await part.sync()
    size = part.size
    await part.abort()
    reader = await opened(path, promised_size=size)
    assert not reader.lost
    await reader.close()
    with path.open("r+b") as file:
        file.truncate(size - 58)
    reader = await opened(path, promised_size=size)
    assert (reader.lost, await reader.read(0, 99)) == (True, b"x" * 10)
    await reader.close()


async def test_after_a_write_error_all_whole_records_read_and_nothing_more_is_written(tmp_path: Path) -> None:
    path = tmp_path / "one.vrec"
    part = await a_part(path)
    await part.append(b"first", 0)
    await part.sync()
    with files_no_larger_than(500):
        for at_ms in range(1, 10):
            await part.append(bytes([at_ms]) * 50, at_ms)
        with pytest.raises(VisavisError) as refused:
            await part.sync()
    assert refused.value.code == "disk_full"
    assert part.failed
    for call in (part.append(b"more", 99), part.patch(0, b"x"), part.sync(), part.finish(100)):
        with pytest.raises(VisavisError) as refused:
            await call
        assert refused.value.code == "disk_full"
    await part.abort()
    # 120 bytes of start, a record of 53, and three of 98; the fourth did not fit and was cut off again.
    assert path.stat().st_size == part.size == 120 + 53 + 3 * 98
    assert await whole(path) == (False, b"first" + b"\1" * 50 + b"\2" * 50 + b"\3" * 50)


async def test_no_file_stays_when_it_cannot_even_begin(tmp_path: Path) -> None:
    with files_no_larger_than(100), pytest.raises(VisavisError) as refused:
        await a_part(tmp_path / "one.vrec")
    assert refused.value.code == "disk_full"
    assert not (tmp_path / "one.vrec").exists()


async def test_a_closed_part_takes_nothing_more(tmp_path: Path) -> None:
    part = await a_part(tmp_path / "one.vrec")
    await part.finish(0)
    with pytest.raises(ValueError, match="closed"):
        await part.append(b"x", 0)
    await part.abort()
    assert await whole(tmp_path / "one.vrec") == (True, b"")


async def test_a_large_append_is_many_records_and_reads_whole(tmp_path: Path) -> None:
    part = await a_part(tmp_path / "one.vrec", max_plaintext=64 * 1024)
    data = bytes(range(256)) * 20_000
    await part.append(data, 0)
    await part.finish(1)
    assert await whole(tmp_path / "one.vrec") == (True, data)


class TestInterrupted:
    async def a_file(self, path: Path, *pieces: tuple[bytes, int]) -> None:
        part = await a_part(path)
        for data, at_ms in pieces:
            await part.append(data, at_ms)
        await part.abort()

    async def test_an_overlay_is_laid_over_and_may_go_on_past_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "one.vrec"
        await self.a_file(path, (b"head", 0), (b"x" * 100, 1), (b"y" * 10, 501))
        asked = []

        def make(index: list[tuple[int, int]], first: bytes) -> list[tuple[int, bytes]]:
            asked.append((index, first))
            return [(1, b"EA"), (114, b"cues")]

        reader = await SealedReader.open(path, key=KEY, room=ROOM, recording=RECORDING, make_overlay=make)
        assert asked == [([(0, 0), (4, 1), (68, 1), (104, 501)], b"head")]
        assert (reader.complete, reader.size, reader.length_ms) == (False, 118, 501)
        assert await reader.read(0, 6) == b"hEAdxx"
        assert await reader.read(112, 118) == b"yycues"
        assert await reader.read(113, 115) == b"yc"
        await reader.close()

    async def test_a_complete_file_needs_no_overlay(self, tmp_path: Path) -> None:
        part = await a_part(tmp_path / "one.vrec")
        await part.append(b"head", 0)
        await part.finish(1)
        reader = await SealedReader.open(
            tmp_path / "one.vrec",
            key=KEY,
            room=ROOM,
            recording=RECORDING,
            make_overlay=lambda index, first: [(0, b"!")],
        )
        assert await reader.read(0, 4) == b"head"
        await reader.close()

    async def test_a_piece_that_was_cut_in_two_is_left_out(self, tmp_path: Path) -> None:
        path = tmp_path / "one.vrec"
        await self.a_file(path, (b"head", 0), (b"x" * 64, 1), (b"y" * 100, 501))
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size - 1)
        reader = await opened(path)
        assert (reader.size, reader.length_ms) == (68, 1)
        await reader.close()

    async def test_nothing_but_the_start_reads_as_nothing(self, tmp_path: Path) -> None:
        await self.a_file(tmp_path / "one.vrec")
        assert await whole(tmp_path / "one.vrec") == (False, b"")


class TestRefusals:
    async def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(VisavisError) as refused:
            await opened(tmp_path / "none.vrec")
        assert (refused.value.code, refused.value.status) == ("no_such_part", 404)

    async def test_another_key_or_recording(self, tmp_path: Path) -> None:
        part = await a_part(tmp_path / "one.vrec")
        await part.finish(0)
        for key, recording in ((b"\x08" * 32, RECORDING), (KEY, new_id())):
            with pytest.raises(VisavisError) as refused:
                await SealedReader.open(tmp_path / "one.vrec", key=key, room=ROOM, recording=recording)
            assert refused.value.code == "wrong_key"

    async def test_an_altered_record_is_refused_when_read_and_the_others_are_not(self, tmp_path: Path) -> None:
        path = tmp_path / "one.vrec"
        part = await a_part(path)
        await part.append(b"x" * 128, 0)
        await part.finish(0)
        raw = bytearray(path.read_bytes())
        raw[120 + 40] ^= 1
        path.write_bytes(raw)
        reader = await opened(path)
        assert await reader.read(64, 128) == b"x" * 64
        with pytest.raises(VisavisError) as refused:
            await reader.read(60, 70)
        assert (refused.value.code, refused.value.more["reason"]) == ("damaged", "record_forged")
        await reader.close()

    async def test_a_file_cut_while_it_is_open_is_damaged(self, tmp_path: Path) -> None:
        path = tmp_path / "one.vrec"
        part = await a_part(path)
        await part.append(b"x" * 128, 0)
        await part.finish(0)
        reader = await opened(path)
        os.truncate(path, 150)
        with pytest.raises(VisavisError) as refused:
            await reader.read(0, 10)
        assert (refused.value.code, refused.value.more["reason"]) == ("damaged", "file_shrunk")
        await reader.close()

    async def test_a_closed_reader_gives_nothing(self, tmp_path: Path) -> None:
        part = await a_part(tmp_path / "one.vrec")
        await part.append(b"secret", 0)
        await part.finish(0)
        reader = await opened(tmp_path / "one.vrec")
        await reader.close()
        await reader.close()
        with pytest.raises(VisavisError) as refused:
            await reader.read(0, 6)
        assert refused.value.code == "no_such_part"

    async def test_a_link_in_its_place_is_not_followed(self, tmp_path: Path) -> None:
        part = await a_part(tmp_path / "one.vrec")
        await part.finish(0)
        (tmp_path / "two.vrec").symlink_to(tmp_path / "one.vrec")
        with pytest.raises(VisavisError) as refused:
            await opened(tmp_path / "two.vrec")
        assert refused.value.code == "disk_failed"
