"""A real Chromium sends its camera to a real recorder."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from server.clock import SystemClock
from server.domain.values import Seat
from server.media.net import MediaNet
from server.media.parts import Durable, LegFailed, RecorderEvent, Saved
from server.media.permit import Permit
from server.media.recorder import Recorder
from tests import harness
from tests.media.samples import MemoryDisk, decoded

pytestmark = pytest.mark.browser

OPEN = """async ({video}) => {
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}})
  const pc = new RTCPeerConnection()
  const [sound] = stream.getAudioTracks()
  const [picture] = stream.getVideoTracks()
  pc.addTransceiver(sound, {direction: 'sendonly', streams: [stream]})
  if (video) pc.addTransceiver(picture, {direction: 'sendonly', streams: [stream]})
  window.leg = pc
  await pc.setLocalDescription()
  return pc.localDescription.sdp
}"""
ANSWER = """async answer => {
  await leg.setRemoteDescription({type: 'answer', sdp: answer})
  while (leg.connectionState !== 'connected') {
    await new Promise(done => leg.addEventListener('connectionstatechange', done, {once: true}))
  }
}"""
STATS = """async () => {
  const all = [...(await leg.getStats()).values()].filter(s => s.type === 'outbound-rtp' && s.kind === 'video')
  return all.map(s => ({codec: s.codecId, keys: s.keyFramesEncoded, plis: s.pliCount, sent: s.bytesSent}))
}"""


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=harness.chromium(), args=harness.CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest.mark.parametrize("net", [MediaNet(bind=("127.0.0.1",)), MediaNet()], ids=["loopback", "every address"])
async def test_chromium_is_recorded(chromium: Browser, net: MediaNet) -> None:
    page = await chromium.new_page()
    # A camera is given to https and to localhost alone; no server is needed to be there.
    await page.route("**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    await page.goto("http://localhost/")
    disk = MemoryDisk()
    events: asyncio.Queue[RecorderEvent] = asyncio.Queue()
    recorder = Recorder(net, disk, events.put_nowait, SystemClock())
    recorder.open_run(Permit("recordingaaaaaaa", 1))
    answer = await recorder.offer(Seat.MENTOR, await page.evaluate(OPEN, {"video": True}), True)
    async with asyncio.timeout(30):
        await page.evaluate(ANSWER, answer)
        seen: list[RecorderEvent] = []
        while not (seen and isinstance(seen[-1], Saved) and seen[-1].saved_ms >= 7000):
            seen.append(await events.get())
            assert not isinstance(seen[-1], LegFailed)
    assert isinstance(seen[0], Durable)
    [stats] = await page.evaluate(STATS)
    # One key frame at the start; more of them come because they are asked for.
    assert stats["plis"] >= 2
    assert stats["keys"] >= 2
    await page.evaluate("leg.close()")
    recorder.shut(Seat.MENTOR)
    result = await recorder.finish_run()
    film = decoded(bytes(disk.parts[0].data))
    assert film.duration == pytest.approx(result.length_ms / 1000, abs=0.1)
    assert film.video > film.duration * 5
    assert film.audio == pytest.approx(film.duration * 50, rel=0.1)
    assert abs(film.starts["video"] - film.starts["audio"]) < 0.05
    assert decoded(disk.parts[0].interrupted()).video > 0


async def test_chromium_with_sound_alone(chromium: Browser) -> None:
    page = await chromium.new_page()
    await page.route("**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    await page.goto("http://localhost/")
    disk = MemoryDisk()
    events: asyncio.Queue[RecorderEvent] = asyncio.Queue()
    recorder = Recorder(MediaNet(bind=("127.0.0.1",)), disk, events.put_nowait, SystemClock())
    recorder.open_run(Permit("recordingaaaaaaa", 1))
    # The offer brings a camera all the same: it is answered as refused, and no picture may be sent.
    answer = await recorder.offer(Seat.MENTEE, await page.evaluate(OPEN, {"video": True}), False)
    async with asyncio.timeout(30):
        await page.evaluate(ANSWER, answer)
        while not (isinstance(event := await events.get(), Saved) and event.saved_ms >= 1500):
            pass
    result = await recorder.finish_run()
    assert [part.video for part in result.parts] == [False]
    film = decoded(bytes(disk.parts[0].data))
    assert film.audio > 60
