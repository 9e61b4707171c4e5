"""One recording while it runs: permits, the recorder, and what becomes of its runs."""

import asyncio
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from structlog import get_logger

from server.crypto import keys
from server.domain.events import Event, LegDurable, LimitReached, OpenRecording, RecorderFailed, RunSealed
from server.domain.values import Seat
from server.errors import VisavisError
from server.live import facts
from server.live.parts import PartFiles
from server.live.services import Services
from server.live.shared_part import SharedPart, Table
from server.media.parts import Durable, LegFailed, PartFinished, RecorderEvent, Saved, WriteFailed
from server.media.permit import Permit
from server.store import recordings

if TYPE_CHECKING:
    from server.media.recorder import Recorder

WARN_MS = 5 * 60_000
"""How long before the longest length both are told."""
WARN_SHARE = 0.9
"""Of the bytes a room or the server may keep."""
LOOK_EVERY = 5
"""Every so many "saved" messages, about five seconds, the disk is looked at."""
LEG_WAITS_S = 12.0
"""How long a leg's offer waits for its run to be open."""

Report = Callable[[Event], None]

log = get_logger()


class LiveRecording:
    """Made when both have said yes. `mint` and `close_permit` act at once; the rest is done by the room's worker, in
    order. `report` takes what the room must know, `saved` that more is durably sealed."""

    def __init__(
        self,
        services: Services,
        room: str,
        recording: str,
        public_key: bytes,
        report: Report,
        saved: Callable[["LiveRecording"], None],
        table: Table,
    ) -> None:
        self._services = services
        self._table = table
        self._shared: SharedPart | None = None
        self._room = room
        self._public_key = public_key
        self._report = report
        self._tell_saved = saved
        self._recorder: Recorder | None = None
        self._files: PartFiles | None = None
        self._ready: dict[int, asyncio.Event] = {}
        self._sealed_ms = 0
        self._looks = 0
        self._looking: asyncio.Task[None] | None = None
        self.id = recording
        self.permit: Permit | None = None
        self.saved_ms = 0
        """Durably sealed, from both seats, all runs together."""
        self.notice: str | None = None
        """`recording_ends_soon` or `disk_nearly_full`."""

    # --- at once ------------------------------------------------------------------------------------------------------

    def mint(self, run: int) -> Permit:
        self.permit = Permit(self.id, run)
        self._ready[run] = asyncio.Event()
        return self.permit

    def close_permit(self, run: int) -> None:
        """Not one frame more is taken once this returns."""
        if self.permit is not None and self.permit.run == run:
            self.permit.close()

    def shut(self, seat: Seat, run: int) -> None:
        """The browser has closed its leg."""
        if self._recorder is not None and self.permit is not None and self.permit.run == run:
            self._recorder.shut(seat)

    # --- in order, by the room's worker -------------------------------------------------------------------------------

    async def open(self, effect: OpenRecording) -> None:
        """Shred key, then row. A recording that cannot be opened reports `RecorderFailed`."""
        services, now, shred = self._services, self._services.clock.now_ms(), keys.new_shred_key()
        try:
            sealed = keys.seal_shred_key(services.masters, self._room, self.id, shred)
            await services.shred.put(self.id, sealed, now)
            async with services.database.write() as tx:
                await recordings.create(
                    tx,
                    self.id,
                    room=self._room,
                    meeting=effect.meeting,
                    retention_days=min(effect.retention_days, await facts.days(tx, self._room)),
                    downloads=effect.downloads,
                    now=now,
                )
            # aiortc takes most of a second to import: not on the loop that carries the call's signalling
            media = await asyncio.to_thread(importlib.import_module, "server.media.recorder")
        except Exception as error:
            self._failed(0, error)
            return
        self._files = PartFiles(services, self._room, self.id, self._public_key, shred)
        self._recorder = media.Recorder(services.net, self._files, self._heard, services.clock)
        log.info("recording_opened", room=self._room, recording=self.id)

    async def open_run(self, permit: Permit) -> None:
        """The run's row, then the recorder; legs that have waited are let in."""
        try:
            if self._recorder is not None and permit.open:
                async with self._services.database.write() as tx:
                    await recordings.open_run(tx, self.id, permit.run, self._services.clock.now_ms())
                self._recorder.open_run(permit)
                if self._files is not None:
                    self._shared = SharedPart(self._files, self._table, permit, self._services.clock)
        except Exception as error:
            permit.close()
            self._failed(permit.run, error)
        finally:
            self._ready[permit.run].set()

    async def finish_run(self, run: int) -> None:
        """Finishes the run's parts and rows; `RunSealed` follows whatever happens."""
        length_ms, ended_ms = 0, None
        try:
            if self._shared is not None:
                await self._shared.finish()
            if self._recorder is not None:
                length_ms = (await self._recorder.finish_run()).length_ms
                async with self._services.database.write() as tx:
                    # the rows know of interrupted parts too, which are kept and played as far as they go
                    made = [part for part in await recordings.media(tx, self.id) if part.length_ms > 0]
                    length_ms = max((part.offset_ms + part.length_ms for part in made if part.run == run), default=0)
                    ended_ms = max((part.started_ms + part.length_ms for part in made), default=None)
                    await recordings.close_run(tx, self.id, run, length_ms=length_ms, now=self._services.clock.now_ms())
        except Exception:
            log.exception("run_not_closed", room=self._room, recording=self.id, run=run)
        self._sealed_ms += length_ms
        self.saved_ms = self._sealed_ms
        self._ready.pop(run, None)
        log.info("run_sealed", room=self._room, recording=self.id, run=run, length_ms=length_ms)
        self._report(RunSealed(self.id, run, length_ms, ended_ms))

    async def close(self) -> None:
        """No further run; may be called twice."""
        if self._looking is not None:
            self._looking.cancel()
        if self._recorder is not None:
            await self._recorder.close()

    async def end(self, reason: str) -> None:
        """`close`, and the row gets its day. What never held anything is dropped at once."""
        await self.close()
        now = self._services.clock.now_ms()
        async with self._services.database.write() as tx:
            row = await recordings.get(tx, self.id)
            if row is None or row.state is not recordings.State.RECORDING:
                return
            if self._files is not None:
                await self._files.settle(tx)
            row = await recordings.finish(tx, self.id, reason=reason, now=now)
        if row.state is recordings.State.DELETING:
            await self._services.deletion.run(self.id, now)
        log.info("recording_ended", room=self._room, recording=self.id, reason=reason, state=row.state.value)

    # --- legs ---------------------------------------------------------------------------------------------------------

    async def offer(self, seat: Seat, run: int, sdp: str, *, video: bool) -> str:
        """The answer to a leg's offer. Raises VisavisError `no_permit` and what `Recorder.offer` raises."""
        await self._until_ready(run)
        if self._recorder is None or self.permit is None or not self.permit.open or self.permit.run != run:
            raise VisavisError("no_permit", "Nothing is being recorded now.", 409)
        return await self._recorder.offer(seat, sdp, video)

    async def _until_ready(self, run: int) -> None:
        ready = self._ready.get(run)
        if ready is not None:
            try:
                await asyncio.wait_for(ready.wait(), LEG_WAITS_S)
            except TimeoutError:
                raise VisavisError("not_ready", "The recording was not ready in time.", 503) from None

    # --- what lies between the two ------------------------------------------------------------------------------------

    async def shared(self, run: int) -> SharedPart:
        """Takes the document a run begins with. Raises VisavisError `no_permit` 409, `not_ready` 503."""
        await self._until_ready(run)
        if self._shared is None or self.permit is None or self.permit.run != run or not self.permit.open:
            raise VisavisError("no_permit", "Nothing is being recorded now.", 409)
        return self._shared

    # --- what the recorder says ---------------------------------------------------------------------------------------

    def _heard(self, event: RecorderEvent) -> None:
        match event:
            case Durable():
                self._report(LegDurable(event.seat, event.recording, event.run, event.since_ms))
            case LegFailed():
                self._report(RecorderFailed(event.recording, event.run, event.seat, event.reason))
            case WriteFailed():
                self._report(RecorderFailed(event.recording, event.run, None, event.reason))
            case Saved():
                self._heard_saved(event)
            case PartFinished():
                pass  # its row was written when its file was
            case _:
                assert_never(event)

    def _heard_saved(self, event: Saved) -> None:
        self.saved_ms = self._sealed_ms + event.saved_ms
        longest = self._services.limits.recording_ms
        if self.saved_ms >= longest:
            self._report(LimitReached(self.id, "too_long"))
        elif self.saved_ms >= longest - WARN_MS:
            self.notice = "recording_ends_soon"
        if self._looks % LOOK_EVERY == 0 and (self._looking is None or self._looking.done()):
            self._looking = asyncio.get_running_loop().create_task(self._look_at_disk())
        self._looks += 1
        self._tell_saved(self)

    async def _look_at_disk(self) -> None:
        services, limits = self._services, self._services.limits
        async with services.database.read() as tx:
            usage = await recordings.usage(tx, self._room)
            obstacle = await facts.full(services, tx, self._room)
        if obstacle is not None:
            self._report(LimitReached(self.id, obstacle))
        elif usage.room_bytes > WARN_SHARE * limits.room_bytes or usage.server_bytes > WARN_SHARE * limits.server_bytes:
            self.notice = "disk_nearly_full"

    def _failed(self, run: int, error: Exception) -> None:
        code = error.code if isinstance(error, VisavisError) else "write_failed"
        kind = type(error).__name__
        log.error("recording_failed", room=self._room, recording=self.id, run=run, code=code, error=kind)
        self._report(RecorderFailed(self.id, run, None, code))
