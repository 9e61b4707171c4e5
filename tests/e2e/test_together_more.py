"""Lost and begun anew, typed last, taken back, and what must not run: mostly before and between meetings."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import together
from tests.e2e.people import Person
from tests.e2e.test_retention import DAY_MS, MovedClock
from tests.harness import make_config, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

_number = count(1)


@dataclass
class Pages:
    """Two who hold their seats and are at the pages of their room, not in a meeting."""

    mentor: Person
    mentee: Person
    link: str
    password: str

    async def close(self) -> None:
        for person in (self.mentor, self.mentee):
            await person.context.close()
            assert person.troubles == []


async def pair_at_the_pages(browser: Browser, url: str) -> Pages:
    mentor = await Person.arrive(browser, "Ingrid Solberg", "mentor")
    mentee = await Person.arrive(browser, "Samir Haddad", "mentee")
    link, password = await mentor.create_room(url, f"Reading room {next(_number)}", seat="Mentor")
    await mentee.fill_in(link, password)
    await only_look(mentee)
    return Pages(mentor, mentee, link, password)


async def only_look(person: Person) -> None:
    """Takes the seat, and goes to the topics instead of into the meeting."""
    look = person.page.get_by_text("Only look at topics and recordings")
    await look.click()
    await expect(person.page.get_by_role("heading", level=1, name="Topics")).to_be_visible()


async def new_page(person: Person) -> None:
    """The last one is closed at once, as one closes a tab."""
    page = await person.context.new_page()
    await person.page.close()
    person.page = page


async def private_notes(person: Person, link: str) -> None:
    await together.go_to(person, link, "notes")
    await person.page.get_by_role("tab", name="Only mine").click()


async def shown_link(person: Person) -> str:
    """The personal link as this tab was given it: what "Copy" copies."""
    await person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    told = person.page.get_by_role("region", name="Your personal link")
    await expect(told).to_contain_text("If you lose both, your private notes are lost")
    await told.get_by_role("button", name="Copy personal link").click()
    await expect(told.get_by_text("Copied")).to_be_visible()
    link = await person.page.evaluate("navigator.clipboard.readText()")
    await told.get_by_role("button", name="Close").click()
    await expect(told).to_have_count(0)
    return str(link)


async def test_the_personal_link_opens_private_notes_and_lost_ones_are_begun_anew(
    browser: Browser, tmp_path: Path
) -> None:
    clock = MovedClock()
    async with serving(make_config(tmp_path), clock=clock) as server:
        pair = await pair_at_the_pages(browser, server.url)
        mentee = pair.mentee
        # taken by "Only look": what the link is for is told at once
        personal = await shown_link(mentee)
        assert personal.startswith(pair.link + "#")
        await private_notes(mentee, pair.link)
        await (await together.new_note(mentee, "For me alone")).fill("I am afraid of the talk on Friday")
        await expect(mentee.page.get_by_role("textbox", name="Text of “For me alone”")).to_contain_text("Friday")
        tablet, phone = await let_in_by_the_partner(browser, pair)
        for device in (tablet, phone):
            await private_notes(device, pair.link)
            await expect(device.page.get_by_text("this device cannot open them")).to_be_visible()
        stranger = await Person.arrive(browser, "Samir Haddad", "mentee")
        for device in (stranger, tablet):
            await the_link_brings_them_back(device, pair, personal)
        await they_do_not_begin_anew(phone)
        clock.move(46 * DAY_MS)
        await they_begin_anew(phone, pair)
        for device in (stranger, tablet, phone):
            await device.context.close()
            assert device.troubles == []
        await pair.close()


async def let_in_by_the_partner(browser: Browser, pair: Pages) -> list[Person]:
    """Two more devices of the mentee's, with the password and the partner's OK."""
    devices = [await Person.arrive(browser, "Samir Haddad", "mentee") for _ in range(2)]
    await pair.mentor.enter(pair.link)
    asked = pair.mentor.page.get_by_role("dialog")
    for device in devices:
        await device.fill_in(pair.link, pair.password)
        await device.page.get_by_text("Only look at topics and recordings").click()
        await device.button("Continue here as the mentee").click()
        await asked.get_by_role("button", name="Yes, it is Samir Haddad").click()
        await expect(device.page.get_by_role("heading", level=1, name="Topics")).to_be_visible()
    await together.leave(pair.mentor)
    return devices


async def the_link_brings_them_back(device: Person, pair: Pages, personal: str) -> None:
    """In a browser that knows nothing of the room, and in one that holds the seat already."""
    await open_link(device, personal)
    await private_notes(device, pair.link)
    await expect(await together.open_note(device, "For me alone")).to_have_text("I am afraid of the talk on Friday")


async def open_link(device: Person, personal: str) -> None:
    await device.page.goto("about:blank")
    await device.page.goto(personal)
    await expect(device.page.get_by_label("Your name")).to_be_visible()
    await expect(device.page.get_by_label("Room password", exact=True)).to_have_count(0)
    await device.page.get_by_label("Your name").fill(device.name)
    await only_look(device)
    assert "key=" not in device.page.url


async def they_do_not_begin_anew(device: Person) -> None:
    """While another browser of the person's own is about, the partner's OK is not enough."""
    page = device.page
    await device.button("Begin anew …").click()
    await device.button("Not yet").click()
    await device.button("Begin anew …").click()
    await device.button("Give them up and begin anew").click()
    await expect(page.get_by_role("alert")).to_contain_text("open your personal link here once")
    await expect(page.get_by_text("this device cannot open them")).to_be_visible()


async def they_begin_anew(device: Person, pair: Pages) -> None:
    page = device.page
    await device.button("Begin anew …").click()
    await expect(page.get_by_role("dialog")).to_contain_text("no link or device of yours brings it back")
    await device.button("Give them up and begin anew").click()
    # nothing of what was there stands in the way, nor is told of
    await expect(page.get_by_text("No notes yet")).to_be_visible()
    await (await together.new_note(device, "From now on")).fill("I have begun again")
    await expect(page.get_by_text("cannot be read")).to_have_count(0)
    await private_notes(device, pair.link)
    await expect(await together.open_note(device, "From now on")).to_have_text("I have begun again")
    await expect(page.get_by_text("cannot be read")).to_have_count(0)
    # the browser that could open the former ones cannot open these
    await private_notes(pair.mentee, pair.link)
    await expect(pair.mentee.page.get_by_text("this device cannot open them")).to_be_visible()
