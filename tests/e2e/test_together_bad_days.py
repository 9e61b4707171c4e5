"""Lines cut, servers killed, pages closed, people of bad will: what the two make together stays theirs and whole."""

import asyncio
import contextlib
import html
import io
import json
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import av
import pytest
from playwright.async_api import Browser, FilePayload, Locator, expect

from server.domain.values import Seat
from server.ids import new_id
from tests.e2e import together
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import NO_DEVICES, Person
from tests.e2e.place import ROOT, Place
from tests.live import house as live
from tests.live.sharing import SharingTab, share

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CORPUS = json.loads((ROOT / "tests" / "vectors" / "hostile_texts.json").read_text())["texts"]
TEXTS = [one["text"] for one in CORPUS]
MARKUP = [one["text"] for one in CORPUS if one["kind"] == "markup"]
LINKS = [one["text"] for one in CORPUS if one["kind"] == "url"]
RUNNING = [one["text"] for one in CORPUS if one["kind"] in ("markup", "code", "bidi")]


def packed(texts: list[str], most: int) -> list[str]:
    """As few lines as hold all of them: each press of Enter is drawn on two pages. One by one, and in every field, they
    are looked at in `test_hostile_fields`."""
    lines: list[str] = []
    for text in (text.replace("\n", " ")[:most] for text in texts):
        if lines and len(lines[-1]) + len(text) < most:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return lines


TITLES = packed([*LINKS, *RUNNING], 300)
NAMES = packed(MARKUP, 120)
SHORT = [text for text in TEXTS if len(text) < 150]
SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'/>"
KINDS = ("text", "rectangle", "embeddable", "iframe", "image")
PAGE = b"<script>window.hacked=1</script>"

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
    pair = await meet(place)
    mentor, mentee = pair.mentor, pair.mentee
    await the_call_goes_on_while_the_server_restarts(pair, place)
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
        # still the same meeting, and so the same page of the board
        await expect(person.button("Take a break")).to_be_enabled()
        await together.board_says(person, "Box, empty", "Box, empty")
        await expect(person.page.get_by_role("navigation", name="Pages").get_by_role("listitem")).to_have_count(1)
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


async def the_call_goes_on_while_the_server_restarts(pair: Pair, place: Place) -> None:
    """And both are back in the room by themselves."""
    picture = pair.mentor.page.get_by_label(pair.mentee.name, exact=True).and_(pair.mentor.page.locator("video"))
    await place.kill()
    before = await picture.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames")
    await pair.mentor.page.wait_for_function(
        "([video, n]) => video.getVideoPlaybackQuality().totalVideoFrames > n + 5",
        arg=[await picture.element_handle(), before],
    )
    await place.start()
    await expect(pair.mentor.button("Take a break")).to_be_enabled()
    await pair.mentee.button("Mute microphone").click()
    await expect(pair.mentor.page.get_by_text("microphone muted")).to_be_visible()


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


async def test_hostile_texts_run_nowhere(meet: Meet) -> None:
    names, title = (MARKUP[0], f'"{MARKUP[1]}'), f"{{{{7*7}}}} {MARKUP[0]}"
    pair = await meet(devices=NO_DEVICES, names=names, title=title)
    mentor, mentee = pair.mentor, pair.mentee
    await together.read_the_hint(mentee)
    seen: list[str] = []
    for person in (mentor, mentee):
        watch(person, pair.link, seen)
    await together.open_panel(mentee, "topics")
    await together.open_panel(mentee, "chat")
    await into_the_chat(mentor)
    await into_the_topics(mentor)
    await expect(together.message(mentee, "the last one")).to_be_visible()
    await only_good_links(mentee.page.get_by_role("log"))
    await expect(together.topic(mentee, "the last one")).to_be_visible()
    await together.open_panel(mentee, "notes")
    await into_a_note(mentor, mentee)
    for person in (mentor, mentee):
        await together.open_panel(person, "whiteboard")
    await onto_the_board(mentor, mentee)
    # and what a search finds of it all
    await mentee.button("All notes").click()
    await mentee.page.get_by_label("Search notes, topics, chat").fill("hacked")
    await expect(mentee.page.get_by_role("list", name="What was found").get_by_role("listitem").first).to_be_visible()
    for person in (mentor, mentee):
        assert await person.page.evaluate("[window.hacked, Object.prototype.hacked]") == [None, None]
        addresses = await person.page.locator("a[href]").evaluate_all(
            "all => all.map(one => new URL(one.href).protocol)"
        )
        assert set(addresses) <= {"http:", "https:", "mailto:"}
        assert person.page.url.startswith(pair.link)
        await expect(person.button("Leave")).to_be_visible()
    await expect(mentor.page).to_have_title(f"{pair.title} – Visavis")
    await expect(mentor.page.get_by_text(mentee.name).first).to_be_visible()
    await mentor.page.goto(f"{pair.link}/recordings")
    await expect(mentor.page.get_by_text(pair.title).first).to_be_visible()
    assert seen == []


