"""One browser's connection to the recorder: answered, brought up within 15 s, tapped, closed."""

import asyncio
from collections.abc import Callable

from server.media.aiortc_private import LegTransport
from server.media.net import MediaNet
from server.media.sdp_answer import write_answer
from server.media.sdp_check import CheckedOffer
from server.media.tap import Tap, TimedFrame

UP_WITHIN = 15.0
TICK = 0.05
SILENCE = 10.0
"""No packet for this long (a muted microphone still sends): the connection is lost."""


class RecorderLeg:
    """Receives only. `on_frame` is called for each frame, `on_end` once with a reason if the leg ends by itself:
    `leg_timeout` (not up in time), `leg_failed` (lost), `leg_closed` (the browser closed it)."""

    def __init__(self, net: MediaNet, on_frame: Callable[[TimedFrame], None], on_end: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = LegTransport(net)
        self._on_frame = on_frame
        self._on_end = on_end
        self._tap: Tap | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def refused(self) -> int:
        """Datagrams dropped unread."""
        return self._transport.refused

    @property
    def packets(self) -> int:
        return 0 if self._tap is None else self._tap.packets

    async def answer(self, offer: CheckedOffer) -> str:
        """The SDP answer; the leg then comes up by itself. Raises VisavisError `ports_exhausted`."""
        try:
            local = await self._transport.gather()
        except BaseException:
            await self._transport.close()
            raise
        self._tap = Tap(offer, self._transport.send_rtcp, self._on_frame)
        self._task = self._loop.create_task(self._run(offer, self._tap))
        return write_answer(offer, local)

    def want_picture(self) -> None:
        """Ask for a key frame."""
        if self._tap is not None:
            self._tap.want_picture()

    def shut(self) -> None:
        """Take nothing more, at once. The sockets close behind it; see `closed`."""
        self._closing = True
        self._transport.mute()
        if self._task is not None:
            self._task.cancel()

    async def closed(self) -> None:
        """Shut, and return when the sockets are closed."""
        self.shut()
        if self._task is not None:
            await asyncio.wait([self._task])
        await self._transport.close()

    async def _run(self, offer: CheckedOffer, tap: Tap) -> None:
        reason = "leg_failed"
        try:
            reason = await self._live(offer, tap)
        finally:
            self._transport.mute()
            if not self._closing:
                self._closing = True
                self._on_end(reason)
        await self._transport.close()

    async def _live(self, offer: CheckedOffer, tap: Tap) -> str:
        try:
            async with asyncio.timeout(UP_WITHIN):
                if not await self._transport.connect(offer, tap.packet):
                    return "leg_failed"
        except TimeoutError:
            return "leg_timeout"
        over: asyncio.Future[str] = self._loop.create_future()

        def ended(_: asyncio.Future[None]) -> None:
            if not over.done():
                over.set_result("leg_closed")

        self._transport.ended.add_done_callback(ended)
        self._tick(tap, self._loop.time(), over)
        return await over

    def _tick(self, tap: Tap, up_at: float, over: asyncio.Future[str]) -> None:
        """Twenty times a second, by a timer: waking a task each time would cost as much as the frames do."""
        if over.done() or self._closing:
            return
        now = self._loop.time()
        tap.tick(now)
        if tap.said_goodbye:
            over.set_result("leg_closed")
        elif now - max(self._transport.heard, up_at) > SILENCE:
            over.set_result("leg_failed")
        else:
            self._loop.call_later(TICK, self._tick, tap, up_at, over)
