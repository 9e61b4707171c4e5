"""Lost and begun anew, typed last, taken back, and what must not run: mostly before and between meetings."""

import asyncio
import base64
import json
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.async_api import Browser, Locator, WebSocketRoute, expect

from server.ids import new_id
from tests.e2e import together
from tests.e2e.conftest import Meet
from tests.e2e.people import Person
from tests.e2e.place import ROOT, Place
from tests.e2e.test_retention import DAY_MS, MovedClock
from tests.e2e.test_together_bad_days import watch
from tests.harness import make_config, serving
from tests.live.pages import NODE_HOME
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
    mentor = await Person.arrive(browser, names[0], "mentor")
    mentee = await Person.arrive(browser, names[1], "mentee")
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


# --- chat


async def test_what_is_said_in_the_chat_is_ones_own_to_take_back(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url)
    mentor, mentee = pair.mentor, pair.mentee
    line = Line()
    await mentee.page.route_web_socket("**/sharing?*", line.route)
    for person in (mentor, mentee):
        await together.go_to(person, pair.link, "chat")
        await expect(person.page.get_by_text("Nothing here yet")).to_be_visible()
    await they_see_each_other_type(mentor, mentee)
    await a_message_stays_whole_while_the_line_is_down(pair, line)
    await what_waits_is_taken_back(mentor, mentee, line)
    await pair.close()


class Line:
    """The sharing socket of a page, to be cut and mended: `set_offline` leaves open ones half alive."""

    def __init__(self) -> None:
        self._cut = False
        self._open: list[WebSocketRoute] = []

    async def route(self, socket: WebSocketRoute) -> None:
        if self._cut:
            await socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)

    async def cut(self) -> None:
        self._cut = True
        for socket in self._open:
            await socket.close()
        self._open.clear()

    def mend(self) -> None:
        self._cut = False


async def they_see_each_other_type(mentor: Person, mentee: Person) -> None:
    field = mentee.page.get_by_label("Write a message")
    await field.press_sequentially("I wo")
    told = mentor.page.locator(".chat-typing")
    await expect(told).to_have_text("Samir Haddad is typing")
    await field.fill("")
    await expect(told).to_have_text("")
    await field.press_sequentially("Good")
    await expect(told).to_have_text("Samir Haddad is typing")
    await field.press("Enter")
    await expect(told).to_have_text("")
    await expect(together.message(mentor, "Good")).to_be_visible()


async def a_message_stays_whole_while_the_line_is_down(pair: Pages, line: Line) -> None:
    """Deleting it fails then; its file must not go alone."""
    mentee = pair.mentee
    await mentee.page.locator("input[type=file][multiple]").first.set_input_files(
        {"name": "plan.bin", "mimeType": "application/octet-stream", "buffer": b"what we said"}
    )
    await expect(mentee.page.get_by_role("list", name="Files to be sent")).to_contain_text("plan.bin")
    async with mentee.page.expect_response(lambda answer: answer.url.endswith("/blobs?seat=mentee")) as stored:
        await together.say(mentee, "With a file")
    blob = (await (await stored.value).json())["id"]
    address = f"{pair.link.replace('/r/', '/api/rooms/')}/blobs/{blob}?seat=mentor"
    own = together.message(mentee, "With a file")
    await expect(together.message(pair.mentor, "With a file")).to_be_visible()
    await line.cut()
    await delete(mentee, own)
    told = mentee.page.get_by_text("could not be deleted")
    await expect(told).to_be_visible()
    await expect(own).to_be_visible()
    line.mend()
    await they_talk_again(pair.mentor, mentee)
    async with pair.mentor.page.expect_download():
        await pair.mentor.button("Save plan.bin").click()
    await delete(mentee, own)
    await expect(together.message(pair.mentor, "With a file")).to_have_count(0)
    async with asyncio.timeout(20):
        while (await pair.mentor.page.request.get(address)).status != 404:
            await pair.mentor.page.evaluate("0")


async def delete(person: Person, message: Locator) -> None:
    await message.hover()
    await message.get_by_role("button", name="Delete").click()
    await person.page.get_by_role("dialog").get_by_role("button", name="Delete").click()


async def they_talk_again(mentor: Person, mentee: Person) -> None:
    await together.say(mentor, "Are you there?")
    await expect(together.message(mentee, "Are you there?")).to_be_visible()


