"""axe on the pages that need no room; those of a room are looked at by the journeys that pass them."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.axe import findings
from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_pages_without_a_room(browser: Browser, place: Place) -> None:
    person = await Person.arrive(browser, "Ada", "mentor", still=True)
    for path in ("/", "/admin", "/admin/setup", "/nowhere"):
        await person.page.goto(place.url + path)
        await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
        assert await findings(person.page) == [], path
    await person.context.close()
