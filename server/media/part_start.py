"""Where a part begins, and when one part must give way to the next. Pure; `now` in seconds, frames in ms."""

from typing import NamedTuple, Protocol

from server.media.tap import TimedFrame

SOUND_GRACE = 0.4
"""A key frame waits so long for sound to turn up; then the part has none."""
PICTURE_GRACE = 3.0
"""Sound waits so long for a key frame; then the part has no pictures."""
MAX_HELD = 4 * 1024 * 1024


class Ready(NamedTuple):
    """`zero_ms`: the first moment. `frames`: those held back, in order of arrival."""

    zero_ms: float
    audio: bool
    size: tuple[int, int] | None
    frames: list[TimedFrame]


class HasKinds(Protocol):
    audio: bool
    video: bool


class PartStart:
    """Holds the first frames of a part until it is known what it consists of.

    With a camera expected, a part begins at a key frame, and has sound if sound has been heard. A device that starts to
    send later (a microphone plugged in, a camera that needed its time) makes the next part.
    """

    def __init__(self, video: bool) -> None:
        self._video = video
        self._frames: list[TimedFrame] = []
        self._held = 0
        self._first_sound: float | None = None
        self._first_key: float | None = None
        self._heard_sound = False
        self._asked = False

    def breaks(self, part: HasKinds, frame: TimedFrame) -> bool:
        """Whether this frame must begin a new part: it brings a kind the part lacks, or is the key frame at which the
        part can be cut so that the kind can begin."""
        if frame.video:
            return frame.size is not None and (not part.video or (self._heard_sound and not part.audio))
        if not part.audio:
            self._heard_sound = True
        return False

    def wants_picture(self, frame: TimedFrame) -> bool:
        """Whether a key frame should be asked for, once: sound is there and the picture is missing."""
        if self._asked or frame.video or not self._video or self._first_key is not None:
            return False
        self._asked = True
        return True

    def add(self, frame: TimedFrame, now: float) -> None:
        if frame.video:
            if self._first_key is None and frame.size is None:
                return
            self._first_key = now if self._first_key is None else self._first_key
        else:
            self._heard_sound = True
            self._first_sound = now if self._first_sound is None else self._first_sound
        self._frames.append(frame)
        self._held += len(frame.data)
        while self._held > MAX_HELD:
            self._held -= len(self._frames.pop(0).data)

    def ready(self, now: float) -> Ready | None:
        """The beginning, once it is known; afterwards this object waits for the next one."""
        key = next((frame for frame in self._frames if frame.size is not None), None)
        sound = self._heard_sound
        if key is not None:
            waited = self._first_key is not None and now - self._first_key >= SOUND_GRACE
            return self._begin(key.at_ms, sound, key.size) if sound or waited else None
        first = next((frame for frame in self._frames if not frame.video), None)
        if first is None or self._first_sound is None:
            return None
        if self._video and now - self._first_sound < PICTURE_GRACE:
            return None
        return self._begin(first.at_ms, True, None)

    def _begin(self, zero_ms: float, audio: bool, size: tuple[int, int] | None) -> Ready:
        ready = Ready(zero_ms, audio, size, self._frames)
        self._frames = []
        self._held = 0
        self._first_sound = self._first_key = None
        self._asked = False
        return ready
