"""What one puts on the board the other sees, beside the face; and the board by finger and pen, light and dark."""

import asyncio
import base64
import re
import struct
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.async_api import Browser, CDPSession, FilePayload, FloatRect, Page, Request, expect

from tests.e2e import together
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WHERE = b"taken at 46.5N 7.9E, behind the school"
# Whatever the board or Excalidraw gives a picture as address, on this page.
WATCH_PICTURES = """() => {
  window.shownPictures = [];
  const given = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  Object.defineProperty(HTMLImageElement.prototype, "src", {
    ...given,
    set(address) { window.shownPictures.push(String(address)); given.set.call(this, address); },
  });
}"""
# What is drawn by hand is grey until one chooses a colour; a picture that is still to come is grey too.
COLOURFUL = """at_least => {
  const canvas = document.querySelector(".excalidraw canvas.static");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (data[at + 3] > 128 && spread > 90) found += 1;
  }
  return found >= at_least && found;
}"""
MIDDLE = """() => {
  const canvas = document.querySelector(".excalidraw canvas.static");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [count, sum] = [0, 0];
  for (let at = 3; at < data.length; at += 4) if (data[at] > 64) { count += 1; sum += ((at - 3) / 4) % canvas.width; }
  return count && sum / count;
}"""
# Dropped on or pasted into the middle of the board, as the browser would do it.
GIVE = """([kind, octets]) => {
  const canvas = document.querySelector(".excalidraw canvas.interactive");
  const given = new DataTransfer();
  given.items.add(new File([Uint8Array.from(atob(octets), it => it.charCodeAt(0))], "it.png", { type: "image/png" }));
  const { x, y, width, height } = canvas.getBoundingClientRect();
  const place = { clientX: x + width / 2, clientY: y + height / 2, bubbles: true, cancelable: true };
  document.querySelector(".excalidraw").focus();
  if (kind === "drop") canvas.dispatchEvent(new DragEvent("drop", { dataTransfer: given, ...place }));
  else document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, ...place }));
}"""
COLOUR = """async octets => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(octets), it => it.charCodeAt(0))]));
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}"""
INKED = """async octets => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(octets), it => it.charCodeAt(0))]));
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  return data.filter((octet, at) => at % 4 === 0 && octet < 200).length;
}"""


def png(red: int, green: int, blue: int, side: int = 80) -> bytes:
    """A square of one colour that says where it was taken."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 3, 0, 0, 0))
    palette = chunk(b"PLTE", bytes((red, green, blue)))
    words = chunk(b"tEXt", b"Comment\0" + WHERE)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1 + (side + 7) // 8) * side))
    return b"\x89PNG\r\n\x1a\n" + header + palette + words + pixels + chunk(b"IEND", b"")


def encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def asked_by(*people: Person) -> list[str]:
    """Every address the people's pages ask for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    for person in people:
        person.context.on("request", note)
        person.page.on("websocket", lambda line: asked.append(re.sub("^ws", "http", line.url)))
    return asked


async def test_what_one_puts_on_it_the_other_sees_beside_the_face(meet: Meet, place: Place) -> None:
    pair = await meet()
    mentor, mentee = pair.mentor, pair.mentee
    asked = asked_by(mentor, mentee)
    await together.read_the_hint(mentee)
    for person in (mentor, mentee):
        await person.page.evaluate(WATCH_PICTURES)
        await together.open_panel(person, "whiteboard")
        await together.board(person)
    await the_face_stays(mentee, mentor.name)
    await lines_words_and_a_cursor(pair)
    await pan_and_zoom(mentee)
    await pictures_chosen_pasted_and_dropped(pair)
    await saved_as_pictures(mentee)
    await a_template_and_a_clear_page(pair)
    assert [url for url in asked if not url.startswith((place.url + "/", "blob:" + place.url, "data:"))] == []


async def the_face_stays(person: Person, partner: str) -> None:
    video = person.page.locator("video").and_(person.page.get_by_label(partner, exact=True))
    paper = person.page.locator(".board-paper")
    for width, height in ((390, 844), (1280, 720)):
        await person.page.set_viewport_size({"width": width, "height": height})
        await expect(video).to_be_in_viewport()
        seen, drawn = await video.bounding_box(), await paper.bounding_box()
        assert seen is not None
        assert drawn is not None
        assert seen["y"] + seen["height"] <= drawn["y"]
        assert min(seen["height"], drawn["height"]) > 150
        assert drawn["width"] > 0.9 * width
        await person.page.wait_for_function(
            "([video, at]) => video.currentTime > at && !video.paused && video.videoWidth > 0",
            arg=[handle := await video.element_handle(), await handle.evaluate("it => it.currentTime")],
        )


