"""Encoded media for the tests, and sinks to put it into."""

import asyncio
import io
from typing import NamedTuple

import av

from bench.sender import Sample, pictures, sound
from server.domain.values import Seat
from server.media.parts import PartInfo
from server.media.webm import overlay_for_interrupted

__all__ = ["Decoded", "MemoryDisk", "MemorySink", "Sample", "decoded", "pictures", "sound"]


class Decoded(NamedTuple):
    video: int
    audio: int
    duration: float
    """Seconds, as the file says."""
    starts: dict[str, float]
    """Where each stream's first frame lies."""
    times: dict[str, list[float]]


def decoded(data: bytes) -> Decoded:
    """Opens a WebM file and decodes every frame; raises where one cannot be."""
    times: dict[str, list[float]] = {"video": [], "audio": []}
    with av.open(io.BytesIO(data), "r") as container:
        for packet in container.demux():
            for frame in packet.decode():
                times[packet.stream.type].append(float(frame.time or 0))  # type: ignore[union-attr]
        duration = float(container.duration or 0) / av.time_base
    starts = {kind: found[0] for kind, found in times.items() if found}
    return Decoded(len(times["video"]), len(times["audio"]), duration, starts, times)


class MemorySink:
    """A part in memory, with the index a sealed file would have."""

    def __init__(self, disk: "MemoryDisk", info: PartInfo, name: str) -> None:
        self.info = info
        self.part = name
        self.data = bytearray()
        self.index: list[tuple[int, int]] = []
        self.header = b""
        self.length_ms: int | None = None
        self.aborted = False
        self.synced = 0
        self._disk = disk

    async def write(self, data: bytes, at_ms: int) -> None:
        await self._disk.pass_through(self)
        assert not self.index or at_ms >= self.index[-1][1]
        self.header = self.header or data
        self.index.append((len(self.data), at_ms))
        self.data += data

    async def sync(self) -> None:
        await self._disk.pass_through(self)
        synced = len(self.data)
        self._disk.syncing.set()
        await self._disk.sync_gate.wait()
        self.synced = synced

    async def patch(self, offset: int, data: bytes) -> None:
        assert offset + len(data) <= len(self.header)
        self.data[offset : offset + len(data)] = data

    async def finish(self, length_ms: int) -> None:
        self.length_ms = length_ms

    async def abort(self) -> None:
        self.aborted = True

    def interrupted(self) -> bytes:
        """What a reader would make of the file if nothing more came."""
        data = bytearray(self.data[: self.synced])
        index = [entry for entry in self.index if entry[0] < self.synced]
        for offset, patch in overlay_for_interrupted(index, self.header):
            data[offset : offset + len(patch)] = patch
        return bytes(data)


class MemoryDisk:
    """A PartOpener. `error` is raised by every write from now on; `gate` holds writes back while it is not set,
    `sync_gate` syncs that have begun."""

    def __init__(self) -> None:
        self.parts: list[MemorySink] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.sync_gate = asyncio.Event()
        self.sync_gate.set()
        self.syncing = asyncio.Event()

    async def __call__(self, seat: Seat, info: PartInfo) -> MemorySink:
        sink = MemorySink(self, info, f"part{len(self.parts)}")
        self.parts.append(sink)
        return sink

    async def pass_through(self, sink: MemorySink) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
