"""From the first yes to the deletion, with what lies on the disk looked at all along the way."""

import asyncio
import base64
import io
import math
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser, Playwright, expect

from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import chromium
from tests.e2e.place import Place
from tests.harness import FAKE_DEVICES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EBML = bytes.fromhex("1a45dfa3")
VP8_KEYFRAME = bytes.fromhex("9d012a")


async def start_recording(pair: Pair) -> None:
    await pair.mentor.agree()
    await answer_and_record(pair)


async def answer_and_record(pair: Pair) -> None:
    """The mentee's yes to the mentor's, until both pages say "Recording"."""
    await pair.mentee.answer_yes()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording", timeout=15_000)


async def has_run(pair: Pair, seconds: int) -> None:
    """Waits until the page itself says that so much is saved."""
    await pair.mentor.page.wait_for_function(
        """seconds => {
          const told = /saved to (\\d+):(\\d+)/.exec(document.body.innerText);
          return told && Number(told[1]) * 60 + Number(told[2]) >= seconds;
        }""",
        arg=seconds,
    )


def search_the_disk(place: Place, pair: Pair) -> None:
    """Nothing anybody said, wrote or showed stands in the data directory."""
    secret = [EBML, b"V_VP8", b"A_OPUS", b"OpusHead", pair.title.encode(), pair.password.encode()]
    secret += [name.encode() for name in (pair.mentor.name, pair.mentee.name)]
    looked = 0
    for file in place.data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            looked += 1
            assert [mark for mark in secret if mark in content] == [], file
    assert looked > 2


async def test_record_listen_download_and_delete(meet: Meet, place: Place) -> None:
    pair = await meet()
    mentor, mentee = pair.mentor, pair.mentee
    others = set(place.data_dir.rglob("*.vrec"))
    await expect(mentor.recording_status).to_have_text("Not recording")
    await mentor.agree()
    await expect(mentor.recording_status).to_have_text("Waiting for Samir Haddad to agree")
    await answer_and_record(pair)
    await has_run(pair, 4)
    search_the_disk(place, pair)

    await mentor.withdraw()
    for person in (mentor, mentee):
        await expect(person.recording_status).to_contain_text("Recording stopped")
    await mentor.button("Keep").click()
    search_the_disk(place, pair)

    page = mentor.page
    await page.goto(f"{pair.link}/recordings")
    if await page.get_by_label("Room password", exact=True).is_visible():
        await page.get_by_label("Room password", exact=True).fill(pair.password)
        await page.keyboard.press("Enter")
    await expect(page.get_by_text("Deleted on").first).to_be_visible()
    await mentor.button("Play").first.click()
    videos = page.locator("video")
    await expect(videos).to_have_count(2)
    await page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every(v => v.currentTime > 1 && v.videoWidth > 0)"
    )

    parts = await download_parts(pair)
    assert len(parts) == 2
    for _, content in parts:
        check_part(content, at_least_s=3.0)

    files = [file for file in place.data_dir.rglob("*.vrec") if file not in others]
    assert len(files) == 3, "one of each person, and one of what they share"
    await page.get_by_role("button", name="Delete").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete for both").click()
    await expect(page.get_by_role("button", name="Play")).to_have_count(0)
    await gone(files)


async def download_parts(pair: Pair) -> list[tuple[str, bytes]]:
    """Seat and content of every part of the room's newest recording, fetched as the player in the page does."""
    contents: list[tuple[str, str]] = await pair.mentor.page.evaluate(
        """async base => {
          const json = async url => (await fetch(url)).json();
          let recordings = [];
          for (let tries = 0; recordings[0]?.state !== "kept"; tries++) {
            if (tries > 200) throw new Error(`not kept: ${JSON.stringify(recordings)}`);
            ({ recordings } = await json(base));
          }
          const { id, parts } = await json(`${base}/${recordings[0].id}`);
          return Promise.all(parts.map(async part => {
            const answer = await fetch(`${base}/${id}/parts/${part.id}`);
            if (answer.status !== 200) throw new Error(`part: ${answer.status}`);
            const bytes = new Uint8Array(await answer.arrayBuffer());
            let text = "";
            for (let at = 0; at < bytes.length; at += 0x8000) {
              text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
            }
            return [part.seat, btoa(text)];
          }));
        }""",
        f"/api/rooms/{pair.room}/recordings",
    )
    return [(seat, base64.b64decode(content)) for seat, content in contents]