def watch(person: Person, link: str, seen: list[str]) -> None:
    """Notes every dialog, window and request that is not the page's own."""
    own = (link.split("/r/")[0], link.split("/r/")[0].replace("http", "ws"), "blob:", "data:")
    person.page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
    person.page.on("popup", lambda page: seen.append(f"window {page.url}"))
    person.page.on("request", lambda asked: None if asked.url.startswith(own) else seen.append(asked.url))


async def only_good_links(place: Locator) -> None:
    found = await place.locator("a[href]").evaluate_all("all => all.map(one => new URL(one.href).protocol)")
    assert set(found) <= {"http:", "https:", "mailto:"}


async def into_the_chat(person: Person) -> None:
    await together.open_panel(person, "chat")
    for at in range(0, len(TEXTS), 8):
        await put(person.page.get_by_label("Write a message"), "\n\n".join(TEXTS[at : at + 8])[:12_000])
        await person.page.keyboard.press("Enter")
    names = [one["text"] for one in CORPUS if one["kind"] == "file_name"][:10]
    files: list[FilePayload] = [{"name": name, "mimeType": "text/html", "buffer": PAGE} for name in names]
    await person.page.locator("input[type=file][multiple]").first.set_input_files(files)
    await together.say(person, "the last one")


async def put(field: Locator, text: str) -> None:
    """At once: Chromium types a thousand lines for ten seconds."""
    await field.focus()
    await field.evaluate(
        """(field, text) => {
          field.value = text;
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }""",
        text,
    )


