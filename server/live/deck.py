"""The recordings of one room while they run: permits, runs, legs, ends."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from structlog import get_logger

from server.domain import events as ev
from server.domain.from_browser import LegClosed, LegOffer
from server.domain.from_server import Error, LegAnswer
from server.domain.values import Seat
from server.errors import VisavisError
from server.live.page import Page
from server.live.recording import LiveRecording, Report
from server.live.services import Services
from server.live.shared_part import Table
from server.live.worker import Worker
from server.media.permit import Permit

log = get_logger()


class Deck:
    """Performs what the state machine wants of a recording: permits at once, the rest by the worker, in order."""

    def __init__(
        self,
        services: Services,
        room: str,
        worker: Worker,
        report: Report,
        saved: Callable[[LiveRecording], None],
        table: Table,
    ) -> None:
        """`saved` is told when more of a recording is durably sealed; `table` is what the two make together."""
        self._table = table
        self._services = services
        self._room = room
        self._worker = worker
        self._report = report
        self._saved = saved
        self._recordings: dict[str, LiveRecording] = {}
        self._erasing: set[str] = set()
        self._offers: dict[Seat, tuple[Page, LegOffer]] = {}
        self._legs: dict[Seat, asyncio.Task[None]] = {}

    def get(self, recording: str) -> LiveRecording | None:
        """A recording that is not over, or not yet put away."""
        return self._recordings.get(recording)

    def permit(self, recording: str) -> Permit | None:
        tape = self._recordings.get(recording)
        return tape.permit if tape is not None else None

    # --- at once ------------------------------------------------------------------------------------------------------

    def close_permits(self, effects: Iterable[ev.Effect]) -> None:
        """Not one frame more is taken for what these effects close."""
        for effect in effects:
            tape = self._recordings.get(effect.recording) if isinstance(effect, ev.ClosePermit) else None
            if tape is not None and isinstance(effect, ev.ClosePermit):
                tape.close_permit(effect.run)

    def close_all_permits(self) -> None:
        for tape in self._recordings.values():
            if tape.permit is not None:
                tape.permit.close()

    # --- in order -----------------------------------------------------------------------------------------------------

    def open(self, effect: ev.OpenRecording, public_key: bytes) -> None:
        tape = LiveRecording(
            self._services, self._room, effect.recording, public_key, self._report, self._saved, self._table
        )
        self._recordings[effect.recording] = tape
        self._worker.put("open_recording", partial(tape.open, effect))

    def mint(self, effect: ev.MintPermit) -> None:
        tape = self._recordings[effect.recording]
        self._worker.put("open_run", partial(tape.open_run, tape.mint(effect.run)))

    def finish_run(self, effect: ev.ClosePermit) -> None:
        self._worker.put("finish_run", partial(self._recordings[effect.recording].finish_run, effect.run))

    def end(self, effect: ev.EndRecording) -> None:
        self._worker.put("end_recording", partial(self._end, effect), must=True)

    def erase(self, effect: ev.EraseRecording) -> None:
        self._erasing.add(effect.recording)
        self._worker.put("erase_recording", partial(self._erase, effect), must=True)

    async def _end(self, effect: ev.EndRecording) -> None:
        tape = self._recordings[effect.recording]
        if effect.recording in self._erasing:
            await (
                tape.close()
            )  # it gets no day any more, and its erasing must not wait behind one that cannot be stored
        else:
            await tape.end(effect.reason)
        del self._recordings[effect.recording]

    async def _erase(self, effect: ev.EraseRecording) -> None:
        now = self._services.clock.now_ms()
        try:
            await self._services.deletion.delete(effect.recording, cause="erased", by=effect.by, now=now)
        except VisavisError as error:
            if error.code != "no_such_recording":  # it could not even be opened: there is nothing to erase
                raise
        self._erasing.discard(effect.recording)

    # --- legs ---------------------------------------------------------------------------------------------------------

    def leg_offer(self, page: Page, message: LegOffer) -> None:
        """Answered on the side, one at a time for each seat: gathering addresses takes its time, and other events must
        not wait for it. Of offers that come meanwhile (a camera pressed on and off) the last one counts."""
        self._offers[page.seat] = (page, message)
        task = self._legs.get(page.seat)
        if task is None or task.done():
            self._legs[page.seat] = asyncio.get_running_loop().create_task(self._answer_legs(page.seat))

    async def _answer_legs(self, seat: Seat) -> None:
        while (offered := self._offers.pop(seat, None)) is not None:
            await self._answer_leg(*offered)

    def leg_closed(self, page: Page, message: LegClosed) -> None:
        tape = self._recordings.get(message.recording)
        if tape is not None:
            tape.shut(page.seat, message.run)

    async def _answer_leg(self, page: Page, message: LegOffer) -> None:
        tape = self._recordings.get(message.recording)
        try:
            if tape is None:
                raise VisavisError("no_permit", "Nothing is being recorded now.", 409)
            sdp = await tape.offer(page.seat, message.run, message.sdp, video=message.video)
        except VisavisError as error:
            log.warning("leg_refused", room=self._room, recording=message.recording, run=message.run, code=error.code)
            page.send(Error(error.code, error.detail, "leg_offer"))
            if error.code != "no_permit":
                self._report(ev.RecorderFailed(message.recording, message.run, page.seat, "leg_refused"))
        except Exception:
            log.exception("leg_not_answered", room=self._room, recording=message.recording, seat=page.seat.value)
            page.send(Error("internal", "The leg could not be opened.", "leg_offer"))
            self._report(ev.RecorderFailed(message.recording, message.run, page.seat, "leg_failed"))
        else:
            page.send(LegAnswer(recording=message.recording, run=message.run, sdp=sdp))

    async def close(self) -> None:
        """No leg is answered any more."""
        for task in self._legs.values():
            task.cancel()
        await asyncio.gather(*self._legs.values(), return_exceptions=True)
