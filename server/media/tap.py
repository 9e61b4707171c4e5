"""A leg's packets become frames with a place in time. No sockets here: packets in, frames and RTCP out.

What is asked of the sender goes through `send`: NACKs repeated on a timer, a PLI when pictures are lost, at the start
and every few seconds (browsers send one key frame and no more, and a recording must be seekable), a receiver report
each second. Streams are told apart by payload type; a retransmission's SSRC is never taken for the pictures' own.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from server.media.assembler import AudioAssembler, Frame, VideoAssembler
from server.media.rtcp import (
    Goodbye,
    SenderReport,
    Statistics,
    is_rtcp,
    negative_acknowledgement,
    parse_rtcp,
    picture_loss,
    receiver_report,
)
from server.media.rtp import Packet, Unwrapper, parse_rtp, unwrap_rtx
from server.media.sdp_check import CheckedOffer
from server.media.timing import LegClock, StreamClock

AUDIO_RATE, VIDEO_RATE = 48_000, 90_000
KEY_EVERY = 5.0
REPORT_EVERY = 1.0


class TimedFrame(NamedTuple):
    """`at_ms`: when it was taken, on the server's monotonic clock in ms. `size`: of a key frame."""

    video: bool
    data: bytes
    at_ms: float
    size: tuple[int, int] | None


class _Stream:
    """One SSRC's numbers."""

    def __init__(self, ssrc: int, rate: int, clock: StreamClock) -> None:
        self.ssrc = ssrc
        self.clock = clock
        self.sequences = Unwrapper(16)
        self.timestamps = Unwrapper(32)
        self.statistics = Statistics(ssrc, rate)

    def count(self, packet: Packet, now: float) -> None:
        self.statistics.packet(self.sequences.unwrap(packet.sequence), self.timestamps.unwrap(packet.timestamp), now)


class Tap:
    """Feed it `packet()` and, each 50 ms, `tick()`. `on_frame` gets frames in order within each kind."""

    def __init__(
        self, offer: CheckedOffer, send: Callable[[bytes], None], on_frame: Callable[[TimedFrame], None]
    ) -> None:
        sections = {section.kind: section for section in offer.sections if section.accepted}
        self._audio_type = sections["audio"].payload
        self._video_type = sections["video"].payload if "video" in sections else None
        self._rtx_type = sections["video"].rtx if "video" in sections else None
        self._send = send
        self._on_frame = on_frame
        self._own = random.getrandbits(32)  # an SSRC is a name, not a secret
        self._clock = LegClock()
        self._audio: _Stream | None = None
        self._video: _Stream | None = None
        self._rtx: Statistics | None = None
        self._rtx_sequences = Unwrapper(16)
        self._sound = AudioAssembler()
        self._pictures = VideoAssembler()
        self._next_key = 0.0
        self._next_report = 0.0
        self.said_goodbye = False
        """The sender has ended every stream it had (BYE)."""
        self.packets = 0

    def packet(self, data: bytes, now: float) -> None:
        """A decrypted RTP or RTCP packet that arrived at `now` (seconds, monotonic)."""
        self.packets += 1
        if is_rtcp(data):
            self._control(data, now)
            return
        packet = parse_rtp(data)
        if packet is None:
            return
        kind = packet.payload_type
        if kind == self._video_type:
            self._take_video(packet, now)
        elif kind == self._audio_type:
            self._take_audio(packet, now)
        elif kind == self._rtx_type:
            self._take_rtx(packet, now)

    def tick(self, now: float) -> None:
        for frame in self._sound.poll(now):
            self._give(frame, self._audio, video=False)
        if self._video is not None:
            if now >= self._next_key:
                self._next_key = now + KEY_EVERY
                self._pictures.want_picture()
            self._ask(now)
        if now >= self._next_report:
            self._next_report = now + REPORT_EVERY
            self._report(now)

    def want_picture(self) -> None:
        """Ask for a key frame now."""
        self._pictures.want_picture()

    def _take_audio(self, packet: Packet, now: float) -> None:
        stream = self._audio
        if stream is None or stream.ssrc != packet.ssrc:
            stream = self._audio = self._begin(packet, AUDIO_RATE, stream)
            self._sound = AudioAssembler()
        stream.count(packet, now)
        for frame in self._sound.push(packet, now):
            self._give(frame, stream, video=False)

    def _take_video(self, packet: Packet, now: float) -> None:
        stream = self._video
        if stream is None or stream.ssrc != packet.ssrc:
            stream = self._video = self._begin(packet, VIDEO_RATE, stream)
            self._pictures = VideoAssembler()
            self._next_key = now + KEY_EVERY
        stream.count(packet, now)
        self._push_video(packet, stream, now)

    def _push_video(self, packet: Packet, stream: _Stream, now: float) -> None:
        gaps = self._pictures.gaps
        for frame in self._pictures.push(packet, now):
            self._give(frame, stream, video=True)
        if self._pictures.gaps > gaps:
            self._ask(now)

    def _take_rtx(self, packet: Packet, now: float) -> None:
        if self._rtx is None or self._rtx.ssrc != packet.ssrc:
            self._rtx = Statistics(packet.ssrc, VIDEO_RATE)
            self._rtx_sequences = Unwrapper(16)
        self._rtx.packet(self._rtx_sequences.unwrap(packet.sequence), packet.timestamp, now)
        if self._video is None or self._video_type is None:
            return
        original = unwrap_rtx(packet, self._video_type, self._video.ssrc)
        if original is not None:
            self._push_video(original, self._video, now)

    def _begin(self, packet: Packet, rate: int, before: _Stream | None) -> _Stream:
        """A new SSRC is a new stream: nothing of the old one's numbers holds for it."""
        if before is not None:
            self._clock.drop(before.clock)
        return _Stream(packet.ssrc, rate, self._clock.stream(rate))

    def _give(self, frame: Frame, stream: _Stream | None, *, video: bool) -> None:
        if stream is None:
            return
        stream.clock.arrived(frame.timestamp, frame.arrival * 1000)
        self._on_frame(TimedFrame(video, frame.data, stream.clock.place(frame.timestamp), frame.size))

    def _ask(self, now: float) -> None:
        if self._video is None:
            return
        lost, picture = self._pictures.poll(now)
        if lost:
            self._send(negative_acknowledgement(self._own, self._video.ssrc, lost))
        if picture:
            self._send(picture_loss(self._own, self._video.ssrc))

    def _control(self, data: bytes, now: float) -> None:
        for report in parse_rtcp(data):
            streams = [stream for stream in (self._audio, self._video) if stream is not None]
            match report:
                case SenderReport():
                    for stream in streams:
                        if stream.ssrc == report.ssrc:
                            stream.clock.reported(report.wall_ms, stream.timestamps.near(report.timestamp))
                            stream.statistics.sender_report(report.middle, now)
                case Goodbye():
                    self.said_goodbye = bool(streams) and all(stream.ssrc in report.ssrcs for stream in streams)

    def _report(self, now: float) -> None:
        counted = [stream.statistics for stream in (self._audio, self._video) if stream is not None]
        if self._rtx is not None:
            counted.append(self._rtx)
        blocks = [block for statistics in counted if (block := statistics.block(now)) is not None]
        if blocks:
            self._send(receiver_report(self._own, blocks))