async def paste(place: Locator, what: dict[str, str]) -> None:
    await place.focus()
    await place.evaluate(
        """(place, what) => {
          const clipboardData = new DataTransfer();
          for (const [type, text] of Object.entries(what)) clipboardData.setData(type, text);
          place.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        what,
    )


async def into_the_topics(person: Person) -> None:
    await together.open_panel(person, "topics")
    await person.button("Add a topic").click()
    field = person.page.get_by_label("A new topic")
    for text in (*TITLES, "the last one"):
        await field.fill(text)
        await field.press("Enter")
    await together.tool(person, "topics").click()


async def into_a_note(person: Person, other: Person) -> None:
    """As its name, as plain words and as pasted markup."""
    await together.open_panel(person, "notes")
    text = await together.new_note(person, "Plan")
    name = person.page.get_by_label("Name of the note")
    for title in (*NAMES, "Plan"):
        await name.fill(title)
    theirs = await together.open_note(other, "Plan")
    await paste(text, {"text/plain": "\n".join(SHORT)})
    links = "".join(f'<p><a href="{html.escape(link)}">here</a></p>' for link in LINKS)
    await paste(text, {"text/html": f"<p>{''.join(MARKUP)}</p>{links}<p>the last one</p>"})
    await together.reads(theirs, "the last one")
    await only_good_links(theirs)


async def onto_the_board(person: Person, other: Person) -> None:
    await together.board(other)
    await together.write_on_board(person, "\n".join(SHORT), (600, 110))
    elements = [
        {"type": kind, "id": f"hostile{at}", "x": 10 * at, "y": 0, "width": 9, "height": 9, "link": link, "text": link}
        | {"fontSize": 20, "fontFamily": 6, "originalText": link, "fileId": "x", "version": 1, "versionNonce": 1}
        for at, (kind, link) in enumerate((kind, link) for kind in KINDS for link in LINKS)
    ]
    files = {"x": {"id": "x", "mimeType": "image/svg+xml", "dataURL": SVG}}
    pasted = {"type": "excalidraw/clipboard", "elements": elements, "files": files}
    await paste(person.page.locator(".excalidraw").first, {"text/plain": json.dumps(pasted)})
    # the words came as words; no picture, no frame, no link that leads elsewhere than to a page or a mailbox
    dialog = other.page.get_by_role("dialog").filter(has_text="Board as text")
    async with asyncio.timeout(20):
        while True:
            await other.button("As text").click()
            lines = " ".join(await dialog.get_by_role("listitem").all_inner_texts())
            if "window.hacked" in lines and "Box" in lines:
                break
            await dialog.get_by_role("button", name="Close").click()
    assert await dialog.get_by_text("Picture", exact=True).count() == 0
    await only_good_links(dialog)
    await dialog.get_by_role("button", name="Close").click()
    assert await other.page.locator(".excalidraw iframe, .excalidraw object, .excalidraw embed").count() == 0
    await a_huge_picture_is_refused_and_a_large_one_made_smaller(person)


async def a_huge_picture_is_refused_and_a_large_one_made_smaller(person: Person) -> None:
    choose = person.page.locator(".board-tools input[type=file]")
    await choose.set_input_files(picture("huge.png", (20_000, 20_000)))
    await expect(person.page.get_by_text("That picture is too large")).to_be_visible()
    async with person.page.expect_request("**/blobs?*") as sent:
        await choose.set_input_files(picture("large.png", (3000, 1500)))
    stored = (await sent.value).post_data_buffer
    assert stored is not None
    with av.open(io.BytesIO(stored), mode="r") as made:
        assert (made.streams.video[0].width, made.streams.video[0].height) == (1600, 800)
    await expect(person.page.get_by_text("That picture is too large")).to_have_count(0)


def picture(name: str, size: tuple[int, int]) -> FilePayload:
    """A few kilobytes, blank, of so many pixels."""
    width, height = size

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes((width // 8 + 1) * height))
    content = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)) + chunk(b"IDAT", rows)
    return {"name": name, "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")}


async def test_garbage_on_the_line_is_told_and_left_out(browser: Browser, place: Place) -> None:
    there: Any = There(place.url)
    vandal, others = live.Browser(there), (live.Browser(there), live.Browser(there))
    async with contextlib.AsyncExitStack() as closing:
        for one in (vandal, *others):
            closing.push_async_callback(one.close)
        await the_vandal_is_left_out(browser, place, vandal, others)


async def the_vandal_is_left_out(
    browser: Browser, place: Place, vandal: live.Browser, others: tuple[live.Browser, live.Browser]
) -> None:
    room = await vandal.create("mentor")
    assert (await vandal.join(room, Seat.MENTOR))[0] == 200
    mentee = await Person.arrive(browser, "Samir Haddad", "mentee", still=True, devices=NO_DEVICES)
    await mentee.join(f"{place.url}/r/{room}", live.PASSWORD)
    await together.read_the_hint(mentee)
    await together.open_panel(mentee, "topics")
    await together.add_topics(mentee, "Before")
    tab = await share(vandal, room, Seat.MENTOR)
    quiet = await sharing_pair_at(others)
    # too large for the socket: the page fetches it
    async with mentee.page.expect_response(lambda answer: "/journals/document" in answer.url):
        status, answer = await tab.octets(tab.path("/entries", local=new_id()), TANGLED)
        assert status == 200, answer
    for octets in (1, 40, 40_000):
        await tab.store(random.Random(octets).randbytes(octets))
    await tab.store(NEVER_WHOLE)
    await tab.store(random.Random(2).randbytes(300), "chat")
    await tab.send("pass", random.Random(3).randbytes(300))
    # told, and gone on with
    told = mentee.page.get_by_role("status").filter(has_text="cannot be read and was left out")
    await expect(told.first).to_be_visible()
    await together.add_topics(mentee, "After")
    await tab.expect("entry", lambda message: b"After" in (message[6] or b""))
    # nobody else has noticed
    await quiet[0].store(b"as ever")
    assert (await quiet[1].expect("entry"))[6] == b"as ever"
    assert await place.is_healthy()
    # taken out, it is not there for whoever comes next
    await mentee.button("Go back to the last good state").first.click()
    await expect(told).to_have_count(0)
    await together.add_topics(mentee, "Still here")
    await tab.expect("entry", lambda message: b"Still here" in (message[6] or b""))
    await together.go_to(mentee, f"{place.url}/r/{room}", "topics")
    for title in ("Before", "After", "Still here"):
        await expect(together.topic(mentee, title)).to_be_visible()
    await expect(told).to_have_count(0)
    assert mentee.troubles == []
    await mentee.context.close()


class There:
    """As much of a house as a browser without pictures asks for."""

    def __init__(self, url: str) -> None:
        self.url = url


async def sharing_pair_at(browsers: tuple[live.Browser, live.Browser]) -> tuple[SharingTab, SharingTab]:
    """In a room of their own."""
    mentor, mentee = browsers
    room = await mentor.create("mentor")
    assert (await mentor.join(room, Seat.MENTOR))[0] == 200
    assert (await mentee.join(room, Seat.MENTEE, password=live.PASSWORD))[0] == 200
    return await share(mentor, room, Seat.MENTOR), await share(mentee, room, Seat.MENTEE)


def update(clock: int, content: bytes) -> bytes:
    """A Yjs update (version 1) of one client with one item: `content` under a key of the map "topics"."""
    head = bytes([1, 1, 77, clock, 0x28, 1, 6]) + b"topics" + bytes([16]) + b"abcdefghijklmnop"
    return head + content + bytes([0])


NEVER_WHOLE = update(100, bytes([1, 126]))
"""Follows a hundred changes that never come."""
TANGLED = update(0, bytes([1]) + bytes([117, 1]) * 27_000 + bytes([126]))
"""An array in an array in an array, 27,000 deep."""
