"""Lost and begun anew, typed last, taken back, and what must not run: mostly before and between meetings."""

import asyncio
import base64
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.async_api import Browser, Locator, expect

from tests.e2e import together
from tests.e2e.axe import PHONE, findings
from tests.e2e.conftest import Meet
from tests.e2e.people import NO_DEVICES, Person
from tests.e2e.place import Place
from tests.e2e.test_retention import DAY_MS, MovedClock
from tests.harness import make_config, serving
from tests.live.sharing import frames

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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


async def pair_at_the_pages(
    browser: Browser, url: str, title: str = "Reading room", names: tuple[str, str] = ("Ingrid Solberg", "Samir Haddad")
) -> Pages:
    mentor = await Person.arrive(browser, names[0], "mentor", still=True, devices=NO_DEVICES)
    mentee = await Person.arrive(browser, names[1], "mentee", still=True, devices=NO_DEVICES)
    link, password = await mentor.create_room(url, title, seat="Mentor")
    await mentee.fill_in(link, password)
    await only_look(mentee)
    return Pages(mentor, mentee, link, password)


async def only_look(person: Person) -> None:
    """Takes the seat, and goes to the topics instead of into the meeting."""
    look = person.page.get_by_text("Only look at topics and recordings")
    await look.click()
    await expect(person.page.get_by_role("heading", level=1, name="Topics")).to_be_visible()


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
        stranger = await Person.arrive(browser, "Samir Haddad", "mentee", still=True)
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
    devices = [await Person.arrive(browser, "Samir Haddad", "mentee", still=True) for _ in range(2)]
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
    # nothing of what was there stands in the way, nor is told of, nor is it given out any more
    await expect(page.get_by_text("No notes yet")).to_be_visible()
    address = f"{pair.link.replace('/r/', '/api/rooms/')}/journals/notes?seat=mentee&after=0"
    given = frames(await (await page.request.get(address)).body())
    key, where = await notes_key(device, pair.link), notes_place(pair.link)
    bodies = [part for frame in given for part in frame if isinstance(part, bytes)]
    assert len(bodies) == 1
    AESGCM(key).decrypt(bodies[0][:12], bodies[0][12:], where)
    await (await together.new_note(device, "From now on")).fill("I have begun again")
    await expect(page.get_by_text("cannot be read")).to_have_count(0)
    await private_notes(device, pair.link)
    await expect(await together.open_note(device, "From now on")).to_have_text("I have begun again")
    await expect(page.get_by_text("cannot be read")).to_have_count(0)
    # the browser that could open the former ones cannot open these
    await private_notes(pair.mentee, pair.link)
    await expect(pair.mentee.page.get_by_text("this device cannot open them")).to_be_visible()


async def notes_key(person: Person, link: str) -> bytes:
    """The page makes it a moment after it has come."""
    address = f"{link.replace('/r/', '/api/rooms/')}/sharing-keys?seat={person.seat}"
    async with asyncio.timeout(20):
        while (key := (await (await person.page.request.get(address)).json())["notes"]) is None:
            await person.page.evaluate("0")
    return base64.urlsafe_b64decode(key + "=")


def notes_place(link: str) -> bytes:
    """What the mentee's private notes are bound to."""
    return f"visavis notes v1/{link.rsplit('/', 1)[1]}/mentee".encode()


async def post(person: Person, link: str, path: str, body: bytes, local: str | None = None) -> dict[str, str]:
    """As the person's browser would, but whatever one likes."""
    base, room = link.split("/r/")
    query = f"seat={person.seat}" + (f"&local={local}" if local else "")
    answer = await person.page.request.post(
        f"{base}/api/rooms/{room}/{path}?{query}",
        data=body,
        headers={"Content-Type": "application/octet-stream", "Origin": base},
    )
    assert answer.ok, await answer.text()
    return dict(await answer.json())


# --- typed last


