"""Whatever the size of the page: what can be pressed can be reached, and what is written in has room."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e import together
from tests.e2e.axe import AT_REST
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import NO_DEVICES, Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# A phone upright, small and with its keyboard up; on its side, which is also a laptop at 200 %; tablets; laptops.
SIZES = [
    (360, 640),
    (390, 380),
    (390, 664),
    (390, 844),
    (640, 360),
    (640, 480),
    (844, 390),
    (800, 600),
    (900, 800),
    (960, 600),
    (1024, 768),
    (1280, 720),
    (1366, 650),
    (1920, 1080),
]
LINES = "\n".join(f"Line {n} of what was agreed on" for n in range(1, 16))

# What of a page's controls is cut off or lies under something else, once it was scrolled for; what is written in and is
# lower than `least`; whether the partner's face is there, and the words on it beside each other.
FOUND = """async ([panel, writing, least]) => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const found = [];
  const shown = (it) => it.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const seen = (it) => {
    const box = it.getBoundingClientRect();
    const part = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    const cut = (by) => {
      part.left = Math.max(part.left, by.left);
      part.top = Math.max(part.top, by.top);
      part.right = Math.min(part.right, by.right);
      part.bottom = Math.min(part.bottom, by.bottom);
    };
    cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
    for (let up = it.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowY !== "visible") cut(up.getBoundingClientRect());
    return { box, part };
  };
  const nameOf = (it) =>
    it.getAttribute("aria-label") || it.textContent.trim().slice(0, 24) || it.dataset.testid || it.className;
  const control = "button, a[href], input:not([type=file]), textarea, select, summary";
  for (const it of document.querySelectorAll(`.beside[data-panel=${panel}], .table, .pill`)) {
    for (const one of it.querySelectorAll(control)) {
      const size = one.getBoundingClientRect();
      if (one.disabled || one.closest("[contenteditable], .heard") || !shown(one)) continue;
      if (size.width < 9 || size.height < 9) continue;
      one.scrollIntoView({ block: "nearest", inline: "nearest" });
      const { box, part } = seen(one);
      const lost = Math.max(box.width - (part.right - part.left), box.height - (part.bottom - part.top));
      if (lost > 1) found.push(`${nameOf(one)} is cut by ${Math.round(lost)}`);
      const on = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      const own = one.closest("label") ?? one;
      if (!own.contains(on)) found.push(`${nameOf(one)} lies under ${on ? on.className || on.tagName : "nothing"}`);
    }
  }
  const place = document.querySelector(writing);
  place.scrollIntoView({ block: "nearest" });
  const { part } = seen(place);
  const height = Math.round(part.bottom - part.top);
  if (height < least) found.push(`${writing} is ${height} high`);
  const face = document.querySelector(".window").getBoundingClientRect();
  const [x, y] = [(face.left + face.right) / 2, (face.top + face.bottom) / 2];
  if (face.height < 44 || !document.elementFromPoint(x, y)?.closest(".window")) found.push("the face is not seen");
  const plates = [".plate.name", ".plate.thinking"].map((it) => document.querySelector(it));
  const [name, thinks] = plates.map((it) => it?.getBoundingClientRect());
  if (name && thinks && name.width > 1 && name.left < thinks.right && thinks.left < name.right)
    if (name.top < thinks.bottom && thinks.top < name.bottom) found.push("the name lies under the sign of thinking");
  for (const notice of document.querySelectorAll(".beside .notice")) {
    const more = notice.clientHeight - notice.lastElementChild.scrollHeight;
    if (shown(notice) && more > 40) found.push(`a notice is ${more} higher than its words`);
  }
  return found;
}"""
# The places to write in, and what they must have at the least: three lines, or a paper.
WRITING = {
    "chat": (".chat-log", 72),
    "notes": (".note-text", 72),
    "topics": (".topic-form", 88),
    "whiteboard": (".board-paper", 180),
}


async def findings(person: Person, panel: str, *sizes: tuple[int, int]) -> list[str]:
    page, found = person.page, list[str]()
    for width, height in sizes or SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate(AT_REST)
        what: list[Any] = await page.evaluate(FOUND, [panel, *WRITING[panel]])
        found += [f"{panel} {width}x{height}: {one}" for one in what]
    await page.set_viewport_size({"width": 1280, "height": 720})
    return found


async def filled(pair: Pair) -> None:
    """The mentor has all four in use, and the mentee thinks."""
    mentor = pair.mentor
    await together.open_panel(mentor, "chat")
    for line in range(6):
        await together.say(mentor, f"Message {line}")
    await together.open_panel(mentor, "notes")
    text = await together.new_note(mentor, "Autumn")
    await text.fill(LINES)
    await together.open_panel(mentor, "topics")
    await together.add_topics(mentor, *(f"Topic {n}" for n in range(8)))
    await mentor.button("Add a topic").click()
    for panel in ("topics", "notes"):
        await together.tool(mentor, panel).click()
    await pair.mentee.button("I'm thinking").click()
    await expect(mentor.page.locator(".plate.thinking")).to_be_visible()


async def adding_goes_on_in_sight(person: Person) -> None:
    """Topic after topic, and as a phone's keyboard comes up."""
    page = person.page
    await page.set_viewport_size({"width": 390, "height": 664})
    field = page.get_by_label("A new topic")
    await field.focus()
    for title in ("One more", "And one more", "The last"):
        await page.keyboard.insert_text(title)
        await page.keyboard.press("Enter")
        await expect(together.topic(person, title)).to_have_count(1)
        await expect(field).to_be_in_viewport(ratio=1)
    await page.set_viewport_size({"width": 390, "height": 380})
    await expect(field).to_be_in_viewport(ratio=1)


async def test_all_can_be_reached_at_every_size(meet: Meet, tmp_path: Path) -> None:
    place = Place(tmp_path)
    await place.start()
    pair = await meet(place, devices=NO_DEVICES)
    mentor = pair.mentor
    await filled(pair)
    found: list[str] = []
    for panel in ("chat", "notes", "topics"):
        await together.open_panel(mentor, panel)
        if panel == "topics":
            await mentor.button("Add a topic").click()
            await adding_goes_on_in_sight(mentor)
        await expect(mentor.page.locator(WRITING[panel][0])).to_be_visible()
        found += await findings(mentor, panel)
        await together.tool(mentor, panel).click()
    await together.open_panel(mentor, "whiteboard")
    await together.draw(mentor, "r", (400, 150))
    found += await findings(mentor, "whiteboard")
    # with others beside it, and with a line that is down
    await together.open_panel(mentor, "chat")
    found += await findings(mentor, "whiteboard", (1280, 720), (1920, 1080))
    await together.open_panel(mentor, "topics")
    found += await findings(mentor, "whiteboard", (1280, 720), (1600, 800))
    await place.kill()
    await expect(mentor.page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    found += await findings(mentor, "chat", (1280, 720), (390, 844), (390, 664))
    assert found == []
