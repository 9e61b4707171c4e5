"""Two browsers on hosts with other addresses: the call is theirs, and the server hears only what was agreed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright, expect

from tests.e2e.conftest import Pair, make_pair
from tests.e2e.networks import MEDIA_PORTS, SERVER, Network, network, possible
from tests.e2e.people import chromium
from tests.e2e.place import Place
from tests.e2e.test_recording import answer_and_record, check_part, download_parts, has_run, start_recording
from tests.harness import FAKE_DEVICES

FEW_PICTURES = "--use-fake-device-for-media-stream=fps=5"
"""Of the usual size: to encode them is what this journey costs most."""
# Three frames drawn from now on: `sees` alone is content with a picture that froze.
NEW_FRAMES = """name => new Promise(done => {
  const picture = [...document.querySelectorAll('video')].find(it => it.ariaLabel === name)
  let left = 3
  const drawn = () => (left -= 1) ? picture.requestVideoFrameCallback(drawn) : done(true)
  picture.requestVideoFrameCallback(drawn)
})"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not possible, reason="networks of one's own need root, iproute2 and iptables"),
]


def on_host(playwright: Playwright, net: Network, number: int) -> contextlib.AbstractAsyncContextManager[Browser]:
    return chromium(
        playwright, executable=net.chromium(net.hosts[number]), without=(FAKE_DEVICES,), more=(FEW_PICTURES,)
    )


@contextlib.asynccontextmanager
async def apart(folder: Path, playwright: Playwright) -> AsyncIterator[tuple[Network, Pair]]:
    """A pair whose two people sit on different hosts, before cameras of the usual size."""
    async with network(folder) as net:
        place = Place(
            folder,
            "--tls=trial",
            f"--public-url=https://{SERVER}:8443",
            "--rooms=anyone",
            f"--media-address={SERVER}",
            f"--media-ports={MEDIA_PORTS[0]}-{MEDIA_PORTS[1]}",
            host=SERVER,
            port=8443,
            prefix=net.inside(net.server),
        )
        await place.start()
        try:
            async with (
                on_host(playwright, net, 0) as first,
                on_host(playwright, net, 1) as second,
            ):
                # with the form: the tests themselves sit on neither host
                yield net, await make_pair(place.url, (first, second), by_form=True, still=True)
        finally:
            await place.stop()


async def test_two_on_networks_of_their_own(tmp_path: Path, playwright: Playwright) -> None:
    async with apart(tmp_path, playwright) as (net, pair):
        await no_packet_reaches_the_recorder_but_while_both_agree(net, pair)
        await a_cut_line_pauses_the_recording_and_both_come_back_by_themselves(net, pair)


async def no_packet_reaches_the_recorder_but_while_both_agree(net: Network, pair: Pair) -> None:
    assert await net.media_packets() == 0
    await pair.mentor.agree()
    await expect(pair.mentor.recording_status).to_contain_text("Waiting")
    assert await net.media_packets() == 0
    await answer_and_record(pair)
    await has_run(pair, 2)
    assert await net.media_packets() > 100

    await pair.mentor.button("Take a break").click()
    await pair.mentee.button("Agree to the break").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording paused")
    paused = await net.media_packets()
    await pair.mentor.page.wait_for_timeout(1500)
    assert await net.media_packets() == paused

    for person in (pair.mentor, pair.mentee):
        await person.button("I'm back").click()
    for person in (pair.mentor, pair.mentee):
        await person.page.get_by_role("button", name="Turn camera on").first.click()
        await person.page.get_by_role("button", name="Unmute microphone").first.click()
        await person.button("Go on").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording")
    await pair.mentee.withdraw()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_contain_text("Recording stopped")
    stopped = await net.media_packets()
    await pair.mentor.page.wait_for_timeout(1500)
    assert await net.media_packets() == stopped
    for _, content in await download_parts(pair):
        check_part(content, at_least_s=0.2)


async def a_cut_line_pauses_the_recording_and_both_come_back_by_themselves(net: Network, pair: Pair) -> None:
    await start_recording(pair)
    await has_run(pair, 1)
    await net.cut(net.hosts[1])
    await expect(pair.mentor.recording_status).to_have_text("Recording paused")
    await asyncio.gather(net.mend(net.hosts[1]))
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording", timeout=45_000)
    for person, partner in ((pair.mentor, pair.mentee), (pair.mentee, pair.mentor)):
        await person.sees(partner.name)
        await person.page.wait_for_function(NEW_FRAMES, arg=partner.name)