async def test_what_is_typed_last_is_there_after_the_page_is_closed_at_once(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url)
    mentee = pair.mentee
    await together.add_topics(mentee, "First words")
    title = "First words"
    for words in ("Second words", "Third words", "Fourth words", "Fifth words"):
        await open_topic(mentee, title)
        field = mentee.page.get_by_label("Topic", exact=True)
        await field.fill(words)
        await reopen(mentee, pair.link, "topics")
        await expect(together.topic(mentee, words)).to_be_visible()
        title = words
    # the notes of a topic, an action, a note: their last letters
    await open_topic(mentee, title)
    await mentee.page.get_by_label("Notes", exact=True).press_sequentially("What holds me back?", delay=0)
    await reopen(mentee, pair.link, "topics")
    await open_topic(mentee, title)
    await expect(mentee.page.get_by_label("Notes", exact=True)).to_have_value("What holds me back?")
    await together.go_to(mentee, pair.link, "notes")
    text = await together.new_note(mentee, "Plan")
    await text.press_sequentially("One step a week", delay=0)
    await reopen(mentee, pair.link, "notes")
    await together.reads(await together.open_note(mentee, "Plan"), "One step a week")
    # and the partner has it
    await together.go_to(pair.mentor, pair.link, "topics")
    await expect(together.topic(pair.mentor, title)).to_be_visible()
    await pair.close()


async def open_topic(person: Person, title: str) -> None:
    await together.topic(person, title).get_by_role("button", expanded=False).filter(has_text=title).click()


async def reopen(person: Person, link: str, panel: str) -> None:
    """Closes the page at once, as one closes a tab, and opens it again."""
    await person.page.close()
    person.page = await person.context.new_page()
    await together.go_to(person, link, panel)


# --- calm


async def test_nothing_nags_while_somebody_thinks(meet: Meet) -> None:
    pair = await meet(devices=NO_DEVICES)
    mentor, mentee = pair.mentor, pair.mentee
    await together.read_the_hint(mentee)
    await together.open_panel(mentor, "chat")
    await together.say(mentor, "Before")
    badge = together.tool(mentee, "chat")
    await expect(badge).to_have_accessible_name("Chat 1 new message")
    # of the one who thinks nothing is wanted; what had been told already stays told
    await mentee.button("I'm thinking").click()
    await expect(mentor.page.get_by_text("Samir Haddad is thinking. No hurry.")).to_be_visible()
    await together.say(mentor, "Meanwhile")
    await together.open_panel(mentee, "notes")
    await mentee.page.get_by_label("Search notes, topics, chat").fill("Meanwhile")
    await expect(mentee.page.get_by_role("list", name="What was found").get_by_role("button")).to_have_count(1)
    await expect(badge).to_have_accessible_name("Chat 1 new message")
    await mentee.button("I'm thinking").click()
    await expect(badge).to_have_accessible_name("Chat 2 new messages")
    # nor is a screen reader told of what is to be seen
    await together.open_panel(mentee, "chat")
    await mentor.button("I'm thinking").click()
    await expect(mentee.page.get_by_text("Ingrid Solberg is thinking. No hurry.")).to_be_visible()
    heard = mentee.page.locator(".chat-panel [role=status].heard")
    await together.say(mentor, "Seen in silence")
    await expect(together.message(mentee, "Seen in silence")).to_be_visible()
    await expect(heard).to_have_text("")
    await mentor.button("I'm thinking").click()
    await expect(heard).to_have_text("Ingrid Solberg writes: Seen in silence")


# --- topics and agenda


async def test_topics_are_moved_worked_on_and_told_of_at_the_door(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url)
    mentor, mentee = pair.mentor, pair.mentee
    personal = await shown_link(mentee)
    await together.go_to(mentor, pair.link, "topics")
    await what_is_half_written_is_there_again(mentee)
    await together.add_topics(mentee, "The talk on Friday", "A course", "Fewer evenings")
    await they_are_dragged(mentor, mentee)
    await notes_goals_and_actions(mentor, mentee)
    await the_agenda_is_told_of(pair)
    await a_browser_that_is_new_shows_it_before_one_enters(browser, pair, personal)
    await a_meeting_uses_it_up_though_nobody_opens_it(pair)
    await pair.close()


