"""The chat: typing, deleting while the line is down, taking back what waits, and pictures that are none."""

import asyncio
import json
import struct
import zlib
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, WebSocketRoute, expect

from server.ids import new_id
from tests.e2e import together
from tests.e2e.people import Person
from tests.e2e.place import Place
from tests.e2e.test_together_bad_days import watch
from tests.e2e.test_together_more import Pages, pair_at_the_pages, post

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_is_said_in_the_chat_is_ones_own_to_take_back(browser: Browser, place: Place) -> None:
    pair = await pair_at_the_pages(browser, place.url)
    mentor, mentee = pair.mentor, pair.mentee
    line = Line()
    await mentee.page.route_web_socket("**/sharing?*", line.route)
    for person in (mentor, mentee):
        await together.go_to(person, pair.link, "chat")
        await expect(person.page.get_by_text("Nothing here yet")).to_be_visible()
    await they_see_each_other_type(mentor, mentee)
    await what_is_half_written_is_there_again(mentor)
    await the_end_stays_in_sight(mentor)
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


async def what_is_half_written_is_there_again(person: Person) -> None:
    """After the page was loaded anew, until it is sent."""
    field = person.page.get_by_label("Write a message")
    await field.press_sequentially("And then I wan")
    await together.half_written(person, "And then I wan")
    await person.page.reload()
    await expect(field).to_have_value("And then I wan")
    await field.press_sequentially("ted to say")
    await field.press("Enter")
    await expect(field).to_have_value("")
    await expect(together.message(person, "And then I wanted to say")).to_be_visible()
    await together.half_written(person)
    await person.page.reload()
    await expect(together.message(person, "And then I wanted to say")).to_be_visible()
    await expect(field).to_have_value("")


SHRINKS_AND_GROWS = """async (log) => {
  const last = [...log.querySelectorAll('article')].at(-1);
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 1;
  const frame = () => new Promise(requestAnimationFrame);
  last.style.minHeight = '3000px';
  while (!atEnd()) await frame();
  await new Promise((grown) => {
    // after the page has followed the shrinking, and before it hears of the step this was
    new ResizeObserver((_, it) => {
      if (last.style.minHeight !== '') return;
      it.disconnect();
      last.style.minHeight = '3000px';
      grown();
    }).observe(last);
    last.style.minHeight = '';
  });
  await frame();
  await frame();
  return atEnd();
}"""


async def the_end_stays_in_sight(person: Person) -> None:
    """Also where a picture loses its place for a moment before it is shown, as it does in Firefox."""
    await expect(together.message(person, "Good")).to_be_visible()
    assert await person.page.get_by_role("log").evaluate(SHRINKS_AND_GROWS)


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
