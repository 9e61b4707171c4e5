"""What a browser may do to what is typed."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_no_browser_corrects_a_password(browser: Browser, place: Place) -> None:
    person = await Person.arrive(browser, "Ingrid Solberg", "mentor", still=True)
    await person.page.goto(place.url)
    password = person.page.get_by_label("Room password", exact=True)
    for name, value in {"autocorrect": "off", "autocapitalize": "none", "spellcheck": "false"}.items():
        await expect(password).to_have_attribute(name, value)
    await person.context.close()
