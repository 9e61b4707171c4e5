"""From the first yes to the deletion, with what lies on the disk looked at all along the way."""

import asyncio
import base64
import io
import math
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser, Playwright, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import chromium
from tests.e2e.place import Place
from tests.harness import FAKE_DEVICES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DOC_TYPE = b"\x42\x82\x84webm"
"""As each of the files begins. The four bytes of EBML's own name turn up in what is sealed by chance."""
SAVED = """() => {
  const told = /saved to (\\d+):(\\d+)/.exec(document.body.innerText);
  return told ? Number(told[1]) * 60 + Number(told[2]) : 0;
}"""


async def start_recording(pair: Pair) -> None:
    await pair.mentor.agree()
    await answer_and_record(pair)


async def answer_and_record(pair: Pair) -> None:
    """The mentee's yes to the mentor's, until both pages say "Recording"."""
    await pair.mentee.answer_yes()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording")


async def has_run(pair: Pair, seconds: int) -> None:
    """Waits until the page itself says that so much is saved."""
    await pair.mentor.page.wait_for_function(f"seconds => ({SAVED})() >= seconds", arg=seconds)


async def saved(pair: Pair) -> int:
    """Seconds, as the mentor's page says; what is recorded is a second or two ahead."""
    told: int = await pair.mentor.page.evaluate(SAVED)
    return told


def search_the_disk(place: Place, pair: Pair) -> None:
    """Nothing anybody said, wrote or showed stands in the data directory."""
    secret = [DOC_TYPE, b"V_VP8", b"A_OPUS", b"OpusHead", pair.title.encode(), pair.password.encode()]
    secret += [name.encode() for name in (pair.mentor.name, pair.mentee.name)]
    looked = 0
    for file in place.data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            looked += 1
            assert [mark for mark in secret if mark in content] == [], file
    assert looked > 2


async def test_record_listen_download_and_delete(meet: Meet, place: Place) -> None:
    pair = await meet(devices=None)
    others = set(place.data_dir.rglob("*.vrec"))
    await they_agree(pair)
    await what_is_muted_in_the_call_is_not_in_the_file(pair, place)
    files = [file for file in place.data_dir.rglob("*.vrec") if file not in others]
    await erasing_destroys_at_once(pair, place)
    await a_break_pauses_and_only_both_go_on(pair)
    await a_reload_ends_the_recording(pair)
    await they_listen(pair)
    await either_deletes(pair, files)


async def they_agree(pair: Pair) -> None:
    """The mentee is muted."""
    mentor = pair.mentor
    await pair.mentee.button("Mute microphone").click()
    await expect(mentor.recording_status).to_have_text("Not recording")
    await mentor.allow_recording.click()
    await expect(mentor.button("I agree to record")).to_be_visible()
    assert await findings(mentor.page) == [], "consent"
    await mentor.answer_yes()
    await expect(mentor.recording_status).to_have_text("Waiting for Samir Haddad to agree")
    await answer_and_record(pair)


async def what_is_muted_in_the_call_is_not_in_the_file(pair: Pair, place: Place) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await has_run(pair, 3)
    assert await findings(mentor.page) == [], "recording"
    search_the_disk(place, pair)
    await mentee.button("Unmute microphone").click()
    await expect(mentee.button("Mute microphone")).to_be_visible()
    heard = await saved(pair) + 4
    await has_run(pair, heard)
    await mentor.withdraw()
    for person in (mentor, mentee):
        await expect(person.recording_status).to_contain_text("Recording stopped")
    assert await findings(mentor.page) == [], "keep or erase"
    await mentor.button("Keep").click()
    search_the_disk(place, pair)
    parts = dict(await download_parts(pair))
    assert set(parts) == {"mentor", "mentee"}
    for content in parts.values():
        check_part(content, at_least_s=3.0)
    assert loudness(parts["mentee"], 0.5, 2.5) < 1e-4
    assert loudness(parts["mentee"], heard - 1, heard) > 1e-3
    assert loudness(parts["mentor"], 0.5, 2.5) > 1e-3


async def erasing_destroys_at_once(pair: Pair, place: Place) -> None:
    before = set(place.data_dir.rglob("*.vrec"))
    await start_recording(pair)
    await has_run(pair, 1)
    await pair.mentee.withdraw()
    await pair.mentee.button("Erase").click()
    await pair.mentee.button("Erase for both").click()
    await expect(pair.mentor.page.get_by_text("rased").first).to_be_visible()
    await gone([file for file in place.data_dir.rglob("*.vrec") if file not in before])


async def a_break_pauses_and_only_both_go_on(pair: Pair) -> None:
    await start_recording(pair)
    await pair.mentor.button("Take a break").click()
    await pair.mentee.button("Agree to the break").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording paused")
    assert await findings(pair.mentor.page) == [], "break"
    for person in (pair.mentor, pair.mentee):
        await person.button("I'm back").click()
    await pair.mentor.button("Go on").click()
    await expect(pair.mentee.recording_status).to_have_text("Recording paused")
    await pair.mentee.button("Go on").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.recording_status).to_have_text("Recording")


async def a_reload_ends_the_recording(pair: Pair) -> None:
    await pair.mentee.page.reload()
    await expect(pair.mentor.recording_status).to_contain_text("Recording stopped")
    await expect(pair.mentee.button("Leave")).to_be_visible()
    await expect(pair.mentee.allow_recording).not_to_be_checked()
    await expect(pair.mentor.allow_recording).not_to_be_checked()


async def they_listen(pair: Pair) -> None:
    """To the first one, which stands last in the list."""
    page = pair.mentor.page
    await page.goto(f"{pair.link}/recordings")
    await expect(page.get_by_text("Deleted on").first).to_be_visible()
    await pair.mentor.button("Play").last.click()
    videos = page.locator("video")
    await expect(videos).to_have_count(2)
    await page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every(v => v.currentTime > 1 && v.videoWidth > 0)"
    )
    await expect(page.get_by_role("slider").first).to_be_visible()
    assert await findings(page) == [], "player"


async def either_deletes(pair: Pair, files: list[Path]) -> None:
    assert len(files) == 3, "one of each person, and one of what they share"
    page, play = pair.mentor.page, pair.mentor.button("Play")
    kept = await play.count()
    await page.get_by_role("button", name="Delete").last.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete for both").click()
    await expect(play).to_have_count(kept - 1)
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
