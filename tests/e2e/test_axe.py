"""axe-core on every page and every state of the meeting, in a real browser under the real content policy."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e import together
from tests.e2e.conftest import Meet
from tests.e2e.people import Person
from tests.e2e.place import ROOT, Place
from tests.e2e.test_recording import has_run

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
# A panel on its way in is half transparent for a moment: contrast is judged when it has come to rest.
AT_REST = """Promise.all(document.getAnimations()
  .filter(it => it.effect.getComputedTiming().iterations === 1)
  .map(it => it.finished.catch(() => null)))"""


LAPTOP, PHONE = (1280, 720), (390, 844)


async def findings(page: Page, *sizes: tuple[int, int]) -> list[str]:
    """What axe objects to, at a laptop's and a phone's size."""
    found: list[str] = []
    for width, height in sizes or (LAPTOP, PHONE):
        await page.set_viewport_size({"width": width, "height": height})
        if not await page.evaluate("typeof axe !== 'undefined'"):
            await page.evaluate(AXE)
        await page.evaluate(AT_REST)
        result: dict[str, Any] = await page.evaluate("axe.run()")
        found += [f"{width}: {one['id']}: {one['nodes'][0]['html']}" for one in result["violations"]]
    await page.set_viewport_size({"width": 1280, "height": 720})
    return found


async def test_pages_without_a_room(browser: Browser, place: Place) -> None:
    person = await Person.arrive(browser, "Ada", "mentor")
    for path in ("/", "/admin", "/admin/setup", "/nowhere"):
        await person.page.goto(place.url + path)
        await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        assert await findings(person.page) == [], path
    await person.context.close()


async def test_from_the_door_to_the_recordings(meet: Meet, browser: Browser) -> None:
    pair = await meet()
    mentor, mentee = pair.mentor, pair.mentee
    stranger = await Person.arrive(browser, "Stranger", "mentee")
    await stranger.page.goto(pair.link)
    await expect(stranger.button("Join")).to_be_visible()
    assert await findings(stranger.page) == [], "join"
    await stranger.context.close()

    assert await findings(mentor.page) == [], "meeting"
    await mentor.allow_recording.click()
    await expect(mentor.button("I agree to record")).to_be_visible()
    assert await findings(mentor.page) == [], "consent"
    await mentor.answer_yes()
    await mentee.answer_yes()
    await expect(mentor.recording_status).to_have_text("Recording", timeout=15_000)
    await has_run(pair, 1)
    assert await findings(mentor.page) == [], "recording"
    await mentor.button("Take a break").click()
    await mentee.button("Agree to the break").click()
    await expect(mentor.button("I'm back")).to_be_visible()
    assert await findings(mentor.page) == [], "break"
    for person in (mentor, mentee):
        await person.button("I'm back").click()
    await mentor.withdraw()
    await expect(mentor.button("Erase")).to_be_visible()
    assert await findings(mentor.page) == [], "keep or erase"
    await mentor.button("Keep").click()
    await mentor.page.goto(f"{pair.link}/recordings")
    await mentor.button("Play").click()
    await expect(mentor.page.get_by_role("slider").first).to_be_visible()
    assert await findings(mentor.page) == [], "player"


async def test_what_they_make_together(meet: Meet) -> None:
    pair = await meet(pictures=False)
    mentor, mentee = pair.mentor, pair.mentee
    await together.open_panel(mentor, "topics")
    await together.add_topics(mentor, "The first", "The second")
    await together.open_panel(mentor, "chat")
    await together.say(mentor, "Read https://example.org/a first")
    await expect(together.message(mentor, "first").get_by_role("button", name="React")).to_be_attached()
    assert await findings(mentor.page, LAPTOP) == [], "topics and chat"
    await together.open_panel(mentor, "notes")
    await (await together.new_note(mentor, "Autumn")).press_sequentially("# Last week\n[] ask")
    await expect(mentor.page.get_by_role("checkbox", name="Done: ask")).to_be_visible()
    assert await findings(mentor.page, LAPTOP) == [], "notes"
    for panel in ("topics", "notes", "whiteboard"):
        await together.tool(mentor, panel).click()
    await together.draw(mentor, "r", (320, 110))
    assert await findings(mentor.page) == [], "board"
    for panel in ("topics", "notes", "chat", "whiteboard"):
        await together.go_to(mentee, pair.link, panel)
        await expect(mentee.page.get_by_text("Fetching what you share…")).to_have_count(0)
        if panel == "whiteboard":
            await together.board(mentee)
        assert await findings(mentee.page, PHONE) == [], panel