async def what_is_half_written_is_there_again(person: Person) -> None:
    """After the page was loaded anew; put away by oneself it is gone."""
    await person.button("Add a topic").click()
    await person.page.get_by_label("A new topic").press_sequentially("Half a thou")
    await together.half_written(person, "Half a thou")
    await person.page.reload()
    await expect(person.page.get_by_label("A new topic")).to_have_value("Half a thou")
    await person.page.get_by_label("A new topic").press("Escape")
    await expect(person.button("Add a topic")).to_be_visible()


async def they_are_dragged(mentor: Person, mentee: Person) -> None:
    """By the pointer, within "now" and across to each of the other places; the other sees each."""
    await drag(mentee, "Fewer evenings", onto="The talk on Friday")
    for person in (mentee, mentor):
        await expect(titles(person, "now")).to_have_text(["Fewer evenings", "The talk on Friday", "A course"])
    for place in ("30", "60", "90"):
        await drag(mentee, "A course", to=place)
        for person in (mentee, mentor):
            await expect(titles(person, place)).to_have_text(["A course"])
    # by the field, which is there for whoever cannot drag
    await open_topic(mentor, "Fewer evenings")
    await mentor.page.get_by_label("Place", exact=True).select_option("In 60 days")
    await expect(titles(mentee, "60")).to_have_text(["Fewer evenings"])
    await expect(titles(mentee, "now")).to_have_text(["The talk on Friday"])


def titles(person: Person, place: str) -> Locator:
    return person.page.locator(f"[data-list='{place}'] .topic-title")


async def drag(person: Person, title: str, *, onto: str | None = None, to: str | None = None) -> None:
    """Above another topic, or to a place."""
    mouse = person.page.mouse
    grip = person.page.get_by_role("button", name=f"Move: {title}", exact=True)
    target = together.topic(person, onto) if onto else person.page.locator(f"[data-list='{to}']")
    await target.scroll_into_view_if_needed()
    begin, end = await grip.bounding_box(), await target.bounding_box()
    assert begin is not None
    assert end is not None
    await mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + begin["height"] / 2)
    await mouse.down()
    await mouse.move(end["x"] + end["width"] / 2, end["y"] + 20, steps=5)
    await mouse.move(end["x"] + end["width"] / 2, end["y"] + 4, steps=5)
    await mouse.up()


async def notes_goals_and_actions(mentor: Person, mentee: Person) -> None:
    for person in (mentor, mentee):
        await open_topic(person, "The talk on Friday")
    note = mentor.page.get_by_label("Notes", exact=True)
    await note.press_sequentially("Begin with what went well")
    theirs = mentee.page.get_by_label("Notes", exact=True)
    await expect(theirs).to_have_value("Begin with what went well")
    await theirs.press("End")
    await theirs.press_sequentially(", then ask")
    await expect(note).to_have_value("Begin with what went well, then ask")
    await mentee.button("Add to “Goals”").click()
    await mentee.page.get_by_label("A new goal").fill("Lead a small team")
    await mentee.page.keyboard.press("Enter")
    await mentee.page.keyboard.press("Escape")
    await expect(mentor.page.locator("[data-list=goal]").get_by_text("Lead a small team")).to_be_visible()
    await mentor.button("Add to “Actions”").click()
    form = mentor.page.locator("form.topic-form")
    await form.get_by_label("A new action").fill("Write to three people")
    await form.get_by_label("Whose").select_option("Samir Haddad")
    await form.get_by_label("By when").fill("2031-03-14")
    await form.get_by_role("button", name="Add", exact=True).click()
    await mentor.page.keyboard.press("Escape")
    action = mentee.page.locator("[data-list=action] [data-item]")
    await expect(action).to_contain_text("Write to three people")
    await expect(action).to_contain_text("Samir Haddad")
    await expect(action).to_contain_text(re.compile("by 14 March 2031|by 14 Mar 2031"))
    await action.get_by_role("checkbox").click()
    await expect(mentor.page.get_by_text("Done (1)")).to_be_visible()


