"""Encoded media for the tests: VP8 pictures and Opus sound, made once a run with PyAV."""

import math
import struct
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import av


class Sample(NamedTuple):
    """`at` in 90 kHz (pictures) or 48 kHz (sound) ticks from the start."""

    at: int
    key: bool
    data: bytes


@cache
def pictures(count: int = 60, width: int = 320, height: int = 240, every: int = 15, rate: int = 15) -> list[Sample]:
    """`count` frames at `rate` a second with a key frame each `every`."""
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, rate)
    codec.bit_rate = 300_000
    codec.gop_size = every
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "kf-max-dist": str(every)}
    samples = []
    for i in range(count):
        frame = av.VideoFrame(width, height, "yuv420p")
        bar = (i * 5) % (width - 20)
        for plane, (dark, light) in zip(frame.planes, ((40, 200), (128, 90), (128, 160)), strict=True):
            scale = width // plane.width
            row = bytearray([dark]) * plane.line_size
            row[bar // scale : (bar + 20) // scale] = bytes([light]) * ((bar + 20) // scale - bar // scale)
            plane.update(bytes(row) * plane.height)
        frame.pts = i
        frame.time_base = codec.time_base
        samples += [Sample(i * 90_000 // rate, p.is_keyframe, bytes(p)) for p in codec.encode(frame)]
    return samples


@cache
def sound(count: int = 200) -> list[Sample]:
    """`count` frames of 20 ms of a 440 Hz tone."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = 48_000, "stereo", "s16"
    codec.bit_rate = 32_000
    samples = []
    for i in range(count + 1):
        frame = av.AudioFrame("s16", "stereo", 960)
        tone = [int(math.sin(2 * math.pi * 440 * (t + 960 * i) / 48_000) * 8000) for t in range(960)]
        frame.planes[0].update(struct.pack("<1920h", *(value for value in tone for _ in range(2))))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 960 * i, Fraction(1, 48_000)
        samples += [bytes(p) for p in codec.encode(frame)]
    return [Sample(960 * i, True, data) for i, data in enumerate(samples[:count])]
