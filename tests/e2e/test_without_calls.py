"""A browser without what carries picture and sound: Lockdown Mode and some add-ons take it away."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_browser_that_cannot_call_says_so_and_lets_one_look(browser: Browser, place: Place) -> None:
    person = await Person.arrive(browser, "Samir Haddad", "mentee", still=True)
    await person.context.add_init_script("delete window.RTCPeerConnection")
    page = person.page
    link, password = await person.create_room(place.url, "Lighthouse")
    await person.fill_in(link, password)
    await expect(page.get_by_text("This browser cannot hold a call")).to_be_visible()
    await expect(person.button("Join")).to_have_count(0)
    await expect(person.button("Use camera and microphone")).to_have_count(0)
    await person.button("Only look at topics and recordings").click()
    await expect(page.get_by_role("heading", level=1, name="Topics")).to_be_visible()
    assert person.troubles == []
    await person.context.close()
