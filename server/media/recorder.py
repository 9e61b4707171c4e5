"""One recording's media: legs in, parts out."""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from server.clock import Clock
from server.domain.values import Seat
from server.errors import VisavisError
from server.media.net import MediaNet
from server.media.part_start import PartStart
from server.media.part_writer import PartWriter
from server.media.parts import (
    Durable,
    LegFailed,
    PartFinished,
    PartInfo,
    PartOpener,
    PartResult,
    RecorderEvent,
    RunResult,
    Saved,
    WriteFailed,
)
from server.media.permit import Permit
from server.media.sdp_check import check_offer
from server.media.tap import TimedFrame

if TYPE_CHECKING:
    from server.media.leg import RecorderLeg

log = structlog.get_logger()

BEAT = 0.1
GRACE = 2.0
"""A leg the browser closed is reported as failed only after this: its goodbye may be on its way by the socket."""
SAVED_EVERY_MS = 900
SILENT_AFTER = 15.0


async def warm() -> None:
    """Load aiortc, beside the loop, before the first leg needs it (0.6 s of CPU the first time)."""
    if "server.media.leg" not in sys.modules:
        await asyncio.to_thread(importlib.import_module, "server.media.leg")


class _Leg:
    """One seat's leg in the running run, and the part it is writing."""

    def __init__(self, seat: Seat, start: PartStart, now: float) -> None:
        self.seat = seat
        self.leg: RecorderLeg | None = None
        self.start = start
        self.part: PartWriter | None = None
        self.shut = False
        self.durable = False
        self.since = now


