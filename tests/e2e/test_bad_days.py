"""What goes wrong at the door: devices refused, passwords guessed, names that are code."""

import pytest
from playwright.async_api import Browser, Playwright, expect

from tests.e2e.conftest import Meet
from tests.e2e.people import Person, chromium
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAYLOAD = "<img src=x onerror=alert(1)>"


async def test_refused_devices_are_named_and_joining_still_works(
    playwright: Playwright, browser: Browser, meet: Meet
) -> None:
    async with chromium(playwright, without=("--use-fake-ui-for-media-stream",)) as strict:
        pair = await meet(browsers=(browser, strict), pictures=False)
        # seen at the door, and joined all the same
        await expect(pair.mentor.page.get_by_text("no microphone").first).to_be_visible()
        await pair.mentee.sees(pair.mentor.name)

        stranger = await Person.arrive(strict, "Stranger", "mentee")
        await stranger.page.goto(pair.link)
        await stranger.button("Use camera and microphone").click()
        await expect(stranger.page.get_by_text("Your browser blocks the camera and microphone")).to_be_visible()
        await expect(stranger.button("Try again")).to_be_visible()
        await stranger.context.close()


async def test_a_guesser_is_slowed_and_the_pair_comes_in_as_usual(meet: Meet, browser: Browser) -> None:
    pair = await meet()
    guesser = await Person.arrive(browser, "Guesser", "mentee")
    await guesser.fill_in(pair.link, "not this one")
    for number in range(12):
        await guesser.page.get_by_label("Room password", exact=True).fill(f"not this one {number}")
        await guesser.button("Join").click()
        told = guesser.page.get_by_text("That is not this room’s password").or_(
            guesser.page.get_by_text("Too many tries")
        )
        await expect(told.first).to_be_visible()
        if await guesser.page.get_by_text("Too many tries").count():
            break
    await expect(guesser.page.get_by_text("Too many tries").first).to_be_visible()
    await pair.mentee.page.reload()
    await pair.mentee.sees(pair.mentor.name)
    await guesser.context.close()


async def test_a_name_or_title_is_never_code(browser: Browser, place: Place) -> None:
    mentor = await Person.arrive(browser, PAYLOAD, "mentor")
    mentee = await Person.arrive(browser, f'"{PAYLOAD}', "mentee")
    alerts: list[str] = []
    for person in (mentor, mentee):
        person.page.on("dialog", lambda dialog: alerts.append(dialog.message))
    link, password = await mentor.create_room(place.url, f"{{{{7*7}}}} {PAYLOAD}", seat="Mentor")
    await mentor.enter(link)
    await mentee.join(link, password)
    await mentor.sees(mentee.name)
    await expect(mentor.page.get_by_text(mentee.name).first).to_be_visible()
    await expect(mentor.page).to_have_title(f"{{{{7*7}}}} {PAYLOAD} – Visavis")
    await mentor.page.goto(f"{link}/recordings")
    await expect(mentor.page.get_by_text(f"{{{{7*7}}}} {PAYLOAD}").first).to_be_visible()
    assert alerts == []
    assert mentor.troubles == []
    assert mentee.troubles == []
    for person in (mentor, mentee):
        await person.context.close()