def check_part(content: bytes, at_least_s: float) -> None:
    """Every frame decodes, sound and picture start together, and the part is as long as it says."""
    with av.open(io.BytesIO(content), mode="r") as film:
        told_s = (film.duration or 0) / av.time_base
        pictures = [frame.time or 0.0 for frame in film.decode(film.streams.video[0])]
    with av.open(io.BytesIO(content), mode="r") as film:
        sounds = [frame.time or 0.0 for frame in film.decode(film.streams.audio[0])]
    assert abs(pictures[0] - sounds[0]) < 0.1
    last_s = max(pictures[-1], sounds[-1])
    assert last_s >= at_least_s
    assert abs(told_s - last_s) < 0.5


async def gone(files: list[Path]) -> None:
    """Returns when none of them is there any more; the pages are told as soon as the key is destroyed."""
    async with asyncio.timeout(5):
        while any([await asyncio.to_thread(file.exists) for file in files]):
            pass


async def test_erasing_destroys_at_once(meet: Meet, place: Place) -> None:
    pair = await meet()
    before = set(place.data_dir.rglob("*.vrec"))
    await start_recording(pair)
    await has_run(pair, 1)
    await pair.mentee.withdraw()
    await pair.mentee.button("Erase").click()
    await pair.mentee.button("Erase for both").click()
    await expect(pair.mentor.page.get_by_text("rased").first).to_be_visible()
    await gone([file for file in place.data_dir.rglob("*.vrec") if file not in before])


async def test_not_today_ends_the_asking(meet: Meet) -> None:
    pair = await meet()
    await pair.mentor.agree()
    await pair.mentee.button("Not today").click()
    await expect(pair.mentor.recording_status).to_contain_text("ot recording")
    await expect(pair.mentor.page.get_by_text("prefers not to record today")).to_be_visible()


async def test_a_break_pauses_and_only_both_go_on(meet: Meet) -> None:
    pair = await meet()
    await start_recording(pair)
    await pair.mentor.button("Take a break").click()
    await pair.mentee.button("Agree to the break").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording paused")
    for person in (pair.mentor, pair.mentee):
        await person.page.get_by_role("button", name="I'm back").click()
    await pair.mentor.button("Go on").click()
    await expect(pair.mentee.recording_status).to_have_text("Recording paused")
    await pair.mentee.button("Go on").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording", timeout=15_000)


async def test_a_reload_ends_the_recording(meet: Meet) -> None:
    pair = await meet()
    await start_recording(pair)
    await pair.mentee.page.reload()
    await expect(pair.mentor.recording_status).to_contain_text("Recording stopped")
    await pair.mentee.sees(pair.mentor.name)
    await expect(pair.mentee.allow_recording).not_to_be_checked()
    await expect(pair.mentor.allow_recording).not_to_be_checked()


def loudness(content: bytes, start_s: float, end_s: float) -> float:
    """Root mean square of a stretch of the sound, full scale being 1."""
    with av.open(io.BytesIO(content), mode="r") as film:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        squares, count = 0.0, 0
        for frame in film.decode(film.streams.audio[0]):
            if frame.time is None or not start_s <= frame.time < end_s:
                continue
            for piece in resampler.resample(frame):
                samples = memoryview(bytes(piece.planes[0])).cast("f")[: piece.samples]
                squares += sum(sample * sample for sample in samples)
                count += piece.samples
    assert count > 8_000, f"{count} samples between {start_s} and {end_s} s"
    return math.sqrt(squares / count)


async def test_what_is_muted_in_the_call_is_not_in_the_file(meet: Meet) -> None:
    pair = await meet()
    await pair.mentee.button("Mute microphone").click()
    await start_recording(pair)
    await has_run(pair, 4)
    await pair.mentee.button("Unmute microphone").click()
    await has_run(pair, 8)
    await pair.mentor.withdraw()
    await pair.mentor.button("Keep").click()
    parts = dict(await download_parts(pair))
    assert loudness(parts["mentee"], 0.5, 3.0) < 1e-4
    assert loudness(parts["mentee"], 5.5, 8.0) > 1e-3
    assert loudness(parts["mentor"], 0.5, 3.0) > 1e-3


async def test_without_camera_and_microphone_one_joins_and_is_on_record_in_silence(
    playwright: Playwright, browser: Browser, meet: Meet
) -> None:
    async with chromium(playwright, without=(FAKE_DEVICES,)) as bare:
        pair = await meet(browsers=(browser, bare), pictures=False)
        await expect(pair.mentor.page.get_by_text("no microphone").first).to_be_visible()
        await start_recording(pair)
        await has_run(pair, 2)
        await pair.mentee.withdraw()
        await pair.mentee.button("Keep").click()
        parts = dict(await download_parts(pair))
        assert set(parts) == {"mentor", "mentee"}
        assert loudness(parts["mentee"], 0.2, 1.5) < 1e-4
