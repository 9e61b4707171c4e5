"""What goes wrong at the door: devices refused, passwords guessed."""

import contextlib

import pytest
from playwright.async_api import Browser, Error, Playwright, expect

from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import Person, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_refused_devices_and_a_guesser_keep_nobody_out(
    playwright: Playwright, browser: Browser, meet: Meet
) -> None:
    async with chromium(playwright, without=("--use-fake-ui-for-media-stream",)) as strict:
        pair = await meet(browsers=(browser, strict), pictures=False)
        # seen at the door, and joined all the same
        await expect(pair.mentor.page.get_by_text("no microphone").first).to_be_visible()
        await pair.mentee.sees(pair.mentor.name)

        stranger = await Person.arrive(strict, "Stranger", "mentee", still=True)
        await refused_devices_are_named(stranger, pair.link)
        await guesses_are_slowed(stranger)
        await stranger.context.close()
        # the pair comes in as usual
        await pair.mentee.page.reload()
        await pair.mentee.sees(pair.mentor.name)
        await a_crashed_page_is_led_back_to_its_seat(pair)


async def a_crashed_page_is_led_back_to_its_seat(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    with contextlib.suppress(Error):
        await mentee.page.goto("chrome://crash")
    await expect(mentor.page.get_by_text(f"The line to {mentee.name} broke").first).to_be_visible()
    mentee.page = await mentee.context.new_page()
    await mentee.page.goto(pair.link)
    await expect(mentee.page.get_by_role("radio", name="Mentee")).to_be_checked()
    await expect(mentee.page.get_by_text("You were here a moment ago.")).to_be_visible()
    await expect(mentee.page.get_by_label("Your name")).to_have_value(mentee.name)
    await mentee.button("Join").click()
    await mentee.sees(mentor.name)
    await expect(mentor.page.get_by_text("broke")).to_have_count(0)


async def refused_devices_are_named(stranger: Person, link: str) -> None:
    await stranger.fill_in(link, "not this one")
    await stranger.button("Use camera and microphone").click()
    await expect(stranger.page.get_by_text("Your browser blocks the camera and microphone")).to_be_visible()
    await expect(stranger.button("Try again")).to_be_visible()


async def guesses_are_slowed(stranger: Person) -> None:
    wrong, slowed = (stranger.page.get_by_text(text) for text in ("That is not this room’s password", "Too many tries"))
    for number in range(12):
        await stranger.page.get_by_label("Room password", exact=True).fill(f"not this one {number}")
        async with stranger.page.expect_response(lambda answer: answer.request.method == "POST"):
            await stranger.button("Join").click()
        await expect(wrong.or_(slowed).first).to_be_visible()
        if await slowed.count():
            break
    await expect(slowed.first).to_be_visible()
