"""Takes the README's pictures: the real pages in Chromium, with two drawn people before the cameras.

    .venv/bin/python -m docs.pictures.make

Needs the built pages and a Chromium (`make browser build`). Writes meeting.png, together.png and recordings.png beside
this file.
"""

import asyncio
import contextlib
import io
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import av
from playwright.async_api import Browser, Playwright, ViewportSize, async_playwright, expect

from docs.pictures.portraits import INGRID, SAMIR, Looks, portrait
from tests import harness
from tests.e2e.people import Person, chromium
from tests.e2e.place import Place

HERE = Path(__file__).parent
SIZE = ViewportSize(width=1280, height=720)
RATE = 5
"""Pictures a second: encoding more would only heat the machine that takes the pictures."""
FRAMES = 10


def raw(png: bytes) -> bytes:
    """The picture's planes as 4:2:0."""
    with av.open(io.BytesIO(png), "r") as picture:
        frame = next(picture.decode(video=0)).reformat(format="yuv420p")
    rows = []
    for plane in frame.planes:
        content = bytes(plane)
        rows += [content[y * plane.line_size :][: plane.width] for y in range(plane.height)]
    return b"".join(rows)


async def film(browser: Browser, looks: Looks) -> bytes:
    """A still as Y4M, which Chromium plays in a circle as a camera."""
    page = await browser.new_page(viewport=SIZE)
    await page.set_content(f"<body style='margin:0'>{portrait(looks)}</body>")
    frame = b"FRAME\n" + raw(await page.screenshot())
    await page.close()
    head = f"YUV4MPEG2 W{SIZE['width']} H{SIZE['height']} F{RATE}:1 Ip A1:1 C420mpeg2\n"
    return head.encode() + frame * FRAMES


async def arrive(browser: Browser, name: str, seat: str) -> Person:
    """In a time zone where it is the middle of the afternoon."""
    east = 15 - datetime.now(UTC).hour  # -8 to 15; the signs of these names are turned round
    context = await browser.new_context(viewport=SIZE, locale="en-GB", timezone_id=f"Etc/GMT{-min(east, 14):+d}")
    return Person(context, await context.new_page(), name, seat)


async def says(person: Person, words: str) -> None:
    await expect(person.recording_status).to_contain_text(words, timeout=20_000)


TOPICS = ("Saying no to extra work", "Feedback from the team lead", "A book on negotiation")
NOTE = ("Last week: three extra tasks", "“What would you have to stop doing?”", "Ask: what should move?")


async def prepare(mentor: Person, mentee: Person) -> None:
    """Topics and a note, so that the recording begins with them."""
    page = mentee.page
    await mentee.button("Topics").click()
    await page.get_by_role("button", name="Add a topic").click()
    await expect(page.get_by_label("A new topic")).to_be_focused()
    for topic in TOPICS:
        await page.keyboard.type(topic)
        await page.keyboard.press("Enter")
    await mentee.button("Topics").click()
    await mentor.button("Notes").click()
    await mentor.page.get_by_role("button", name="New note for this meeting").click()
    await mentor.page.locator(".ProseMirror").click()
    for line in NOTE:
        await mentor.page.keyboard.type(line)
        await mentor.page.keyboard.press("Enter")
    await mentor.button("Notes").click()


async def share(mentee: Person) -> None:
    """Topics and the note beside the partner."""
    page = mentee.page
    await mentee.button("Topics").click()
    await mentee.button("Notes").click()
    await expect(page.locator(".beside.right").get_by_text(NOTE[0])).to_be_visible()
    await page.mouse.move(640, 300)
    await page.screenshot(path=HERE / "together.png")
    await mentee.button("Topics").click()
    await mentee.button("Notes").click()


async def take(mentor: Person, mentee: Person, url: str) -> None:
    """From the room to the recording's page; the mentee's screen is what is shown of the meeting."""
    link, password = await mentor.create_room(url, "Mentoring with Ingrid", seat="Mentor")
    await mentor.enter(link)
    await mentee.join(link, password)
    await mentor.sees(mentee.name)
    await mentee.sees(mentor.name)
    await prepare(mentor, mentee)
    await mentor.agree()
    await mentee.answer_yes()
    for person in (mentor, mentee):
        await says(person, "Recording")
    for close in await mentee.page.get_by_role("button", name="Close", exact=True).all():
        await close.click()
    await mentee.page.get_by_text(re.compile("saved to 0:(1[4-9]|[2-5])")).wait_for(timeout=60_000)
    await mentee.page.screenshot(path=HERE / "meeting.png")
    await share(mentee)

    await mentee.withdraw()
    await mentee.button("Keep").click()
    page = mentee.page
    await page.set_viewport_size({"width": 1280, "height": 752})
    await page.goto(f"{link}/recordings")
    await mentee.button("Play").first.click()
    await page.wait_for_function(
        "() => [...document.querySelectorAll('video')].filter(v => v.currentTime > 6 && v.videoWidth > 0).length === 2"
    )
    await page.mouse.move(2, 2)
    await page.mouse.wheel(0, -18)
    await page.wait_for_timeout(300)
    await page.screenshot(path=HERE / "recordings.png")


async def with_camera(stack: contextlib.AsyncExitStack, playwright: Playwright, camera: str) -> Browser:
    flags = [*harness.CHROMIUM_FLAGS, f"--use-file-for-fake-video-capture={camera}"]
    browser = await playwright.chromium.launch(executable_path=harness.chromium(), args=flags)
    stack.push_async_callback(browser.close)
    return browser


async def main() -> None:
    async with contextlib.AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="visavis-pictures-"))
        place = Place(Path(folder))
        await place.start()
        stack.push_async_callback(place.stop)
        artist = await stack.enter_async_context(chromium(playwright))
        people = []
        for name, seat, looks in (("Ingrid", "mentor", INGRID), ("Samir", "mentee", SAMIR)):
            with open(f"{folder}/{seat}.y4m", "wb") as camera:  # noqa: ASYNC230, PTH123 - nobody waits for this
                camera.write(await film(artist, looks))
            people.append(await arrive(await with_camera(stack, playwright, camera.name), name, seat))
        await artist.close()
        await take(people[0], people[1], place.url)


if __name__ == "__main__":
    asyncio.run(main())
