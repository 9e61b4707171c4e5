"""A part through the real sealed store and back: what the muxer promises must survive the container."""

import io
from pathlib import Path

import av
import pytest

from bench.record import SealedSink
from server.domain.values import Seat
from server.ids import new_id
from server.media.parts import PartInfo
from server.media.webm import overlay_for_interrupted
from server.store.sealed import SealedPart, SealedReader
from tests.media.samples import decoded
from tests.media.test_part_writer import INFO, Watcher, fill, part_writer

KEY = bytes(range(32))


class Disk:
    """A PartOpener whose one part is sealed at `path`; with `cut` it is let go of before its end."""

    def __init__(self, path: Path, *, cut: bool) -> None:
        self.path = path
        self.room, self.part = new_id(), new_id()
        self._cut = cut

    async def __call__(self, _seat: Seat, info: PartInfo) -> SealedSink:
        file = await SealedPart.create(
            self.path, key=KEY, room=self.room, recording=info.recording, part=self.part, created_ms=info.started_ms
        )
        return CutSink(file, self.part) if self._cut else SealedSink(file, self.part)

    async def read(self) -> tuple[bytes, SealedReader]:
        reader = await SealedReader.open(
            self.path, key=KEY, room=self.room, recording=INFO.recording, make_overlay=overlay_for_interrupted
        )
        data = await reader.read(0, reader.size)
        await reader.close()
        return data, reader


class CutSink(SealedSink):
    """The process ends where the cues would be written."""

    async def patch(self, offset: int, data: bytes) -> None:
        raise OSError("the process is gone")


@pytest.mark.parametrize("cut", [False, True], ids=["finished", "interrupted"])
async def test_sealed_and_read_again(tmp_path: Path, cut: bool) -> None:
    disk = Disk(tmp_path / "part", cut=cut)
    part = part_writer(disk, Watcher())
    fill(part)
    assert (await part.finish() is None) is cut
    data, reader = await disk.read()
    assert reader.complete is not cut
    film = decoded(data)
    assert (film.video, film.audio) == (60, 200)
    assert film.duration == pytest.approx(4.0, abs=0.5)
    with av.open(io.BytesIO(data), "r") as container:
        container.seek(2_500, stream=container.streams.video[0])
        packet = next(container.demux(video=0))
        assert packet.is_keyframe
        assert 1.4 <= float((packet.pts or 0) * packet.time_base) <= 2.5
    assert b"V_VP8" not in (tmp_path / "part").read_bytes()
