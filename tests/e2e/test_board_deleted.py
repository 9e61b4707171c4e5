"""A page of the board that one deletes for good, after the other has said all right to it: nobody is asked twice."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect
from yarl import URL

from server.clock import SystemClock
from server.domain.values import Seat
from tests.e2e import together
from tests.e2e.people import Person
from tests.live import house as live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def told(person: Person, words: str) -> Locator:
    return person.page.get_by_role("status").filter(has_text=words)


async def at_the_board(browser: Browser, who: live.Browser, room: str, seat: Seat) -> Person:
    person = await Person.arrive(browser, live.NAMES[seat], seat.value, still=True)
    url = who.house.url
    cookies = who.client.cookie_jar.filter_cookies(URL(url)).values()
    await person.context.add_cookies([{"name": each.key, "value": each.value, "url": url} for each in cookies])
    await together.go_to(person, f"{url}/r/{room}", "whiteboard")
    return person


async def test_is_asked_about_once(browser: Browser, tmp_path: Path) -> None:
    async with live.open_house(tmp_path, clock=SystemClock()) as house:
        first, second, room = await live.pair_in(house)
        mentor = await at_the_board(browser, first, room, Seat.MENTOR)
        await together.draw(mentor, "r", (320, 200))
        await together.board_says(mentor, "Box, empty")
        mentee = await at_the_board(browser, second, room, Seat.MENTEE)
        await together.board_says(mentee, "Box, empty")
        await mentor.button("Rename or delete this page").click()
        await mentor.page.get_by_role("dialog").get_by_role("button", name="Delete page").click()
        asked = told(mentee, f"{mentor.name} has deleted the page")
        await asked.get_by_role("button", name="All right").click()
        await expect(asked).to_have_count(0)
        await told(mentor, "is deleted").get_by_role("button", name="Delete for good now").click()
        address = f"{house.url}/api/rooms/{room}/journals/document/snapshots?seat=mentor"
        for _ in range(150):
            kept = (await (await mentor.page.request.get(address)).json())["snapshots"]
            if kept and kept[-1]["forgets"] and kept[-1]["confirmed"]:
                break
            await mentor.page.wait_for_timeout(200)
        else:
            raise AssertionError(f"it waits for an answer: {kept}")
        await expect(told(mentee, f"{mentor.name} has deleted")).to_have_count(0)
        for person in (mentor, mentee):
            await person.context.close()
            assert person.troubles == []
