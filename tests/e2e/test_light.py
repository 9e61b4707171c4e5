"""What a meeting fetches before anything is opened, and what comes of it when the rest does not."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e import together
from tests.e2e.conftest import Meet
from tests.e2e.people import NO_DEVICES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_BYTES = 90_000
"""Page, styles and scripts as they come over the line, without the fonts, before the board is opened."""
DOCUMENTS = "**/assets/documents-*.js"
FETCHED = """() => [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
  .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize])
  .filter(([path]) => !path.startsWith("/api/") && !path.endsWith(".woff2"))"""


async def fetched(page: Page) -> dict[str, int]:
    return dict(await page.evaluate(FETCHED))


def has_documents(files: dict[str, int]) -> bool:
    return any(path.startswith("/assets/documents-") for path in files)


async def test_a_meeting_talks_with_little_and_fetches_documents_with_the_first_panel(meet: Meet) -> None:
    pair = await meet(pictures=False)
    mentor, mentee = pair.mentor, pair.mentee
    await together.open_panel(mentor, "chat")
    await together.say(mentor, "Good to see you")
    await expect(together.tool(mentee, "chat")).to_contain_text("1 new message")
    light = await fetched(mentee.page)
    assert sum(light.values()) < MOST_BYTES, light
    assert not has_documents(light)
    await together.open_panel(mentee, "topics")
    await together.add_topics(mentee, "Courage to ask")
    assert has_documents(await fetched(mentee.page))
    # the other is told where there is something new, with as little
    await expect(together.tool(mentor, "topics")).to_have_accessible_name(re.compile("^Topics new from Samir Haddad"))
    await expect(mentor.page.get_by_text("Samir Haddad has changed the topics.")).to_have_count(1)
    light = await fetched(mentor.page)
    assert not has_documents(light)
    await together.tool(mentor, "chat").click()
    await together.open_panel(mentor, "topics")
    await expect(together.topic(mentor, "Courage to ask")).to_be_visible()
    await expect(together.tool(mentor, "topics")).to_have_accessible_name("Topics")


async def test_documents_whose_code_does_not_come_are_told_and_tried_again(meet: Meet) -> None:
    pair = await meet(devices=NO_DEVICES)
    person = pair.mentee

    async def away(route: Route) -> None:
        await route.abort()

    await person.page.route(DOCUMENTS, away)
    await together.open_panel(person, "topics")
    told = person.page.get_by_role("alert").filter(has_text="This could not be fetched")
    await expect(told).to_be_visible()
    # what needs no documents goes on
    await together.tool(person, "topics").click()
    await together.open_panel(person, "chat")
    await together.say(person, "The topics do not come")
    await expect(together.message(person, "The topics do not come")).not_to_contain_text("Waiting to be sent")
    await together.tool(person, "chat").click()
    await person.page.unroute(DOCUMENTS)
    await together.open_panel(person, "topics")
    await together.add_topics(person, "Here after all")
    await expect(told).to_have_count(0)


async def test_one_writes_before_the_editor_has_come(meet: Meet) -> None:
    person = (await meet(devices=NO_DEVICES)).mentee
    written = asyncio.Event()

    async def late(route: Route) -> None:
        await written.wait()
        await route.continue_()

    await person.page.route("**/assets/editor-*.js", late)
    await together.open_panel(person, "notes")
    await person.page.get_by_role("button", name=re.compile("^New note")).click()
    await expect(person.page.get_by_role("textbox", name=re.compile("^Text of"))).to_be_focused()
    await person.page.keyboard.type("What I thought of")
    written.set()
    text = person.page.locator(".note-text[contenteditable=true]")
    await expect(text).to_be_focused()
    await person.page.keyboard.type(" at once")
    await expect(text).to_have_text("What I thought of at once")
