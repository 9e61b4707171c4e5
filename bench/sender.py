"""A cheap stand-in for a browser: sends pictures and sound that were encoded beforehand, through stock aiortc.

As a program it prints one {"offer": sdp} a leg, then reads one {"answer": sdp} a leg, and sends until its input ends;
so its CPU is not counted as the server's: `python -m bench.sender WIDTH HEIGHT KBIT LEGS`.
"""

import asyncio
import json
import math
import struct
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription


class Sample(NamedTuple):
    """`at` in 90 kHz (pictures) or 48 kHz (sound) ticks from the start."""

    at: int
    key: bool
    data: bytes


@cache
def pictures(
    count: int = 60, width: int = 160, height: int = 120, every: int = 15, rate: int = 15, kbit: int = 300
) -> tuple[Sample, ...]:
    """`count` VP8 frames at `rate` a second with a key frame each `every`."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, rate)
    codec.bit_rate = kbit * 1000
    codec.gop_size = every
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "kf-max-dist": str(every)}
    samples: list[Sample] = []
    for i in range(count):
        frame = _picture(i, width, height)
        frame.pts = i
        frame.time_base = codec.time_base
        samples += [Sample(i * 90_000 // rate, p.is_keyframe, bytes(p)) for p in codec.encode(frame)]
    return tuple(samples)


def _picture(i: int, width: int, height: int) -> av.VideoFrame:
    """A light bar that wanders over a dark ground with some grain, so that there is something to encode."""
    frame = av.VideoFrame(width, height, "yuv420p")
    bar = (i * 5) % (width - 20)
    for plane, (dark, light) in zip(frame.planes, ((40, 200), (128, 90), (128, 160)), strict=True):
        scale = width // plane.width
        row = bytearray((dark + (x * 7919 + i * 104_729) % 9) for x in range(plane.line_size))
        start, end = bar // scale, (bar + 20) // scale
        row[start:end] = bytes([light]) * (end - start)
        plane.update(b"".join(bytes(row[y % 16 :] + row[: y % 16]) for y in range(plane.height)))
    return frame


@cache
def sound(count: int = 200) -> tuple[Sample, ...]:
    """`count` Opus frames of 20 ms of a 440 Hz tone."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = 48_000, "stereo", "s16"
    codec.bit_rate = 32_000
    samples: list[bytes] = []
    # Eleven turns of the tone are 1200 samples to the point; twice as many hold every frame's piece of it.
    tone = [int(math.sin(2 * math.pi * 440 * (t % 1200) / 48_000) * 8000) for t in range(2400)]
    stereo = struct.pack("<4800h", *(value for value in tone for _ in range(2)))
    for i in range(count + 1):
        frame = av.AudioFrame("s16", "stereo", 960)
        start = 960 * i % 1200 * 4
        frame.planes[0].update(stereo[start : start + 3840])
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 960 * i, Fraction(1, 48_000)
        samples += [bytes(p) for p in codec.encode(frame)]
    return tuple(Sample(960 * i, True, data) for i, data in enumerate(samples[:count]))


class SampleTrack(MediaStreamTrack):
    """Plays samples in a circle at their own pace; the stock sender packs them without encoding."""

    def __init__(self, kind: str, samples: tuple[Sample, ...], rate: int, period: int) -> None:
        super().__init__()
        self.kind = kind
        self._samples = samples
        self._rate = rate
        self._period = period
        self._index = 0
        self._sent = 0
        self._begun: float | None = None
        self._moved = asyncio.Event()

    async def until(self, count: int) -> int:
        while self._sent < count:
            self._moved.clear()
            await self._moved.wait()
        return self._sent

    def picture_lost(self) -> None:
        """Go on with a key frame."""
        while not self._samples[self._index % len(self._samples)].key:
            self._index += 1

    async def recv(self) -> "av.Packet[Any]":
        if self._begun is None:
            self._begun = time.monotonic()
        delay = self._begun + self._sent * self._period / self._rate - time.monotonic()
        if delay > 0:
            await asyncio.sleep(delay)
        sample = self._samples[self._index % len(self._samples)]
        packet = av.Packet(sample.data)
        packet.pts = self._sent * self._period
        packet.time_base = Fraction(1, self._rate)
        self._index += 1
        self._sent += 1
        self._moved.set()
        return packet

    @property
    def sent(self) -> int:
        return self._sent


class Sender:
    """One leg's browser. `drop(datagram)` says which datagrams get lost on the way."""

    def __init__(
        self,
        video: tuple[Sample, ...] | None,
        audio: tuple[Sample, ...] | None,
        *,
        rate: int = 15,
        drop: Callable[[bytes], bool] | None = None,
    ) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.sound = None if audio is None else SampleTrack("audio", audio, 48_000, 960)
        self.pictures = None if video is None else SampleTrack("video", video, 90_000, 90_000 // rate)
        self.plis = 0
        self._drop = drop
        if self.sound is not None:
            self.pc.addTransceiver(self.sound, direction="sendonly")
        else:
            self.pc.addTransceiver("audio", direction="sendonly")
        if self.pictures is not None:
            sender = self.pc.addTransceiver(self.pictures, direction="sendonly").sender
            sender._send_keyframe = self._on_pli  # type: ignore[method-assign]

    def _on_pli(self) -> None:
        self.plis += 1
        if self.pictures is not None:
            self.pictures.picture_lost()

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def accept(self, answer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        if self._drop is not None:
            for transceiver in self.pc.getTransceivers():
                self._lose(transceiver.sender.transport.transport)

    def _lose(self, ice: Any) -> None:
        send, drop = ice._connection.send, self._drop

        async def lossy(data: bytes) -> None:
            if drop is None or not drop(data):
                await send(data)

        ice._send = lossy

    async def sends(self, more: int) -> int:
        """Returns when so many more pictures have been sent, with how many that makes in all."""
        if self.pictures is None:
            raise ValueError("no pictures are sent")
        return await self.pictures.until(self.pictures.sent + more)

    async def close(self) -> None:
        await self.pc.close()


async def main(width: int, height: int, kbit: int, legs: int) -> None:
    video = pictures(count=150, width=width, height=height, every=150, rate=30, kbit=kbit)
    senders = [Sender(video, sound(), rate=30) for _ in range(legs)]
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    for sender in senders:
        print(json.dumps({"offer": await sender.offer()}), flush=True)
    for sender in senders:
        await sender.accept(json.loads(await lines.readline())["answer"])
    await lines.read()
    await asyncio.gather(*(sender.close() for sender in senders))


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:5])))