async def what_waits_is_taken_back(mentor: Person, mentee: Person, line: Line) -> None:
    await line.cut()
    await together.say(mentee, "Not like this")
    await together.say(mentee, "But like this")
    waiting = together.message(mentee, "Not like this")
    await expect(waiting).to_contain_text("Waiting to be sent")
    await waiting.get_by_role("button", name="Take back").click()
    await expect(waiting).to_have_count(0)
    # also for the browser's next page: it is not kept to be sent
    line.mend()
    await expect(together.message(mentor, "But like this")).to_be_visible()
    await mentee.page.reload()
    await together.say(mentee, "The last one")
    await expect(together.message(mentor, "The last one")).to_be_visible()
    for person in (mentor, mentee):
        await expect(together.message(person, "Not like this")).to_have_count(0)
        await expect(person.page.get_by_role("log").get_by_text("Deleted", exact=True)).to_have_count(1)


MARK = b"window.hacked=1"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'><script>window.hacked=1</script></svg>"
HTML = b"<!doctype html><script>window.hacked=1</script>"


def png(width: int, height: int, rows: int) -> bytes:
    """Grey; its header may say more than there is. With words in it, and a page behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    words = chunk(b"tEXt", b"Comment\0" + MARK)
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * width) * rows))
    return b"\x89PNG\r\n\x1a\n" + header + words + pixels + chunk(b"IEND", b"") + HTML


PICTURES = {
    "lies.svg": ("image/svg+xml", png(40, 30, 30)),
    "page.html": ("text/html", png(20, 20, 20)),
    "drawing.png": ("image/png", SVG),
    "page.png": ("image/png", HTML),
    "both.gif": ("image/gif", b"GIF89a/*\x01\x00\x01\x00" + HTML),
    "huge.png": ("image/png", png(8000, 7500, 1)),
    "short.jpg": ("image/jpeg", b"\xff\xd8\xff\xe0"),
}
"""Name, what its sender says it is, and what it is. The first two can be decoded."""

WATCH = """() => {
  window.shown = [];
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => { window.shown.push(blob); return make(blob); };
}"""


async def test_pictures_in_the_chat_are_made_anew_or_not_shown(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url)
    mentee = pair.mentee
    await mentee.page.add_init_script(f"({WATCH})()")
    seen: list[str] = []
    watch(mentee, pair.link, seen)
    for name, (mime, content) in PICTURES.items():
        blob = (await post(pair.mentor, pair.link, "blobs", content))["id"]
        file = {"blob": blob, "name": name, "mime": mime, "bytes": len(content), "image": {"width": 40, "height": 30}}
        await post(pair.mentor, pair.link, "journals/chat/entries", json.dumps({"files": [file]}).encode(), new_id())
    await together.go_to(mentee, pair.link, "chat")
    log = mentee.page.get_by_role("log")
    shown, broken = log.locator("img"), log.get_by_text("This picture cannot be shown safely")
    await expect(shown).to_have_count(2)
    await expect(broken).to_have_count(5)
    for picture in await shown.all():
        assert await picture.evaluate("it => it.src.startsWith('blob:') && it.naturalWidth > 0")
    assert await mentee.page.locator("img:not([src^='blob:'])").count() == 0
    made = await mentee.page.evaluate(
        "Promise.all(window.shown.map(async (it) => [it.type, Array.from(new Uint8Array(await it.arrayBuffer()))]))"
    )
    assert len(made) == 2
    for mime, octets in made:
        assert mime in ("image/webp", "image/png", "image/jpeg")
        assert MARK not in bytes(octets)
    # all of them can be had as they are, as plain octets
    async with mentee.page.expect_download() as saved:
        await mentee.button("Save drawing.png").click()
    assert (await asyncio.to_thread(Path(await (await saved.value).path()).read_bytes)) == SVG
    assert await mentee.page.evaluate("window.hacked") is None
    assert seen == []
    await pair.close()


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


# --- calm


async def test_nothing_nags_while_somebody_thinks(meet: Meet) -> None:
    pair = await meet(pictures=False)
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
    await together.go_to(mentor, pair.link, "topics")
    await together.add_topics(mentee, "The talk on Friday", "A course", "Fewer evenings")
    await they_are_dragged(mentor, mentee)
    await notes_goals_and_actions(mentor, mentee)
    await the_agenda_is_told_of(pair)
    await a_meeting_uses_it_up_though_nobody_opens_it(pair)
    await pair.close()


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


# --- what must not run


HIDDEN = """() => {
  const all = [...document.querySelectorAll("*")];
  const foreign = "iframe, frame, object, embed, base, img:not([src^='blob:']):not([src^='data:'])";
  return {
    hacked: [window.hacked ?? null, Object.prototype.hacked ?? null],
    foreign: [...document.querySelectorAll(foreign)].map((one) => one.outerHTML),
    handlers: all.filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on"))).length,
    links: [...new Set([...document.links].map((one) => one.protocol))].filter((it) => !/^(https?|mailto):$/.test(it)),
  };
}"""
NOTHING = {"hacked": [None, None], "foreign": [], "handlers": 0, "links": []}
MARKUP_NAMES = ("<img src=x onerror=window.hacked=1>", "\"><svg onload=window.hacked=1><i a='")
MARKUP_TITLE = "</title><script>window.hacked=1</script>'\"><img src=x onerror=window.hacked=1>"


async def test_hostile_texts_in_every_field_run_nowhere(browser: Browser, place: Place) -> None:
    """All at once, as another browser could have written them; looked at on each page and at the door."""
    pair = await pair_at_the_pages(browser, place.url, title=MARKUP_TITLE, names=MARKUP_NAMES)
    mentor, mentee = pair.mentor, pair.mentee
    seen: list[str] = []
    for person in (mentor, mentee):
        watch(person, pair.link, seen)
    texts = await hostile_documents()
    await post(mentor, pair.link, "journals/document/entries", texts["document"], new_id())
    private = sealed_as_notes(texts["notes"], await notes_key(mentee, pair.link), pair.link)
    await post(mentee, pair.link, "journals/notes/entries", private, new_id())
    await on_the_pages(mentee, pair.link)
    assert seen == []
    await pair.close()


async def test_hostile_names_run_nowhere_nor_does_a_hostile_recording(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url, title=MARKUP_TITLE, names=MARKUP_NAMES)
    mentor, mentee = pair.mentor, pair.mentee
    seen: list[str] = []
    for person in (mentor, mentee):
        watch(person, pair.link, seen)
    await in_the_meeting(mentor, mentee, pair.link)
    await in_the_replay(mentee, pair.link, (await hostile_documents())["document"])
    assert seen == []
    await pair.close()


async def hostile_documents() -> dict[str, bytes]:
    script, corpus = ROOT / "web" / "tests" / "hostile_document.js", ROOT / "tests" / "vectors" / "hostile_texts.json"
    made = await asyncio.create_subprocess_exec(
        str(NODE_HOME / "bin" / "node"), str(script), str(corpus), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await made.communicate()
    assert made.returncode == 0
    return {name: base64.b64decode(update) for name, update in json.loads(said).items()}


async def notes_key(person: Person, link: str) -> bytes:
    """The page makes it a moment after it has come."""
    address = f"{link.replace('/r/', '/api/rooms/')}/sharing-keys?seat={person.seat}"
    async with asyncio.timeout(20):
        while (key := (await (await person.page.request.get(address)).json())["notes"]) is None:
            await person.page.evaluate("0")
    return base64.urlsafe_b64decode(key + "=")


def sealed_as_notes(update: bytes, key: bytes, link: str) -> bytes:
    """As the mentee's browser would seal it."""
    nonce = bytes(range(12))
    return nonce + AESGCM(key).encrypt(nonce, update, notes_place(link))


