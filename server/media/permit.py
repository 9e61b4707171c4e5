"""The right to take frames, for one run of one recording."""


class Permit:
    """Open from the moment it is minted until `close()`, and never again.

    The recorder looks at `open` for every single frame (`recorder.Recorder` has the one check); closing is
    synchronous, so that between the call and its return the last frame has been taken.
    """

    __slots__ = ("_open", "recording", "run")

    def __init__(self, recording: str, run: int) -> None:
        self.recording = recording
        self.run = run
        self._open = True

    @property
    def open(self) -> bool:
        return self._open

    def close(self) -> None:
        self._open = False

    def __repr__(self) -> str:
        return f"Permit({self.recording}, {self.run}, {'open' if self._open else 'closed'})"
