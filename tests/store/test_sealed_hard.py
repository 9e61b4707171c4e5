"""Sealed files on bad days: the process killed in the middle, the disk full."""

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.errors import VisavisError
from server.store.sealed import SealedPart, SealedReader
from tests.store.sealed_victim import EVERY_MS, KEY, PART, PIECE_BYTES, RECORDING, ROOM, piece
from tests.warm import WarmProcess

pytestmark = pytest.mark.slow  # processes, mounts


async def killed(path: Path, after_lines: int) -> tuple[int, int]:
    """Last piece appended, largest file size said to be durable, when kill -9 came after so many lines of report."""
    victim = await WarmProcess.start("tests.store.sealed_victim", [str(path)], {})
    lines = [await victim.stdout.readline() for _ in range(after_lines)]
    victim.send_signal(signal.SIGKILL)
    rest = (await victim.stdout.read()).splitlines(keepends=True)
    await victim.wait()
    said = [line.split() for line in lines + rest if line.endswith(b"\n")]
    appended = max((int(words[1]) for words in said if words[0] == b"appended"), default=-1)
    durable = max((int(words[2]) for words in said if words[0] == b"durable"), default=0)
    return appended, durable


async def test_killed_twenty_times_every_file_is_recoverable(on_disk: Path) -> None:
    rng = random.Random(20)
    for attempt in range(20):
        path = on_disk / f"{attempt}.vrec"
        appended, durable = await killed(path, rng.randint(1, 120))
        reader = await SealedReader.open(path, key=KEY, room=ROOM, recording=RECORDING, promised_size=durable)
        assert not reader.complete
        assert not reader.lost, "what was said to be durable is there"
        pieces, rest = divmod(reader.size, PIECE_BYTES)
        assert rest == 0
        assert await reader.read(0, reader.size) == b"".join(map(piece, range(pieces)))
        lost_ms = (appended + 1 - pieces) * EVERY_MS
        assert lost_ms < 1000, f"{lost_ms} ms lost in attempt {attempt}"
        await reader.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small tmpfs needs root and the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_is_said_and_all_that_was_sealed_reads(small_disk: Path) -> None:
    path = small_disk / "recording" / "one.vrec"
    part = await SealedPart.create(path, key=KEY, room=ROOM, recording=RECORDING, part=PART, created_ms=0)
    durable = 0

    async def fill() -> None:
        nonlocal durable
        for number in range(1000):
            await part.append(piece(number), number)
            await part.sync()
            durable = number + 1

    with pytest.raises(VisavisError) as refused:
        await fill()
    assert (refused.value.code, refused.value.status) == ("disk_full", 507)
    assert durable > 200
    await part.abort()
    reader = await SealedReader.open(path, key=KEY, room=ROOM, recording=RECORDING)
    assert (reader.complete, reader.size) == (False, durable * PIECE_BYTES)
    assert await reader.read(0, reader.size) == b"".join(map(piece, range(durable)))
    await reader.close()


async def test_a_disk_full_before_the_end_leaves_an_interrupted_part(small_disk: Path) -> None:
    path = small_disk / "one.vrec"
    part = await SealedPart.create(path, key=KEY, room=ROOM, recording=RECORDING, part=PART, created_ms=0)
    await part.append(b"x" * 100_000, 0)
    await part.sync()
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "other").write_bytes(bytes(free - 4096))
    for number in range(100):
        await part.append(b"y" * 100, number)
    with pytest.raises(VisavisError) as refused:
        await part.finish(1000)
    assert refused.value.code == "disk_full"
    await part.abort()
    (small_disk / "other").unlink()
    reader = await SealedReader.open(path, key=KEY, room=ROOM, recording=RECORDING)
    assert not reader.complete
    assert reader.size >= 100_000
    data = await reader.read(0, reader.size)
    assert data == (b"x" * 100_000 + b"y" * 10_000)[: reader.size]
    await reader.close()


async def test_no_plaintext_reaches_the_disk(tmp_path: Path) -> None:
    mark = b"\x1aE\xdf\xa3 V_VP8 a sentence nobody may read "
    part = await SealedPart.create(
        tmp_path / "parts" / "one.vrec", key=KEY, room=ROOM, recording=RECORDING, part=PART, created_ms=0
    )
    for at_ms in range(50):
        await part.append(mark * 100, at_ms)
        await part.sync()
        await part.patch(at_ms, mark)
    await part.finish(50)
    files = [Path(place) / name for place, _, names in os.walk(tmp_path) for name in names]
    assert [path.name for path in files] == ["one.vrec"]
    raw = files[0].read_bytes()
    assert not [word for word in (mark, mark[:4], b"V_VP8", b"sentence", KEY) if word in raw]
