import asyncio

import pytest

from server.domain.values import Seat
from server.errors import VisavisError
from server.media.part_start import PICTURE_GRACE, SOUND_GRACE, PartStart
from server.media.part_writer import PartWriter
from server.media.parts import PartInfo, PartOpener
from server.media.tap import TimedFrame
from tests.media.samples import MemoryDisk, decoded, pictures, sound

INFO = PartInfo("recordingaaaaaaa", 1, Seat.MENTOR, 1_800_000_000_000, 0, True)
KEY = TimedFrame(True, b"key", 1000.0, (160, 120))


def picture(at: float) -> TimedFrame:
    return TimedFrame(True, b"picture", at, None)


def tone(at: float) -> TimedFrame:
    return TimedFrame(False, b"tone", at, None)


class TestStart:
    def test_begins_at_the_key_frame_once_sound_is_heard(self) -> None:
        start = PartStart(video=True)
        start.add(tone(980), 0.0)
        start.add(picture(990), 0.0)
        assert start.ready(0.0) is None
        start.add(KEY, 0.01)
        ready = start.ready(0.01)
        assert ready is not None
        assert (ready.zero_ms, ready.audio, ready.size) == (1000, True, (160, 120))
        assert ready.frames == [tone(980), KEY]

    def test_without_sound_it_waits_a_little(self) -> None:
        start = PartStart(video=True)
        start.add(KEY, 0.0)
        assert start.ready(SOUND_GRACE - 0.01) is None
        ready = start.ready(SOUND_GRACE)
        assert ready is not None
        assert not ready.audio

    def test_without_a_picture_it_waits_longer(self) -> None:
        start = PartStart(video=True)
        start.add(tone(0), 0.0)
        assert start.wants_picture(tone(0))
        assert not start.wants_picture(tone(0))
        assert start.ready(PICTURE_GRACE - 0.01) is None
        ready = start.ready(PICTURE_GRACE)
        assert ready is not None
        assert ready.size is None

    def test_without_a_camera_it_begins_with_sound(self) -> None:
        start = PartStart(video=False)
        start.add(tone(5), 0.0)
        ready = start.ready(0.0)
        assert ready is not None
        assert ready.zero_ms == 5

    async def test_a_kind_that_comes_later_makes_a_new_part(self) -> None:
        disk = MemoryDisk()
        start = PartStart(video=True)
        silent = part_writer(disk, Watcher(), audio=False, size=(160, 120))
        assert not start.breaks(silent, KEY)
        assert not start.breaks(silent, tone(0))
        assert start.breaks(silent, KEY)
        blind = part_writer(disk, Watcher(), audio=True, size=None)
        assert not start.breaks(blind, picture(0))
        assert start.breaks(blind, KEY)
        await silent.finish()
        await blind.finish()


class Watcher:
    def __init__(self) -> None:
        self.failures: list[str] = []
        self.durable = asyncio.Event()

    def part_durable(self, part: PartWriter) -> None:
        self.durable.set()

    def part_failed(self, part: PartWriter, reason: str) -> None:
        self.failures.append(reason)


def part_writer(
    disk: PartOpener, watcher: Watcher, *, audio: bool = True, size: tuple[int, int] | None = (160, 120)
) -> PartWriter:
    now = asyncio.get_running_loop().time
    return PartWriter(disk, INFO, zero_ms=1000.0, audio=audio, size=size, watcher=watcher, now=now)


def fill(part: PartWriter) -> None:
    frames = [TimedFrame(True, p.data, 1000 + p.at / 90, (160, 120) if p.key else None) for p in pictures()]
    frames += [TimedFrame(False, s.data, 1000 + s.at / 48, None) for s in sound()]
    for frame in sorted(frames, key=lambda frame: frame.at_ms):
        part.add(frame)
        part.flush_when_due(frame.at_ms)