async def lines_words_and_a_cursor(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await together.draw(mentor, "p", (320, 110))
    await together.board_says(mentee, "1 pen stroke")
    await together.draw(mentor, "a", (500, 110))
    await together.write_on_board(mentor, "Choose two", (700, 120))
    await together.board_says(mentee, "Arrow", "Choose two", "1 pen stroke")
    cursor = mentee.page.locator(".board-pointer")
    await expect(cursor).to_have_text(mentor.name)
    place = mentor.page.locator(".excalidraw canvas.interactive")
    there = []
    for x in (400, 600):
        await place.hover(position={"x": x, "y": 200})
        await together_at(cursor.bounding_box, lambda box, x=x: box is not None and abs(box["x"] - x - 16) < 12)
        there.append(await cursor.bounding_box())
    assert there[0] != there[1]


async def together_at(look: Callable[[], Awaitable[object]], so: Callable[..., bool]) -> None:
    for _ in range(400):
        if so(seen := await look()):
            return
    raise AssertionError(seen)


async def pan_and_zoom(person: Person) -> None:
    page = person.page
    await page.locator(".excalidraw canvas.interactive").hover(position={"x": 600, "y": 200})
    before = await page.evaluate(MIDDLE)
    await page.mouse.wheel(-120, 0)
    await page.wait_for_function(f"at => Math.abs(({MIDDLE})() - at - 120) < 10", arg=before)
    await page.mouse.wheel(120, 0)
    await page.wait_for_function(f"at => Math.abs(({MIDDLE})() - at) < 10", arg=before)
    zoom = page.locator(".reset-zoom-button")
    await expect(zoom).to_have_text("100%")
    await page.get_by_role("button", name="Zoom in").click()
    await expect(zoom).to_have_text("110%")
    await zoom.click()
    await expect(zoom).to_have_text("100%")


async def pictures_chosen_pasted_and_dropped(pair: Pair) -> None:
    """Each of a colour of its own, one of 81 megapixels; what is seen was made anew, and says nothing of where it was
    taken."""
    mentor, mentee = pair.mentor, pair.mentee
    octets = [png(230, 20, 20), png(20, 180, 20), png(230, 20, 160, side=9000)]
    seen = 0
    for number, octet in enumerate(octets):
        if number == 0:
            chosen: FilePayload = {"name": "it.png", "mimeType": "image/png", "buffer": octet}
            await mentor.page.locator(".board-tools input[type=file]").set_input_files(chosen)
        else:
            await mentor.page.evaluate(GIVE, ["paste" if number == 1 else "drop", encoded(octet)])
        found = await mentee.page.wait_for_function(COLOURFUL, arg=seen + 1500)
        seen = int(await found.json_value())
        # the next beside it
        await mentor.page.locator(".excalidraw canvas.interactive").hover(position={"x": 600, "y": 200})
        await mentor.page.mouse.wheel(120, 0)
    told = [await person.page.evaluate("shownPictures") for person in (mentor, mentee)]
    for address in (address for addresses in told for address in addresses):
        kind, _, content = address.partition(",")
        assert re.fullmatch(r"data:image/(webp|png|jpeg);base64|blob:.*|data:image/svg\+xml.*", kind), address[:80]
        if kind.endswith("base64"):
            decoded = base64.b64decode(content)
            assert decoded not in octets
            assert WHERE not in decoded
    assert len({address for address in told[1] if address.startswith("data:image/") and "svg" not in address[:20]}) == 3


async def saved_as_pictures(person: Person) -> None:
    """By who did not draw it."""
    svg, drawing = await saved(person, "SVG, to go on drawing"), await saved(person, "PNG, to show or print")
    root = ElementTree.fromstring(svg)
    kinds = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert root.tag.endswith("}svg")
    assert kinds.count("image") == 3
    assert "path" in kinds
    assert "Choose two" in "".join(root.itertext())
    assert "script" not in kinds
    assert b"url(data:font/woff2;base64," in svg
    addresses = [value for element in root.iter() for name, value in element.items() if name.endswith(("href", "src"))]
    assert all(address.startswith(("data:image/", "#")) for address in addresses)
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?!#|data:)[^)]*", svg.decode()) == []
    assert drawing[:8] == b"\x89PNG\r\n\x1a\n"
    assert await person.page.evaluate(INKED, encoded(drawing)) > 2000


async def saved(person: Person, what: str) -> bytes:
    await person.button("Save as picture").click()
    async with person.page.expect_download() as download:
        await person.button(what).click()
    return await asyncio.to_thread(Path(await (await download.value).path()).read_bytes)


async def a_template_and_a_clear_page(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    drawn = ["Picture", "Picture", "Picture", "Arrow", "Choose two", "1 pen stroke"]
    await mentor.button("Clear").click()
    await together.board_says(mentee)
    told = mentee.page.get_by_role("status").filter(has_text=f"{mentor.name} has cleared the page")
    await expect(told).to_be_visible()
    await mentor.button("Undo").last.click()
    await says_all(mentee, drawn)
    await expect(told).to_have_count(0)
    # what Excalidraw's own key would do, in our way; its modes that hide things are not to be had
    for keys in ("Alt+z", "Alt+r", "Control+Delete"):
        await mentor.page.locator(".excalidraw").first.press(keys)
    await expect(mentor.page.locator(".excalidraw-modal-container, .zen-mode, .excalidraw--view-mode")).to_have_count(0)
    await told.get_by_role("button", name="Bring it back").click()
    await says_all(mentor, drawn)
    await expect(told).to_have_count(0)
    await mentor.button("Clear").click()
    await told.get_by_role("button", name="Close").click()
    await together.board_says(mentee)
    await mentee.button("Templates").click()
    await mentee.page.get_by_role("button", name="30 / 60 / 90 days").click()
    await together.board_says(mentor, "Box: 30 days", "Box: 60 days", "Box: 90 days")


async def says_all(person: Person, lines: list[str]) -> None:
    """In whatever order."""
    dialog = person.page.get_by_role("dialog").filter(has_text="Board as text")

    async def look() -> object:
        await person.button("As text").click()
        found = await dialog.get_by_role("listitem").all_inner_texts()
        await dialog.get_by_role("button", name="Close").click()
        return sorted(found)

    await together_at(look, lambda found: found == sorted(lines))


async def test_by_finger_and_by_pen_light_and_dark(browser: Browser, place: Place) -> None:
    context = await browser.new_context(
        viewport={"width": 820, "height": 1000},
        has_touch=True,
        locale="en-GB",
        color_scheme="light",
        reduced_motion="reduce",
    )
    person = Person(context, await context.new_page(), "Ingrid Solberg", "mentor")
    asked = asked_by(person)
    link, _ = await person.order_room(place.url, "By hand")
    await together.go_to(person, link, "whiteboard")
    await together.board(person)
    hand = await context.new_cdp_session(person.page)
    await person.page.get_by_test_id("toolbar-freedraw").locator("xpath=ancestor-or-self::label").first.tap()
    await drawn_by(hand, person.page, finger)
    await together.board_says(person, "1 pen stroke")
    await drawn_by(hand, person.page, pen)
    await together.board_says(person, "2 pen strokes")
    await together.painted(person.page)
    paper = {}
    for scheme in ("light", "dark"):
        await person.page.emulate_media(color_scheme=scheme)
        await expect(person.page.locator(".excalidraw.theme--dark")).to_have_count(1 if scheme == "dark" else 0)
        paper[scheme] = await middle_of_the_paper(person.page)
    assert min(paper["light"]) > 230
    assert max(paper["dark"]) < 60
    assert [url for url in asked if not url.startswith((place.url + "/", "data:"))] == []
    await context.close()
    assert person.troubles == []


Stroke = Callable[[CDPSession, str, float, float], Awaitable[None]]


async def drawn_by(hand: CDPSession, page: Page, stroke: Stroke) -> None:
    box = await page.locator(".excalidraw canvas.interactive").bounding_box()
    assert box is not None
    x, y = box["x"] + 350, box["y"] + (300 if stroke is finger else 420)
    await stroke(hand, "begin", x, y)
    for step in range(12):
        await stroke(hand, "move", x + 12 * step, y + 4 * step)
    await stroke(hand, "end", x + 144, y + 48)


async def finger(hand: CDPSession, what: str, x: float, y: float) -> None:
    kind = {"begin": "touchStart", "move": "touchMove", "end": "touchEnd"}[what]
    points = [] if what == "end" else [{"x": x, "y": y, "radiusX": 5, "radiusY": 5, "force": 0.5}]
    await hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def pen(hand: CDPSession, what: str, x: float, y: float) -> None:
    kind = {"begin": "mousePressed", "move": "mouseMoved", "end": "mouseReleased"}[what]
    pressed = {"button": "left", "buttons": 0 if what == "end" else 1, "clickCount": 1, "force": 0.6}
    await hand.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "pointerType": "pen", **pressed})


async def middle_of_the_paper(page: Page) -> list[int]:
    box = await page.locator(".board-paper").bounding_box()
    assert box is not None
    clip = FloatRect(x=round(box["x"] + box["width"] / 2), y=round(box["y"] + box["height"] * 0.7), width=1, height=1)
    return list(await page.evaluate(COLOUR, encoded(await page.screenshot(clip=clip))))
