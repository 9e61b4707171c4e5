"""What one of the two tidies up, deletes or destroys, as the other sees it: in two real browsers on one page each."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect
from yarl import URL

from server.clock import SystemClock
from server.domain.values import Seat
from tests.e2e import together
from tests.e2e.people import Person
from tests.live import house as live
from tests.live.at_rest import everything
from tests.live.sharing import frames

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTE = "Plan"
AGREED = "all that was agreed about the hazelnut"
LONG = f"the quicksilver {'clock ' * 100}"


@contextlib.asynccontextmanager
async def both_at_their_notes(browser: Browser, folder: Path) -> AsyncIterator[tuple[live.House, str, Person, Person]]:
    """The house, the room, mentor and mentee: no meeting, no camera, a page each."""
    async with live.open_house(folder, clock=SystemClock()) as house:
        mentor, mentee, room = await live.pair_in(house)
        people = [await at_notes(browser, who, room, seat) for seat, who in zip(Seat, (mentor, mentee), strict=True)]
        yield house, room, people[0], people[1]
        for person in people:
            await person.context.close()
            assert person.troubles == []


async def at_notes(browser: Browser, who: live.Browser, room: str, seat: Seat) -> Person:
    person = await Person.arrive(browser, live.NAMES[seat], seat.value, still=True)
    url = who.house.url
    cookies = who.client.cookie_jar.filter_cookies(URL(url)).values()
    await person.context.add_cookies([{"name": each.key, "value": each.value, "url": url} for each in cookies])
    await together.go_to(person, f"{url}/r/{room}", "notes")
    return person


def told(person: Person, words: str) -> Locator:
    return person.page.get_by_role("status").filter(has_text=words)


async def test_a_compaction_in_bad_faith_is_told_and_undone(browser: Browser, tmp_path: Path) -> None:
    async with both_at_their_notes(browser, tmp_path) as (house, room, mentor, mentee):
        await (await together.new_note(mentor, NOTE)).press_sequentially(AGREED)
        await together.reads(await together.open_note(mentee, NOTE), AGREED)
        await posts_an_empty_one(house, room, mentor)
        notice = told(mentee, f"{mentor.name}’s browser has tidied up")
        await expect(notice).to_be_visible()
        await notice.get_by_role("button", name="Go back to what was there").click()
        await expect(notice).to_be_hidden()
        # whoever comes new gets it all
        await mentor.page.reload()
        await together.reads(await together.open_note(mentor, NOTE), AGREED)
        await together.reads(await together.note_text(mentee, NOTE), AGREED)


async def posts_an_empty_one(house: live.House, room: str, vandal: Person) -> None:
    """By hand, with the session of the page, in place of all that is stored by now."""
    journal = f"{house.url}/api/rooms/{room}/journals/document"
    head = frames(await (await vandal.page.request.get(f"{journal}?seat={vandal.seat}")).body())[-1][1]
    made = await vandal.page.request.post(
        f"{journal}/snapshots?seat={vandal.seat}&upto={head}",
        data=b"\x00\x00",
        headers={"Content-Type": "application/octet-stream", "Origin": house.url},
    )
    assert made.status == 200, await made.text()


async def test_much_that_was_deleted_comes_back_or_is_gone_for_good(browser: Browser, tmp_path: Path) -> None:
    async with both_at_their_notes(browser, tmp_path) as (house, room, mentor, mentee):
        text, theirs = (one.page.get_by_role("textbox", name=re.compile("^Text of")) for one in (mentor, mentee))
        await mentor.button("New note").click()
        await expect(text).to_be_focused()
        await mentor.page.keyboard.insert_text(LONG)
        await mentee.page.get_by_role("list", name="All notes").get_by_role("button").click()
        await together.reads(theirs, "quicksilver")
        await delete_all(text)
        notice = told(mentee, f"{mentor.name} has deleted")
        await expect(notice).to_contain_text(f"{len(LONG)} letters")
        await notice.get_by_role("button", name="Bring it back").click()
        await expect(notice).to_be_hidden()
        for one in (text, theirs):
            await together.reads(one, "quicksilver")
        assert b"quicksilver" in await everything(house, room)
        await delete_all(text)
        await notice.get_by_role("button", name="All right").click()
        await expect(notice).to_be_hidden()
        for _ in range(100):
            if b"quicksilver" not in await everything(house, room):
                break
            await mentee.page.wait_for_timeout(200)
        else:
            raise AssertionError("it still lies there")
        await together.reads(theirs, "")


async def delete_all(text: Locator) -> None:
    await text.focus()
    await text.press("Control+a")
    await text.press("Delete")