async def test_the_first_frame_is_durable_at_once() -> None:
    disk, watcher = MemoryDisk(), Watcher()
    part = part_writer(disk, watcher)
    part.add(TimedFrame(True, pictures()[0].data, 1000.0, (160, 120)))
    part.flush(1000.0)
    async with asyncio.timeout(5):
        await watcher.durable.wait()
    assert len(disk.parts[0].index) == 2
    await part.finish()


async def test_a_whole_part() -> None:
    disk, watcher = MemoryDisk(), Watcher()
    part = part_writer(disk, watcher)
    fill(part)
    result = await part.finish()
    assert result is not None
    film = decoded(bytes(disk.parts[0].data))
    assert (film.video, film.audio) == (60, 200)
    assert result.length_ms == disk.parts[0].length_ms == pytest.approx(4000, abs=60)
    assert result.bytes == len(disk.parts[0].data)
    # The header, then a cluster each half second at most, then the cues.
    assert len(disk.parts[0].index) >= 10


async def test_frames_from_before_the_start_and_of_other_kinds_are_left_out() -> None:
    disk = MemoryDisk()
    part = part_writer(disk, Watcher(), size=None)
    part.add(tone(999.0))
    part.add(KEY)
    part.add(tone(1000.0))
    part.flush(1000.0)
    result = await part.finish()
    assert result is not None
    assert result.length_ms == 20


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "full"), "disk_full"),
        (OSError(5, "broken"), "write_failed"),
        (VisavisError("disk_failed", "broken", 500), "disk_failed"),
        (RuntimeError("a bug"), "write_failed"),
    ],
)
async def test_a_refusing_sink_is_told_and_let_go(error: Exception, reason: str) -> None:
    disk, watcher = MemoryDisk(), Watcher()
    disk.error = error
    part = part_writer(disk, watcher)
    fill(part)
    assert await part.finish() is None
    assert watcher.failures == [reason]
    assert disk.parts[0].aborted


async def test_a_stuck_sink_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.part_writer.FINISH_WITHIN", 0.05)
    disk, watcher = MemoryDisk(), Watcher()
    disk.gate.clear()
    part = part_writer(disk, watcher)
    fill(part)
    assert await part.finish() is None
    assert watcher.failures == ["too_slow"]


async def test_an_end_that_comes_while_the_disk_is_busy_is_heard() -> None:
    disk, watcher = MemoryDisk(), Watcher()
    part = part_writer(disk, watcher)
    disk.sync_gate.clear()
    part.add(KEY)
    part.flush(1000.0)
    async with asyncio.timeout(5):
        await disk.syncing.wait()
        for i, packet in enumerate(sound()[:20]):
            part.add(TimedFrame(False, packet.data, 1000.0 + 20 * i, None))
        ending = asyncio.ensure_future(part.finish())  # puts out what has not been written yet
        await asyncio.sleep(0)
        disk.sync_gate.set()
        result = await ending
    assert watcher.failures == []
    assert result is not None
    assert result.length_ms == 400


async def test_the_permit_is_looked_at_for_every_frame() -> None:
    """Deleting the one check in `Recorder._take` must not go unnoticed."""
    from server.clock import ManualClock
    from server.media.net import MediaNet
    from server.media.permit import Permit
    from server.media.recorder import Recorder, _Leg

    disk = MemoryDisk()
    recorder = Recorder(MediaNet(), disk, lambda event: None, ManualClock())
    permit = Permit("recordingaaaaaaa", 1)
    recorder.open_run(permit)
    leg = _Leg(Seat.MENTOR, PartStart(video=False), 0.0)
    recorder._legs[Seat.MENTOR] = leg
    recorder._take(permit, leg, TimedFrame(False, sound()[0].data, 1000.0, None))
    permit.close()
    for i in range(1, 50):
        recorder._take(permit, leg, TimedFrame(False, sound()[i].data, 1000.0 + 20 * i, None))
    result = await recorder.finish_run()
    assert decoded(bytes(disk.parts[0].data)).audio == 1
    assert result.length_ms == 20
    await recorder.close()