def notes_place(link: str) -> bytes:
    """What the mentee's private notes are bound to."""
    return f"visavis notes v1/{link.rsplit('/', 1)[1]}/mentee".encode()


async def ran_nothing(person: Person) -> None:
    assert await person.page.evaluate(HIDDEN) == NOTHING
    assert await person.page.get_by_text("cannot be read and was left out").count() == 0


async def on_the_pages(person: Person, link: str) -> None:
    page = person.page
    await together.go_to(person, link, "topics")
    await expect(page.locator("[data-list] .topic-title")).not_to_have_count(0)
    await open_topic(person, "All of them")
    await expect(page.get_by_label("Notes", exact=True)).to_have_value(re.compile("window.hacked"))
    for kind in ("goal", "action"):
        await expect(page.locator(f"[data-list={kind}]").get_by_text("window.hacked").first).to_be_visible()
    await ran_nothing(person)
    await together.go_to(person, link, "notes")
    for side in ("Ours", "Only mine"):
        await page.get_by_role("tab", name=side).click()
        await together.reads(await together.open_note(person, "All of them"), "window.hacked")
        await ran_nothing(person)
        await page.get_by_role("list", name="All notes").get_by_role("button").filter(has_text="onerror").first.click()
        await page.get_by_role("button", name="Show as plain text").click()
        await expect(page.get_by_text("The words of this note").or_(page.get_by_label("The words"))).not_to_have_count(
            0
        )
        await ran_nothing(person)
    await page.get_by_label("Search notes, topics, chat").fill("hacked")
    await expect(page.get_by_role("list", name="What was found").get_by_role("listitem")).not_to_have_count(0)
    await ran_nothing(person)
    await together.go_to(person, link, "whiteboard")
    await together.board(person)
    await expect(page.get_by_role("navigation", name="Pages").get_by_text("window.hacked").first).to_be_attached()
    await ran_nothing(person)
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP_TITLE)
    await expect(page.get_by_role("region", name="has sent the agenda")).to_contain_text("All of them")
    await ran_nothing(person)


