"""Lines cut, servers killed, pages closed, people of bad will: what the two make together stays theirs and whole."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e import together
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# All that is kept in this browser because it could not be sent yet.
KEPT = """() => new Promise((done, failed) => {
  const opening = indexedDB.open("visavis-outbox");
  opening.onerror = failed;
  opening.onsuccess = () => {
    const counting = opening.result.transaction("entries").objectStore("entries").count();
    counting.onerror = failed;
    counting.onsuccess = () => { opening.result.close(); done(counting.result); };
  };
})"""


async def test_what_is_written_over_a_broken_line_merges_whole(meet: Meet, tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.start()
    pair = await meet(place, pictures=False)
    mentor, mentee = pair.mentor, pair.mentee
    await together.read_the_hint(mentee)
    await everything_open(pair)
    for person in (mentor, mentee):
        await person.context.set_offline(True)
    await place.kill()
    await asyncio.gather(write_alone(mentor, "hers", (320, 110)), write_alone(mentee, "his", (600, 230)))
    await place.start()
    for person in (mentor, mentee):
        await person.context.set_offline(False)
    # eight of eight, for both
    for person in (mentor, mentee):
        await person.page.get_by_role("navigation", name="Pages").get_by_role("listitem").last.click()
        await together.board_says(person, "Box, empty", "Box, empty")
        await together.tool(person, "whiteboard").click()
        await together.open_panel(person, "topics")
        await together.open_panel(person, "chat")
        for whose in ("hers", "his"):
            await expect(together.topic(person, f"A topic of {whose}")).to_be_visible()
            await expect(together.message(person, f"Said by {whose}")).to_have_count(1)
            await expect(together.message(person, f"Said by {whose}")).not_to_contain_text("Waiting to be sent")
        await together.open_panel(person, "notes")
        text = await together.open_note(person, "Plan")
        for whose in ("hers", "his"):
            await together.reads(text, f" and {whose}")
    await a_closed_page_sends_later(pair)
    await what_is_deleted_is_forgotten(pair)
    await place.stop()


async def everything_open(pair: Pair) -> None:
    """With their code and what is in them: all panels were seen once, and one note is there."""
    for person in (pair.mentor, pair.mentee):
        await together.open_panel(person, "whiteboard")
        await together.board(person)
        for panel in ("whiteboard", "topics", "chat"):
            await together.tool(person, panel).click()
        await expect(person.page.get_by_label("Write a message")).to_be_visible()
        await together.open_panel(person, "notes")
    text = await together.new_note(pair.mentor, "Plan")
    await text.press_sequentially("One word")
    await together.reads(await together.open_note(pair.mentee, "Plan"), "One word")


async def write_alone(person: Person, whose: str, at: tuple[int, int]) -> None:
    """A bit of everything, with nobody there to hear it."""
    text = await together.note_text(person, "Plan")
    await text.press_sequentially(f" and {whose}")
    await together.add_topics(person, f"A topic of {whose}")
    await together.open_panel(person, "chat")
    await together.say(person, f"Said by {whose}")
    await expect(together.message(person, f"Said by {whose}")).to_contain_text("Waiting to be sent")
    for panel in ("chat", "topics", "whiteboard"):
        await together.tool(person, panel).click()
    await together.draw(person, "r", at)


async def a_closed_page_sends_later(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await mentee.page.get_by_role("tab", name="Only mine").click()
    private = await together.new_note(mentee, "Mine")
    await mentee.page.wait_for_function(f"({KEPT})().then(count => count === 0)")
    await mentee.context.set_offline(True)
    await private.press_sequentially("Nobody reads this")
    await together.add_topics(mentee, "From a closed page")
    await together.open_panel(mentee, "chat")
    await together.say(mentee, "Said before it closed")
    await expect(together.message(mentee, "Said before it closed")).to_contain_text("Waiting to be sent")
    await mentee.page.wait_for_function(f"({KEPT})().then(count => count >= 3)")
    await mentee.page.close()
    await mentee.context.set_offline(False)
    mentee.page = await mentee.context.new_page()
    await together.go_to(mentee, pair.link, "notes")
    await mentee.page.get_by_role("tab", name="Only mine").click()
    await expect(await together.open_note(mentee, "Mine")).to_have_text("Nobody reads this")
    await together.open_panel(mentor, "chat")
    await expect(together.message(mentor, "Said before it closed")).to_have_count(1)
    await expect(together.topic(mentor, "From a closed page")).to_have_count(1)


async def what_is_deleted_is_forgotten(pair: Pair) -> None:
    """The server gives out nothing of it any more, not even to the two."""
    mentor, mentee = pair.mentor, pair.mentee
    secret, said = "quicksilver", "marzipan"
    await together.say(mentor, f"The word is {said}")
    await together.open_panel(mentor, "notes")
    text = await together.open_note(mentor, "Plan")
    await text.focus()
    await mentor.page.keyboard.insert_text(f" {secret}")
    await expect_given_out(mentee, pair, "document", secret, True)
    await expect_given_out(mentee, pair, "chat", said, True)
    for _ in range(len(secret) + 1):
        await text.press("Backspace")
    await together.open_panel(mentor, "chat")
    own = together.message(mentor, said)
    await own.hover()
    await own.get_by_role("button", name="Delete").click()
    await mentor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect_given_out(mentee, pair, "chat", said, False)
    await expect_given_out(mentee, pair, "document", secret, False)


async def expect_given_out(person: Person, pair: Pair, journal: str, word: str, there: bool) -> None:
    """The journal as the server gives it to a browser that has nothing yet, snapshot and entries."""
    address = f"{pair.link.replace('/r/', '/api/rooms/')}/journals/{journal}?seat={person.seat}&after=0"
    given = b""
    for _ in range(100):
        given = await (await person.page.request.get(address)).body()
        if (word.encode() in given) is there:
            return
        await person.page.wait_for_timeout(200)
    raise AssertionError(f"{word} is {'not ' if there else ''}in the {journal}: {len(given)} octets")