class Recorder:
    """Records one recording, run after run. Lives on one event loop; `report` is called on it and must not block."""

    def __init__(self, net: MediaNet, sink: PartOpener, report: Callable[[RecorderEvent], None], clock: Clock) -> None:
        self._net = net
        self._sink = sink
        self._report = report
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._permit: Permit | None = None
        self._failed = False
        self._zero_ms: float | None = None
        self._since_ms = 0
        self._saved_ms = 0
        self._legs: dict[Seat, _Leg] = {}
        self._parts: list[PartWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._beat: asyncio.TimerHandle | None = None
        # A recorder is made when both have said yes; by the time the first offer comes aiortc is there.
        self._spawn(warm())

    def open_run(self, permit: Permit) -> None:
        """Begin a run. Raises VisavisError `run_open` while the one before has not been finished."""
        if self._permit is not None:
            raise VisavisError("run_open", "the run before has not been finished", 409)
        self._permit = permit
        self._failed = False
        self._zero_ms = None
        self._saved_ms = 0
        self._parts = []
        self._beat = self._loop.call_later(BEAT, self._on_beat)

    async def offer(self, seat: Seat, sdp: str, video: bool) -> str:
        """Open the seat's leg and return the SDP answer. A leg the seat had in this run is closed first.

        Raises VisavisError `sdp_refused` (more={"reason": …}), `no_permit` (none is open), `ports_exhausted`.
        """
        permit = self._open_permit()
        checked = check_offer(sdp, video)
        self.shut(seat)
        state = _Leg(seat, PartStart(checked.video), self._loop.time())
        self._legs[seat] = state
        try:
            await warm()
            from server.media.leg import RecorderLeg

            if self._legs.get(seat) is not state:
                raise VisavisError("no_permit", "the leg was closed while it was opened", 409)
            state.leg = RecorderLeg(
                self._net, lambda frame: self._take(permit, state, frame), lambda reason: self._ended(state, reason)
            )
            answer = await state.leg.answer(checked)
            if self._legs.get(seat) is not state or self._open_permit() is not permit:
                raise VisavisError("no_permit", "the leg was closed while it was opened", 409)
        except BaseException:
            if self._legs.get(seat) is state:
                self.shut(seat)
            elif state.leg is not None:
                self._let_go(state.leg)
            raise
        return answer

    def shut(self, seat: Seat) -> None:
        """The browser has closed this seat's leg: finish its part. Returns at once; no `LegFailed` follows."""
        state = self._legs.pop(seat, None)
        if state is None:
            return
        state.shut = True
        if state.leg is not None:
            self._let_go(state.leg)
        self._finish_part(state)

    async def finish_run(self) -> RunResult:
        """Close the run's legs, finish its parts and return them. The permit is closed if it was not. Never raises:
        a part that could not be finished is left as interrupted and is not among the results."""
        permit = self._permit
        if permit is None:
            return RunResult(run=0, length_ms=0, parts=())
        permit.close()
        if self._beat is not None:
            self._beat.cancel()
        for seat in list(self._legs):
            self.shut(seat)
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        results = tuple(part.result for part in self._parts if part.result is not None)
        if self._permit is permit:
            self._permit = None
        length = max((result.offset_ms + result.length_ms for result in results), default=0)
        return RunResult(run=permit.run, length_ms=length, parts=results)

    async def close(self) -> None:
        """Let go of everything: `finish_run()` if a run is open. May be called twice."""
        await self.finish_run()
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    def _open_permit(self) -> Permit:
        if self._permit is None or not self._permit.open or self._failed:
            raise VisavisError("no_permit", "nothing may be recorded now", 409)
        return self._permit

    def _take(self, permit: Permit, state: _Leg, frame: TimedFrame) -> None:
        """Every frame there is passes here."""
        if not permit.open or self._failed or state.shut:
            return
        now = self._loop.time()
        if state.part is not None:
            if not state.start.breaks(state.part, frame):
                state.part.add(frame)
                state.part.flush_when_due(now * 1000)
                return
            self._finish_part(state)
        elif state.start.wants_picture(frame) and state.leg is not None:
            state.leg.want_picture()
        state.start.add(frame, now)
        self._begin_when_ready(state, now)

    def _begin_when_ready(self, state: _Leg, now: float) -> None:
        """The part begins at its first key frame, with sound from the same moment."""
        ready = state.start.ready(now)
        if ready is None or self._permit is None:
            return
        first = self._zero_ms is None
        if self._zero_ms is None:
            self._zero_ms = ready.zero_ms
        # A leg aligned a little before the run's first frame cannot begin before the run.
        zero_ms = max(ready.zero_ms, self._zero_ms)
        started_ms = round(self._clock.now_ms() - (now * 1000 - zero_ms))
        if first:
            self._since_ms = started_ms
        info = PartInfo(
            recording=self._permit.recording,
            run=self._permit.run,
            seat=state.seat,
            started_ms=started_ms,
            offset_ms=round(zero_ms - self._zero_ms),
            video=ready.size is not None,
        )
        state.part = PartWriter(
            self._sink,
            info,
            zero_ms=ready.zero_ms,
            audio=ready.audio,
            size=ready.size,
            watcher=self,
            now=self._loop.time,
        )
        self._parts.append(state.part)
        for frame in ready.frames:
            state.part.add(frame)
        state.part.flush(now * 1000)

    def _finish_part(self, state: _Leg) -> None:
        part, state.part = state.part, None
        if part is not None:
            self._spawn(self._finished(part))

    async def _finished(self, part: PartWriter) -> None:
        result: PartResult | None = await part.finish()
        if result is not None:
            self._report(PartFinished(part.info.recording, result))

    def _ended(self, state: _Leg, reason: str) -> None:
        """A leg has ended by itself."""
        if state.shut:
            return
        self._finish_part(state)
        if reason == "leg_closed":
            self._loop.call_later(GRACE, self._leg_failed, state, self._permit, "leg_failed")
        else:
            self._leg_failed(state, self._permit, reason)

    def _leg_failed(self, state: _Leg, permit: Permit | None, reason: str) -> None:
        if state.shut or permit is None or not permit.open or self._legs.get(state.seat) is not state:
            return
        log.warning("leg_failed", recording=permit.recording, run=permit.run, reason=reason)
        self.shut(state.seat)
        self._report(LegFailed(permit.recording, permit.run, state.seat, reason))

    def _on_beat(self) -> None:
        """Ten times a second: starts that waited for the other kind, and clusters that are due."""
        permit = self._permit
        if permit is None or not permit.open or self._failed:
            return
        now = self._loop.time()
        for state in list(self._legs.values()):
            if state.part is not None:
                state.part.flush_when_due(now * 1000)
            else:
                self._begin_when_ready(state, now)
                if state.part is None and not state.durable and now - state.since > 2 * SILENT_AFTER:
                    self._leg_failed(state, permit, "leg_silent")
        self._beat = self._loop.call_later(BEAT, self._on_beat)

    def part_durable(self, part: PartWriter) -> None:
        """PartWatcher: what the part has written so far is on the disk."""
        permit = self._permit
        state = self._legs.get(part.seat)
        if permit is None or state is None or state.part is not part:
            return
        if not state.durable:
            state.durable = True
            self._report(Durable(permit.recording, permit.run, part.seat, self._since_ms))
        saved = min(
            0 if state.part is None else state.part.info.offset_ms + state.part.durable_ms
            for state in self._legs.values()
        )
        if saved >= self._saved_ms + SAVED_EVERY_MS:
            self._saved_ms = saved
            self._report(Saved(permit.recording, permit.run, saved))

    def part_failed(self, part: PartWriter, reason: str) -> None:
        """PartWatcher: the sink refused. Nothing more is taken in this run."""
        first = not self._failed
        self._failed = True
        if first:
            log.warning("recording_write_failed", recording=part.info.recording, run=part.info.run, reason=reason)
            self._report(WriteFailed(part.info.recording, part.info.run, reason))

    def _let_go(self, leg: "RecorderLeg") -> None:
        leg.shut()
        self._spawn(leg.closed())

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
