"""One recording's media: legs in, parts out."""

from collections.abc import Callable

from server.clock import Clock
from server.domain.messages import Seat
from server.media.net import MediaNet
from server.media.parts import PartOpener, RecorderEvent, RunResult
from server.media.permit import Permit


class Recorder:
    """Records one recording, run after run. Lives on one event loop; `report` is called on it and must not block."""

    def __init__(self, net: MediaNet, sink: PartOpener, report: Callable[[RecorderEvent], None], clock: Clock) -> None:
        raise NotImplementedError

    def open_run(self, permit: Permit) -> None:
        """Begin a run. Raises VisavisError `run_open` while the one before has not been finished."""
        raise NotImplementedError

    async def offer(self, seat: Seat, sdp: str, video: bool) -> str:
        """Open the seat's leg and return the SDP answer. A leg the seat had in this run is closed first.

        Raises VisavisError `sdp_refused` (more={"reason": …}), `no_permit` (none is open), `ports_exhausted`.
        """
        raise NotImplementedError

    def shut(self, seat: Seat) -> None:
        """The browser has closed this seat's leg: finish its part. Returns at once; no `LegFailed` follows."""
        raise NotImplementedError

    async def finish_run(self) -> RunResult:
        """Close the run's legs, finish its parts and return them. The permit is closed if it was not. Never raises:
        a part that could not be finished is left as interrupted and is not among the results."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of everything: `finish_run()` if a run is open. May be called twice."""
        raise NotImplementedError
