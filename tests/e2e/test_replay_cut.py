"""A recording that could not keep all that the two wrote says so: the film goes on, the board does not."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from yarl import URL

from server.domain.values import Seat
from tests.e2e.people import Person
from tests.live import house as live
from tests.live.sharing import sharing_pair
from tests.live.tape import Tape, content_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_player_says_from_where_on_nothing_was_kept(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live.open_house(tmp_path) as house:
        mentor, mentee = await sharing_pair(house)
        tape = Tape(house, mentor)
        await tape.open()
        shared = await tape.run()
        await shared.begin(Seat.MENTOR, b"\x00\x00", 0, await content_of(mentor))
        await mentor.store(b'{"text": "kept"}', "chat")
        house.advance(500)
        monkeypatch.setattr("server.live.shared_part.MAX_WAITING", 1_000)
        await mentee.store(b"x" * 1_000)
        await tape.end_run(shared)
        await tape.end()

        person = await Person.arrive(browser, live.NAMES[Seat.MENTOR], "mentor", still=True)
        cookies = mentor.browser.client.cookie_jar.filter_cookies(URL(house.url)).values()
        await person.context.add_cookies([{"name": one.key, "value": one.value, "url": house.url} for one in cookies])
        await person.page.goto(f"{house.url}/r/{mentor.room}/recordings")
        await person.button("Play").first.click()
        chat = person.page.get_by_role("tab", name="Chat")
        await chat.click()
        place = person.page.get_by_role("slider", name="Place in the recording")
        told = person.page.get_by_role("status").filter(has_text="nothing more of board, notes, topics and chat")
        await place.press("Home")
        await expect(person.page.get_by_role("tabpanel").get_by_text("kept", exact=True)).to_be_visible()
        await expect(told).to_have_count(0)
        await place.press("End")
        await expect(told).to_contain_text("Since 0:00")
        await place.press("Home")
        await expect(told).to_have_count(0)
        await person.context.close()
