import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.webm import AUDIO, VIDEO, Block, WebmWriter, header, overlay_for_interrupted
from tests.media.samples import decoded, pictures, sound


def blocks() -> list[Block]:
    video = [Block(VIDEO, s.at // 90, s.key, s.data) for s in pictures()]
    audio = [Block(AUDIO, s.at // 48, True, s.data) for s in sound()]
    return sorted(video + audio, key=lambda b: b.at_ms)


class File:
    """A file as the sealed store would see it: bytes, and where each record begins."""

    def __init__(self, writer: WebmWriter) -> None:
        self.data = bytearray(writer.header)
        self.index = [(0, 0)]
        self.writer = writer

    def cut(self, before_ms: int | None = None) -> None:
        for piece in self.writer.cut(before_ms):
            self.index.append((len(self.data), piece.at_ms))
            self.data += piece.data

    def finish(self) -> bytes:
        self.cut()
        ending = self.writer.finish()
        self.data += ending.cues
        for offset, patch in ending.patches:
            self.data[offset : offset + len(patch)] = patch
        return bytes(self.data)

    def interrupted(self) -> bytes:
        data = bytearray(self.data)
        for offset, patch in overlay_for_interrupted(self.index, self.writer.header):
            data[offset : offset + len(patch)] = patch
        return bytes(data)


def written(*, every_ms: int = 500, video: bool = True, audio: bool = True) -> File:
    file = File(WebmWriter(audio=audio, size=(160, 120) if video else None))
    limit = every_ms
    for block in blocks():
        if (block.track == VIDEO and not video) or (block.track == AUDIO and not audio):
            continue
        if block.at_ms >= limit:
            file.cut(limit)
            limit += every_ms
        file.writer.add(block)
    return file


def test_finished_file_plays_whole() -> None:
    film = decoded(written().finish())
    assert film.video == 60
    assert film.audio == 200
    assert film.duration == pytest.approx(4.0, abs=0.1)
    assert abs(film.starts["video"] - film.starts["audio"]) < 0.03


@pytest.mark.parametrize(("video", "audio"), [(True, False), (False, True)])
def test_one_track_alone(video: bool, audio: bool) -> None:
    film = decoded(written(video=video, audio=audio).finish())
    assert film.video == (60 if video else 0)
    assert film.audio == (200 if audio else 0)
    assert film.duration == pytest.approx(4.0, abs=0.1)


def seek(data: bytes, seconds: float) -> tuple[float, bool]:
    """Where a player lands, and whether it can begin there."""
    with av.open(io.BytesIO(data), "r") as container:
        container.seek(int(seconds * 1000), stream=container.streams.video[0])
        packet = next(p for p in container.demux(video=0) if p.dts is not None)
        packet.decode()
        return float((packet.pts or 0) * packet.time_base), packet.is_keyframe


@pytest.mark.parametrize("at", [0.5, 1.5, 2.9, 3.9])
def test_seeks_to_the_key_frame_before(at: float) -> None:
    for data in (written().finish(), written().interrupted()):
        landed, key = seek(data, at)
        assert key
        assert at - 1.1 <= landed <= at


def test_interrupted_file_plays_with_its_overlay() -> None:
    file = written()
    film = decoded(file.interrupted())
    assert film.video >= 50
    assert film.audio >= 170
    assert film.duration == pytest.approx(file.writer.length_ms / 1000, abs=0.5)


def test_interrupted_without_a_cluster_has_no_overlay() -> None:
    file = File(WebmWriter(audio=True, size=None))
    assert overlay_for_interrupted(file.index, file.writer.header) == []


def test_split_records_are_one_cluster() -> None:
    file = written()
    split = [entry for offset, at in file.index for entry in ((offset, at), (offset + 10, at))]
    assert overlay_for_interrupted(split[2:], file.writer.header) == overlay_for_interrupted(
        file.index, file.writer.header
    )


def test_long_interrupted_file_keeps_its_cues_in_their_room() -> None:
    head = header(audio=True, size=(640, 480))
    index = [(0, 0)] + [(len(head) + i * 50_000, i * 500) for i in range(7200 * 2)]
    patches = overlay_for_interrupted(index, head)
    assert all(offset + len(data) <= len(head) for offset, data in patches)


def test_pieces_are_even_where_playback_begins() -> None:
    file = written()
    keys = {b.at_ms for b in blocks() if b.track == VIDEO and b.key}
    even = [at for offset, at in file.index[1:] if at % 2 == 0]
    assert len(even) == len(keys)
    assert all(min(abs(at - key) for key in keys) <= 2 for at in even)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.booleans(), st.booleans()), min_size=1, max_size=60), st.data())
def test_pieces_run_forward_and_lose_nothing(times: list[tuple[int, bool, bool]], data: st.DataObject) -> None:
    writer = WebmWriter(audio=True, size=(16, 16))
    pieces = []
    for at, video, key in times:
        writer.add(Block(VIDEO if video else AUDIO, at, key, b"payload!" + bytes([video])))
        if data.draw(st.booleans()):
            pieces += writer.cut(data.draw(st.integers(0, 5000)))
    pieces += writer.cut()
    assert sum(piece.data.count(b"payload!") for piece in pieces) == len(times)
    stamps = [piece.at_ms for piece in pieces]
    assert stamps == sorted(set(stamps))
    assert writer.bytes == len(writer.header) + sum(len(piece.data) for piece in pieces)
