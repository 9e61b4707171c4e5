"""Somebody gets a seat by the partner's word: its person is told at once, and takes it from them."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import Meet
from tests.e2e.people import NO_DEVICES, Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_who_was_let_in_by_the_partner_is_told_of_and_put_out(meet: Meet, browser: Browser) -> None:
    pair = await meet(devices=NO_DEVICES)
    mentee, third = pair.mentee, await Person.arrive(browser, "Somebody", "mentee", still=True, devices=NO_DEVICES)
    notes = Person(mentee.context, await mentee.context.new_page(), mentee.name, mentee.seat)
    await notes.page.goto(f"{pair.link}/notes")
    await expect(notes.page.get_by_text("No notes yet")).to_be_visible()

    await third.page.set_viewport_size({"width": 390, "height": 844})
    await third.fill_in(pair.link, pair.password)
    await third.button("Join").click()
    await third.button("Continue here as the mentee").click()
    heading = third.page.get_by_role("heading", name="Waiting for your partner")
    await expect(heading).to_be_in_viewport()
    box = await heading.bounding_box()
    assert box is not None
    assert box["y"] < 844 / 2  # seen at once, and what it says too
    await pair.mentor.button(f"Yes, it is {mentee.name}").click()
    await expect(third.button("Leave")).to_be_visible()

    # told where the seat is open: on the page beside, and on that of the meeting, which gave way
    asked = "Was it you, in another browser?"
    await expect(notes.page.get_by_text(asked)).to_be_visible()
    await expect(mentee.page.get_by_text(asked)).to_be_visible()
    assert await findings(mentee.page) == [], "told"
    await notes.page.get_by_text("Browsers that have your seat").click()
    await expect(notes.page.get_by_text("your partner said it was you")).to_be_visible()
    assert await findings(notes.page) == [], "list"
    await notes.button("That was not me").click()
    assert await findings(notes.page) == [], "sure"
    await notes.button("Take the seat").click()
    await expect(notes.page.get_by_text("That browser no longer has your seat")).to_be_visible()
    await expect(notes.page.get_by_text("Only this browser has your seat")).to_be_visible()

    await expect(third.page.get_by_role("heading", name="This browser no longer holds the seat")).to_be_visible()
    await expect(third.button("Leave")).to_have_count(0)
    await third.button("Come back").click()
    await expect(third.page.get_by_label("Room password", exact=True)).to_be_visible()
    await third.context.close()