async def the_agenda_is_told_of(pair: Pages) -> None:
    """At one's own door and at the other's, and at the head of the pages."""
    mentor, mentee = pair.mentor, pair.mentee
    await together.go_to(mentor, pair.link, "notes")
    head = mentor.page.get_by_role("navigation").first
    await expect(head.get_by_role("link", name="Topics", exact=True)).to_be_visible()
    await mentee.page.get_by_role("button", name="Send the agenda to").click()
    await expect(head.get_by_role("link", name="Topics, agenda sent", exact=True)).to_be_visible()
    await together.go_to(mentee, pair.link, "chat")
    for text in ("See the agenda", "And bring time"):
        await together.say(mentee, text)
    await expect(head.get_by_role("link", name="Chat, 2 new", exact=True)).to_be_visible()
    await mentor.page.goto(pair.link)
    await expect(mentor.page.get_by_role("link", name="2 new messages in your chat")).to_be_visible()
    sent = mentor.page.get_by_role("region", name="Samir Haddad has sent the agenda for your next meeting")
    await expect(sent.get_by_role("listitem")).to_have_text(["The talk on Friday"])
    await mentee.page.goto(pair.link)
    yours = mentee.page.get_by_role("region", name="You have sent the agenda for your next meeting")
    await expect(yours).to_contain_text("has not marked it as seen yet.")
    await sent.get_by_role("button", name="Seen").click()
    await expect(yours).to_contain_text("has seen it.")
    await expect(mentee.page.get_by_text("new message")).to_have_count(0)
    await mentor.page.get_by_role("link", name="2 new messages in your chat").click()
    await expect(together.message(mentor, "And bring time")).to_be_visible()
    await together.go_to(mentor, pair.link, "notes")
    await expect(head.get_by_role("link", name="Chat", exact=True)).to_be_visible()
    await expect(head.get_by_role("link", name="Topics", exact=True)).to_be_visible()


async def a_browser_that_is_new_shows_it_before_one_enters(browser: Browser, pair: Pages, personal: str) -> None:
    again = await Person.arrive(browser, pair.mentee.name, "mentee", still=True, devices=NO_DEVICES)
    await again.page.goto(personal)
    await again.page.get_by_label("Your name").fill(again.name)
    await again.button("Join").click()
    await expect(again.page.get_by_role("heading", name="Before you enter")).to_be_focused()
    yours = again.page.get_by_role("region", name="You have sent the agenda for your next meeting")
    await expect(yours.get_by_role("listitem")).to_have_text(["The talk on Friday"])
    assert await findings(again.page, PHONE) == [], "before one enters"
    await again.button("Enter").click()
    await together.leave(again)
    await again.context.close()
    assert again.troubles == []


async def a_meeting_uses_it_up_though_nobody_opens_it(pair: Pages) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    for person in (mentor, mentee):
        await person.enter(pair.link)
    await expect(mentor.page.get_by_text(mentee.name).first).to_be_visible()
    await expect(mentee.page.get_by_text(mentor.name).first).to_be_visible()
    for person in (mentor, mentee):
        await together.leave(person)
        await person.page.goto(pair.link)
    next_time = mentee.page.get_by_role("region", name="For your next meeting")
    await expect(next_time).to_contain_text("the agenda has not been sent")
    await expect(mentor.page.get_by_role("button", name="Join")).to_be_enabled()
    await expect(mentor.page.get_by_role("region", name="has sent the agenda")).to_have_count(0)
