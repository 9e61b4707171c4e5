"""What two wrote while it was recorded, played again beside the pictures: each thing at its time, and not before."""

import struct
import zlib

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e import together
from tests.e2e.axe import LAPTOP, PHONE, findings
from tests.e2e.conftest import Meet, Pair
from tests.e2e.test_recording import has_run, saved, start_recording


def red_square() -> bytes:
    """A PNG of 40 by 40 red pixels."""
    rows = (b"\0" + b"\xff\0\0" * 40) * 40

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


RED = red_square()
AHEAD_S = 3
"""What is recorded is so much ahead, at most, of what the page says is saved."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_notes_topics_board_and_chat_are_shown_as_they_were(meet: Meet) -> None:
    pair = await meet()
    await before_the_recording(pair)
    await start_recording(pair)
    begun = await while_it_is_recorded(pair)
    await pair.mentor.withdraw()
    await pair.mentor.button("Keep").click()
    await after_the_recording(pair)
    page = await played(pair)
    await the_chat_is_as_it_was(page)
    await notes_and_topics_are_as_they_were(page, begun)
    await the_board_is_as_it_was(page, begun)
    await it_is_read_only_and_can_be_used_by_all(page)


async def before_the_recording(pair: Pair) -> None:
    await together.open_panel(pair.mentee, "chat")
    await together.say(pair.mentee, "Good morning")
    await together.open_panel(pair.mentor, "notes")
    text = await together.new_note(pair.mentor, "Saying no")
    await text.press_sequentially("Written before.")


async def while_it_is_recorded(pair: Pair) -> tuple[int, int]:
    """One thing after the other, seconds apart. Between which two the note was written on."""
    mentor, mentee = pair.mentor, pair.mentee
    await has_run(pair, 1)
    await together.say(mentee, "A question <img src=x onerror=alert(1)>")
    begun = await saved(pair) + 2
    await has_run(pair, begun)
    text = mentor.page.get_by_role("textbox", name="Text of “")
    await text.press("Control+End")
    await text.press("Enter")
    begun_by = await saved(pair) + AHEAD_S
    await text.press_sequentially("Written while it ran.")
    await together.open_panel(mentor, "topics")
    await together.add_topics(mentor, "Stopping early")
    await mentee.button("Reactions").click()
    await mentee.page.keyboard.press("1")
    await together.open_panel(mentor, "whiteboard")
    await together.draw(mentor, "r", (200, 120))
    await mentor.page.locator(".board-tools input[type=file]").set_input_files(
        {"name": "red.png", "mimeType": "image/png", "buffer": RED}
    )
    await together.board_says(mentor, "Box, empty", "Picture")
    await has_run(pair, await saved(pair) + 1)
    return begun, begun_by


async def after_the_recording(pair: Pair) -> None:
    await together.say(pair.mentee, "Off the record")


async def played(pair: Pair) -> Page:
    """The recording, paused at its start, with the panel there."""
    page = pair.mentor.page
    await page.goto(f"{pair.link}/recordings")
    if await page.get_by_label("Room password", exact=True).is_visible():
        await page.get_by_label("Room password", exact=True).fill(pair.password)
        await page.keyboard.press("Enter")
    await pair.mentor.button("Play").first.click()
    await expect(page.get_by_role("tablist", name="What you made together")).to_be_visible()
    await page.wait_for_function("() => [...document.querySelectorAll('video')].some(v => v.currentTime > 0.5)")
    await pair.mentor.button("Pause").click()
    await to_start(page)
    return page


async def to_start(page: Page) -> None:
    await page.get_by_role("slider", name="Place in the recording").press("Home")
    await expect(page.get_by_text("As they were at 0:00")).to_be_visible()


async def to_end(page: Page) -> None:
    await page.get_by_role("slider", name="Place in the recording").press("End")


async def tab(page: Page, name: str) -> Locator:
    """The panel, once this is what it shows."""
    await page.get_by_role("tab", name=name).click()
    panel = page.get_by_role("tabpanel", name=name)
    await expect(panel).to_be_visible()
    return panel


async def place(page: Page) -> int:
    """Seconds."""
    return int(await page.get_by_role("slider", name="Place in the recording").get_attribute("aria-valuenow") or -1)


async def the_chat_is_as_it_was(page: Page) -> None:
    panel = await tab(page, "Chat")
    await expect(panel.get_by_text("Good morning")).to_be_visible()
    question = panel.get_by_text("A question <img src=x onerror=alert(1)>")
    await expect(question).to_have_count(0)
    # it comes while it is played, without anybody's doing
    await page.get_by_role("button", name="Resume").click()
    await expect(question).to_be_visible()
    written = await place(page)
    await page.get_by_role("button", name="Pause", exact=True).click()
    await expect(panel.get_by_text("Samir Haddad: Thumbs up")).to_have_count(0)
    await to_end(page)
    await expect(panel.get_by_text("Samir Haddad: Thumbs up")).to_be_visible()
    await expect(panel.get_by_text("Off the record")).to_have_count(0)
    await panel.get_by_role("button", name="jump to when this was written, by Samir Haddad").click()
    assert abs(await place(page) - written) <= 1
    await expect(question).to_be_visible()
    await expect(panel.get_by_text("Samir Haddad: Thumbs up")).to_have_count(0)
    await to_start(page)
    await expect(question).to_have_count(0)


async def notes_and_topics_are_as_they_were(page: Page, begun: tuple[int, int]) -> None:
    panel = await tab(page, "Notes")
    await expect(panel.get_by_role("heading", name="Saying no")).to_be_visible()
    await expect(panel.get_by_text("Written before.")).to_be_visible()
    later = panel.get_by_text("Written while it ran.")
    await expect(later).to_have_count(0)
    await to_end(page)
    await expect(later).to_be_visible()
    # what is from before has no place to go to
    jumps = panel.get_by_role("button", name="jump to when this was written, by Ingrid Solberg")
    await expect(jumps).to_have_count(1)
    await jumps.press("Enter")
    assert begun[0] <= await place(page) <= begun[1]
    await expect(later).to_have_count(0)  # the paragraph was begun here, its words came after

    panel = await tab(page, "Topics")
    await expect(panel.get_by_text("There were no topics yet.")).to_be_visible()
    await to_end(page)
    await expect(panel.get_by_text("Stopping early")).to_be_visible()
    await panel.get_by_role("button", name="jump to when this was written, by Ingrid Solberg").click()
    await expect(panel.get_by_text("Stopping early")).to_be_visible()


async def the_board_is_as_it_was(page: Page, begun: tuple[int, int]) -> None:
    panel = await tab(page, "Board")
    await expect(panel.get_by_text("There was nothing on the board yet.")).to_be_visible()
    await to_end(page)
    await expect(panel.locator("canvas.static")).to_be_visible()
    await together.painted(page)
    await panel.get_by_text("What is on it, in words").click()
    await expect(panel.get_by_role("listitem")).to_have_count(2)
    # the picture comes from the room, which still keeps it
    await page.wait_for_function(
        """() => { const canvas = document.querySelector('.excalidraw canvas.static');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4) if (data[at] > 200 && data[at + 1] < 50) return true; }"""
    )
    # nothing can be drawn on it
    await expect(panel.get_by_test_id("toolbar-rectangle")).to_have_count(0)
    await expect(panel.get_by_role("radio")).to_have_count(0)
    await panel.get_by_role("button", name="jump to when this was written").first.click()
    assert await place(page) >= begun[0]


async def it_is_read_only_and_can_be_used_by_all(page: Page) -> None:
    assert await page.locator("[contenteditable]").count() == 0
    for name, size in (("Board", LAPTOP), ("Chat", PHONE), ("Topics", LAPTOP), ("Notes", PHONE)):
        await tab(page, name)
        assert await findings(page, size) == [], name
    await page.get_by_role("tab", name="Notes").press("ArrowRight")
    await expect(page.get_by_role("tab", name="Topics")).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="Topics")).to_be_visible()
