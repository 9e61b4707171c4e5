"""Two people whose browsers send real media to the recorder."""

import asyncio
from functools import cache

from bench.sender import Sample, Sender, pictures, sound
from tests.live.house import House, HurriedClock, Tab, meeting_in


@cache
def video() -> tuple[Sample, ...]:
    """Four seconds, encoded once."""
    return pictures(count=60, width=320, height=180, every=60, rate=15, kbit=300)


class Leg:
    """What a browser does about a run: pulses, offers its leg, shuts it, says so."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.sender: Sender | None = None
        self.start_pulsing()

    def start_pulsing(self) -> None:
        self._pulsing = asyncio.create_task(self._pulse())

    async def stop_pulsing(self) -> None:
        self._pulsing.cancel()
        await asyncio.gather(self._pulsing, return_exceptions=True)

    async def _pulse(self) -> None:
        n = 0
        while not self.tab.line.closed:
            await self.tab.send("pulse", n=n)
            n += 1
            await asyncio.sleep(1)

    async def open(self, recording: str, run: int) -> None:
        self.sender = Sender(video(), sound(), rate=15)
        sdp = await self.sender.offer()
        await self.tab.send("leg_offer", recording=recording, run=run, sdp=sdp, video=True)
        answer = await self.tab.expect("leg_answer", recording=recording, run=run)
        await self.sender.accept(answer["sdp"])

    async def shut(self, recording: str, run: int) -> None:
        assert self.sender is not None
        await self.sender.close()
        self.sender = None
        await self.tab.send("leg_closed", recording=recording, run=run)

    async def close(self) -> None:
        await self.stop_pulsing()
        if self.sender is not None:
            await self.sender.close()


async def on_record(house: House) -> tuple[list[Leg], str]:
    """Both agree, both legs are up, both pages say that it is recorded."""
    video(), sound()  # encoded before anybody waits for it
    mentor, mentee = await meeting_in(house)
    legs = [Leg(mentor), Leg(mentee)]
    await mentor.agree()
    await mentee.recording("waiting")
    await mentee.agree()
    await skip_countdown(mentor, mentee)
    recording = (await mentor.recording("starting"))["recording"]
    await mentee.recording("starting")
    await asyncio.gather(*(leg.open(recording, 1) for leg in legs))
    for leg in legs:
        await leg.tab.recording("recording")
        await leg.tab.expect("chime", kind="recording_started")
    return legs, recording


async def pause(legs: list[Leg], recording: str) -> None:
    """A break of both, until nothing is sent to the recorder any more."""
    mentor, mentee = legs[0].tab, legs[1].tab
    await mentor.send("break_propose", minutes=5)
    await mentee.see(lambda view: view["pause"] is not None)
    await mentee.send("break_answer", agree=True)
    await asyncio.gather(*(leg.tab.recording("paused") for leg in legs))
    await asyncio.gather(*(leg.shut(recording, 1) for leg in legs))
    await mentor.see(lambda view: view["recording"]["quiet"])


async def go_on(legs: list[Leg], recording: str) -> None:
    """Both are back, want the recording to go on, and are recorded in its second run."""
    for leg in legs:
        await leg.tab.send("break_back")
    await legs[0].tab.see(lambda view: view["pause"] is None)
    await asyncio.gather(*(leg.tab.send("go_on") for leg in legs))
    await skip_countdown(*(leg.tab for leg in legs))
    await asyncio.gather(*(leg.tab.recording("starting") for leg in legs))
    await asyncio.gather(*(leg.open(recording, 2) for leg in legs))
    await asyncio.gather(*(leg.tab.recording("recording") for leg in legs))


async def skip_countdown(*tabs: Tab) -> None:
    """Where the server's clock can be moved on; a server in another process takes its three seconds. Not a moment more
    is skipped, also where the machine is so busy that it ends by itself: what follows is measured by the clock."""
    house = tabs[0].browser.house
    if not (isinstance(house, House) and isinstance(house.clock, HurriedClock)):
        return
    view = await tabs[0].see(lambda view: view["recording"]["state"] in ("countdown", "starting"))
    if view["recording"]["state"] == "starting":
        return
    until_ms = view["recording"]["until_ms"]
    while house.clock.now_ms() < until_ms:
        for tab in tabs:
            await tab.quiet()
        house.advance(max(0, min(1_000, until_ms - house.clock.now_ms())))


async def saved(tab: Tab, at_least_ms: int) -> None:
    """Returns once the page was told that so much is durably sealed."""
    while (await tab.expect("saved"))["saved_ms"] < at_least_ms:
        pass
