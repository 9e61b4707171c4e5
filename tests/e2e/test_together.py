"""What two make together, from the first meeting to the next: two real browsers and a real server."""

import asyncio
import random
import re
import struct
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import together
from tests.e2e.axe import LAPTOP, PHONE, findings
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import NO_DEVICES, Person
from tests.e2e.test_retention import DAY_MS, MovedClock
from tests.harness import make_config, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TOPICS = ("Saying no to extra work", "A mentor for the spring")


async def test_made_in_a_meeting_kept_between_and_gone_on_with_in_the_next(meet: Meet, tmp_path: Path) -> None:
    clock = MovedClock()
    async with serving(make_config(tmp_path), clock=clock) as server:
        pair = await meet(server, devices=NO_DEVICES)
        await the_first_meeting(pair)
        await all_is_there_for_one_alone(pair)
        await the_agenda_is_sent_and_seen(pair)
        clock.move(7 * DAY_MS)
        await the_next_meeting_goes_on(pair)
        await one_goes_back_to_how_the_first_left_it(pair)


async def the_first_meeting(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await together.read_the_hint(mentee)
    await they_chat(pair)
    await they_exchange_a_file(pair)
    await they_write_one_note(pair)
    await they_go_through_topics(pair)
    await they_draw(pair)
    for person in (mentor, mentee):
        await together.leave(person)


async def they_chat(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await together.open_panel(mentor, "chat")
    await together.say(mentor, "Read https://example.org/a first")
    await expect(together.tool(mentee, "chat")).to_have_accessible_name("Chat 1 new message")
    await together.open_panel(mentee, "chat")
    await expect(together.tool(mentee, "chat")).to_have_accessible_name("Chat")
    read = together.message(mentee, "Read https://example.org/a first")
    link = read.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://example.org/a")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await read.hover()
    await read.get_by_role("button", name="React").click()
    await read.get_by_role("button", name="Heart", exact=True).click()
    sent = together.message(mentor, "Read https://example.org/a first")
    await expect(sent.get_by_role("list", name="Reactions")).to_contain_text("Heart, Samir Haddad")
    await together.say(mentee, "This was not for here")
    await expect(together.message(mentor, "This was not for here")).to_be_visible()
    # only its writer can take it back
    theirs = together.message(mentor, "This was not for here")
    await theirs.hover()
    await expect(theirs.get_by_role("button", name="React")).to_be_visible()
    await expect(theirs.get_by_role("button", name="Delete")).to_have_count(0)
    own = together.message(mentee, "This was not for here")
    await own.hover()
    await own.get_by_role("button", name="Delete").click()
    await mentee.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for person in (mentor, mentee):
        await expect(person.page.get_by_role("log").get_by_text("Deleted", exact=True)).to_be_visible()
        await expect(together.message(person, "This was not for here")).to_have_count(0)

    assert await findings(mentor.page, LAPTOP) == [], "chat"


async def they_exchange_a_file(pair: Pair) -> None:
    content = random.Random(1).randbytes(700_001)
    await pair.mentee.page.locator("input[type=file][multiple]").first.set_input_files(
        {"name": "plan für 2027.bin", "mimeType": "application/octet-stream", "buffer": content}
    )
    await expect(pair.mentee.page.get_by_role("list", name="Files to be sent")).to_contain_text("plan für 2027.bin")
    await pair.mentee.button("Send").click()
    async with pair.mentor.page.expect_download() as saved:
        await pair.mentor.button("Save plan für 2027.bin").click()
    download = await saved.value
    assert download.suggested_filename == "plan für 2027.bin"
    assert (await asyncio.to_thread(Path(await download.path()).read_bytes)) == content


async def they_write_one_note(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    for person in (mentor, mentee):
        await together.open_panel(person, "notes")
    first = await together.new_note(mentor, "Autumn")
    await first.focus()
    await mentor.page.keyboard.type("# Last week\n- three extra tasks")
    second = await together.open_note(mentee, "Autumn")
    await expect(second.get_by_role("heading", name="Last week")).to_be_visible()
    await expect(second).to_contain_text("three extra tasksIngrid Solberg")  # her caret, with her name
    # both at once, in one line
    await second.get_by_role("listitem").click()
    await mentee.page.keyboard.press("Home")
    await asyncio.gather(
        mentor.page.keyboard.type(" and no evening for oneself, in a row"),
        mentee.page.keyboard.type("On Monday and on Thursday: "),
    )
    whole = "On Monday and on Thursday: three extra tasks and no evening for oneself, in a row"
    for text in (first, second):
        await together.reads(text, whole)
    for key in ("Enter", "Enter"):
        await mentor.page.keyboard.press(key)
    await mentor.button("Checklist").click()
    await mentor.page.keyboard.type("Ask for help once")
    await together.reads(second, "Ask for help once")
    await second.get_by_role("checkbox").check()
    await expect(first.get_by_role("checkbox", name="Done: Ask for help once")).to_be_checked()
    assert await findings(mentee.page, LAPTOP) == [], "notes"


async def they_go_through_topics(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    for person in (mentor, mentee):
        await together.open_panel(person, "topics")
    await together.add_topics(mentee, *TOPICS, "How was the week")
    for title in TOPICS:
        await expect(together.topic(mentor, title)).to_contain_text(
            re.compile("brought by Samir Haddad|Samir Haddad brought this")
        )
    await mentor.page.get_by_role("checkbox", name="Cross off: How was the week").click()
    await expect(mentee.page.get_by_text("Done (1)")).to_be_visible()
    # by the keyboard alone
    grip = mentor.page.get_by_role("button", name=f"Move: {TOPICS[1]}")
    for key in ("Space", "ArrowUp", "Space"):
        await grip.press(key)
    await expect(mentee.page.locator("[data-list=now] .topic-title").first).to_have_text(TOPICS[1])
    assert await findings(mentor.page, LAPTOP) == [], "topics"


async def they_draw(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    for person in (mentor, mentee):
        await together.tool(person, "topics").click()
        await together.tool(person, "notes").click()
        await together.open_panel(person, "whiteboard")
        await together.board(person)
    await together.draw(mentor, "r", (320, 110))
    await together.painted(mentee.page)
    await together.board_says(mentee, "Box, empty")
    await together.draw(mentee, "o", (600, 110))
    await together.draw(mentor, "d", (320, 230))
    await together.board_says(mentee, "Box, empty", "Circle, empty", "Diamond, empty")
    await together.board_says(mentor, "Box, empty", "Circle, empty", "Diamond, empty")
    # undo takes back one's own only, and nothing when there is none left
    for _ in range(4):
        await mentor.page.locator(".excalidraw").first.press("Control+z")
    for person in (mentee, mentor):
        await together.board_says(person, "Circle, empty")
    await together.write_on_board(mentee, "Choose two", (620, 250))
    await together.board_says(mentor, "Circle, empty", "Choose two")
    assert await findings(mentor.page) == [], "board"
    await mentor.button("Save as picture").click()
    async with mentor.page.expect_download() as saved:
        await mentor.button("PNG, to show or print").click()
    picture = await asyncio.to_thread(Path(await (await saved.value).path()).read_bytes)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 200
    assert height > 200


async def all_is_there_for_one_alone(pair: Pair) -> None:
    mentor = pair.mentor
    await together.go_to(mentor, pair.link, "chat")
    await expect(together.message(mentor, "Read https://example.org/a first")).to_contain_text("Heart, Samir Haddad")
    await expect(mentor.button("Save plan für 2027.bin")).to_be_visible()
    assert await findings(mentor.page, PHONE) == [], "chat"
    await together.go_to(mentor, pair.link, "notes")
    await expect(mentor.page.get_by_role("list", name="All notes")).to_be_visible()
    assert await findings(mentor.page, PHONE) == [], "notes"
    text = await together.open_note(mentor, "Autumn")
    await expect(text).to_contain_text("On Monday and on Thursday: three extra tasks")
    await expect(text.get_by_role("checkbox")).to_be_checked()
    await mentor.page.get_by_label("Search notes, topics, chat").fill("evening oneself")
    await expect(mentor.page.get_by_role("list", name="What was found").get_by_role("button")).to_have_count(1)
    await together.go_to(mentor, pair.link, "whiteboard")
    await together.board_says(mentor, "Circle, empty", "Choose two")
    assert await findings(mentor.page, PHONE) == [], "whiteboard"


async def the_agenda_is_sent_and_seen(pair: Pair) -> None:
    """By the mentee before the meeting; the mentor sees it on the page before one enters."""
    mentor, mentee = pair.mentor, pair.mentee
    await together.go_to(mentee, pair.link, "topics")
    await expect(mentee.page.get_by_text("Done (1)")).to_be_visible()
    assert await findings(mentee.page, PHONE) == [], "topics"
    await mentee.button("Send the agenda to Ingrid Solberg").click()
    await expect(mentee.page.get_by_text("has not marked it as seen yet")).to_be_visible()
    await mentor.page.goto(pair.link)
    sent = mentor.page.get_by_role("region", name="Samir Haddad has sent the agenda for your next meeting")
    await expect(sent.get_by_role("listitem")).to_have_text([TOPICS[1], TOPICS[0]])
    await sent.get_by_role("button", name="Seen").click()
    await expect(mentee.page.get_by_text("Ingrid Solberg has seen it.")).to_be_visible()


async def the_next_meeting_goes_on(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    for person in (mentor, mentee):
        await person.enter(pair.link)
    await together.open_panel(mentor, "topics")
    await expect(together.topic(mentor, TOPICS[1])).to_contain_text("from last time")
    await together.tool(mentor, "topics").click()
    await together.open_panel(mentor, "whiteboard")
    await together.board_says(mentor)
    pages = mentor.page.get_by_role("navigation", name="Pages").get_by_role("listitem")
    await expect(pages).to_have_count(2)
    await expect(pages.first.get_by_role("button").first).to_have_attribute("aria-current", "page")
    await pages.nth(1).get_by_role("button").first.click()
    await together.board_says(mentor, "Circle, empty", "Choose two")


async def one_goes_back_to_how_the_first_left_it(pair: Pair) -> None:
    """From the page of the topics, while the other is still in the meeting; and undoes it."""
    mentor, mentee = pair.mentor, pair.mentee
    await together.draw(mentor, "d", (320, 330))
    await together.open_panel(mentor, "topics")
    await together.add_topics(mentor, "Brought in the second")
    await together.leave(mentee)
    await together.go_to(mentee, pair.link, "topics")
    await expect(together.topic(mentee, "Brought in the second")).to_be_visible()
    earlier = mentee.page.get_by_role("group").filter(has_text="Earlier states")
    await until_a_state_is_kept(mentee, pair)
    await earlier.get_by_text("Earlier states", exact=True).click()
    await expect(earlier.get_by_role("listitem")).to_have_count(1)
    await mentee.button("Go back to this").click()
    went_back = mentee.page.get_by_role("status").filter(has_text="are now as they were then, for both of you")
    await expect(went_back).to_be_visible()
    for person in (mentor, mentee):
        await expect(together.topic(person, "Brought in the second")).to_have_count(0)
        await expect(together.topic(person, TOPICS[0])).to_be_visible()
    await together.board_says(mentor, "Circle, empty", "Choose two")
    told = mentor.page.get_by_text("has gone back to how an earlier meeting left board, notes and topics")
    await expect(told).to_be_visible()
    await went_back.get_by_role("button", name="Undo").click()
    for person in (mentor, mentee):
        await expect(together.topic(person, "Brought in the second")).to_be_visible()
    await expect(went_back).to_have_count(0)
    await together.board_says(mentor, "Circle, empty", "Choose two", "Diamond, empty")


async def until_a_state_is_kept(person: Person, pair: Pair) -> None:
    """One browser has written down what the first meeting left, and the other's has confirmed it."""
    address = f"{pair.link.replace('/r/', '/api/rooms/')}/journals/document/snapshots?seat={person.seat}"
    for _ in range(100):
        kept = (await (await person.page.request.get(address)).json())["snapshots"]
        if any(one["restorable"] for one in kept):
            return
        await person.page.wait_for_timeout(200)
    raise AssertionError(f"nothing to go back to: {kept}")


async def test_private_notes_are_ones_own(meet: Meet, browser: Browser) -> None:
    pair = await meet(devices=NO_DEVICES, by_form=True)
    mentor, mentee = pair.mentor, pair.mentee
    await together.open_panel(mentee, "notes")
    await mentee.page.get_by_role("tab", name="Only mine").click()
    await (await together.new_note(mentee, "For me alone")).fill("I am afraid of the talk on Friday")
    await expect(mentee.page.get_by_role("textbox", name="Text of “For me alone”")).to_contain_text("Friday")
    await mentee.page.reload()
    await expect(mentee.button("Leave")).to_be_visible()
    await together.open_panel(mentee, "notes")
    await mentee.page.get_by_role("tab", name="Only mine").click()
    await expect(await together.open_note(mentee, "For me alone")).to_have_text("I am afraid of the talk on Friday")
    # not for the other
    await together.open_panel(mentor, "notes")
    await mentor.page.get_by_role("tab", name="Only mine").click()
    await expect(mentor.page.get_by_text("No notes yet")).to_be_visible()
    await mentor.page.get_by_label("Search notes, topics, chat").fill("Friday")
    await expect(mentor.page.get_by_text("Nothing found.")).to_be_visible()
    # the password alone opens the recordings, and neither page nor request yields the notes
    device = await Person.arrive(browser, "Samir Haddad", "mentee", still=True)
    await device.page.goto(f"{pair.link}/recordings")
    await device.page.get_by_label("Room password", exact=True).fill(pair.password)
    await device.page.keyboard.press("Enter")
    await expect(device.page.get_by_role("heading", level=1)).to_contain_text("Recordings")
    asked = [f"journals/notes?seat={seat}&after=0" for seat in ("mentor", "mentee")]
    for path in (*asked, "sharing-keys?seat=mentee"):
        answer = await device.page.request.get(f"{pair.link.replace('/r/', '/api/rooms/')}/{path}")
        assert answer.status in (401, 403), path
    await device.page.goto(f"{pair.link}/notes")
    await expect(device.page.get_by_text("Join once in this browser")).to_be_visible()
    await another_device_has_the_seat_with_the_partners_visible_ok(pair, device)
    # but still not the notes
    await together.open_panel(device, "notes")
    await device.page.get_by_role("tab", name="Only mine").click()
    await expect(device.page.get_by_text("this device cannot open them")).to_be_visible()
    await device.context.close()


async def another_device_has_the_seat_with_the_partners_visible_ok(pair: Pair, device: Person) -> None:
    """However the offered password is spelled, and after a wrong one, which is told in words."""
    await device.fill_in(pair.link, "surely not these words")
    await device.button("Join").click()
    await expect(device.page.get_by_text("That is not this room’s password")).to_be_visible()
    await device.page.get_by_label("Room password", exact=True).fill(pair.password.upper().replace(" ", "-"))
    await device.button("Join").click()
    await device.button("Continue here as the mentee").click()
    asked = pair.mentor.page.get_by_role("dialog").filter(has_text="another device")
    await expect(asked).to_be_visible()
    await asked.get_by_role("button", name="Yes, it is Samir Haddad").click()
    await expect(device.button("Leave")).to_be_visible()
    await pair.mentor.sees("Samir Haddad")