async def in_the_meeting(mentor: Person, mentee: Person, link: str) -> None:
    for person in (mentor, mentee):
        await person.enter(link)
    for person, other in ((mentor, mentee), (mentee, mentor)):
        await expect(person.page.get_by_text(other.name).first).to_be_visible()
        await expect(person.page).to_have_title(re.compile("window.hacked"))
    # who is told of by name: in the chat, and that they came by
    for person in (mentor, mentee):
        await together.open_panel(person, "chat")
    await together.say(mentor, "Good morning")
    await expect(together.message(mentee, "Good morning")).to_contain_text(mentor.name)
    for person in (mentor, mentee):
        await ran_nothing(person)


async def in_the_replay(person: Person, link: str, document: bytes) -> None:
    """The real player on a recording made up here: what the server would give of it."""
    began, recording, part = 1_790_000_000_000, new_id(), new_id()
    corpus = json.loads((ROOT / "tests" / "vectors" / "hostile_texts.json").read_text())["texts"]
    kept = [["begin", 1, 3, began, "mentor", document, 1]]
    for n, one in enumerate(corpus, 2):
        said = json.dumps({"text": one["text"][:2000]}).encode()
        kept.append(["written", began + n, "chat", n, "mentor", said])
    packed = [msgspec.msgpack.encode(frame) for frame in kept]
    names = dict(zip(("mentor", "mentee"), MARKUP_NAMES, strict=True))
    about = {"id": recording, "started_ms": began, "length_ms": 9000, "due_ms": began + 10**10, "interrupted": False}
    run = {"run": 1, "offset_ms": 0, "length_ms": 9000, "started_ms": began}
    shared = {"id": part, "run": 1, "started_ms": began, "bytes": 9, "interrupted": False}
    manifest = about | {"may_download": False, "names": names, "runs": [run], "parts": [], "shared": [shared]}
    listed = about | {"state": "kept", "bytes": 9, "may_download": False, "downloads": [], "erased": None}
    listing = {"title": MARKUP_TITLE, "names": names, "you": "mentee", "retention_days": 30, "downloads": False}
    listing |= {"notices": [], "recordings": [listed]}
    at = f"{link.replace('/r/', '/api/rooms/')}/recordings"
    page = person.page
    await page.route(at, lambda route: route.fulfill(json=listing))
    await page.route(f"{at}/{recording}", lambda route: route.fulfill(json=manifest))
    content = b"".join(struct.pack(">I", len(frame)) + frame for frame in packed)
    await page.route(f"{at}/{recording}/parts/{part}", lambda route: route.fulfill(body=content))
    await page.goto(f"{link}/recordings")
    await person.button("Play").first.click()
    for name in ("Chat", "Notes", "Topics", "Board"):
        await page.get_by_role("tab", name=name).click()
        shown = page.get_by_role("tabpanel", name=name)
        await expect(shown).to_be_visible()
        if name != "Board":  # its pages are empty here
            await expect(shown).to_contain_text("window.hacked")
        await ran_nothing(person)
