"""What a person does with the things the two share: chat, notes, topics, board. By role and name, as a person would."""

import asyncio
import re

from playwright.async_api import Locator, Page, expect

from tests.e2e.people import Person

NAMES = {"chat": "Chat", "notes": "Notes", "topics": "Topics", "whiteboard": "Whiteboard"}


def tool(person: Person, panel: str) -> Locator:
    """The button that opens a panel in a meeting; unread messages are told in its name."""
    return person.page.locator("button.tool").filter(has_text=NAMES[panel]).first


async def open_panel(person: Person, panel: str) -> None:
    await tool(person, panel).click()
    await expect(tool(person, panel)).to_have_attribute("aria-pressed", "true")


async def go_to(person: Person, link: str, panel: str) -> None:
    """The panel as a page of its own, before or between meetings."""
    await person.page.goto(f"{link}/{panel}")
    await expect(person.page.get_by_role("heading", level=1, name=NAMES[panel])).to_be_visible()


async def read_the_hint(person: Person) -> None:
    """Puts away the personal link, which is shown to whoever has just taken a seat."""
    told = person.page.get_by_role("region", name="Your personal link")
    await expect(told).to_contain_text("If you lose both, your private notes are lost")
    await told.get_by_role("button", name="Close").click()


async def leave(person: Person) -> None:
    await person.button("Leave").click()
    await person.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(person.page.get_by_role("heading", level=1)).to_be_visible()


# --- chat


async def say(person: Person, text: str) -> None:
    await person.page.get_by_label("Write a message").fill(text)
    await person.page.keyboard.press("Enter")


def message(person: Person, text: str) -> Locator:
    return person.page.get_by_role("log").get_by_role("article").filter(has_text=text)


DRAFTS = """async () => {
  const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await done(indexedDB.open('visavis-outbox'));
  const store = database.transaction('forget').objectStore('forget');
  const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  database.close();
  return values.filter((_, place) => keys[place].includes('/draft/')).map((sealed) => sealed.length);
}"""
SEALING_BYTES = 12 + 16
"""A nonce and a tag."""


async def half_written(person: Person, *texts: str) -> None:
    """Returns once just these texts are kept as half written: what was typed last may still be on its way. From outside
    one can tell how long each is, and no more."""
    lengths = sorted(SEALING_BYTES + len(text.encode()) for text in texts)
    async with asyncio.timeout(30):
        while sorted(await person.page.evaluate(DRAFTS)) != lengths:
            await person.page.evaluate("() => new Promise(requestAnimationFrame)")


# --- notes


async def new_note(person: Person, title: str) -> Locator:
    """Begins a note and gives it a name; its text, ready to be written in."""
    await person.page.get_by_role("button", name=re.compile("^New note")).first.click()
    # the text takes the focus as soon as its editor is there
    await expect(person.page.locator(".note-text[contenteditable=true]")).to_be_focused()
    await person.page.get_by_label("Name of the note").fill(title)
    return await note_text(person, title)


async def open_note(person: Person, title: str) -> Locator:
    """From the list; the meeting's own note may lie open already."""
    row = person.page.get_by_role("list", name="All notes").get_by_role("button", name=title)
    await expect(row.or_(person.page.get_by_role("textbox", name=f"Text of “{title}”")).first).to_be_visible()
    if await row.is_visible():
        await row.click()
    return await note_text(person, title)


async def note_text(person: Person, title: str) -> Locator:
    """Of its editor, not what stands in its place while that is on its way."""
    editor = person.page.locator(".note-text[contenteditable=true]")
    text = editor.and_(person.page.get_by_role("textbox", name=f"Text of “{title}”"))
    await expect(text).to_be_editable()
    return text


async def reads(text: Locator, words: str) -> None:
    """The text has these words somewhere, whoever's caret stands in them."""
    await expect(text).to_be_visible()
    await text.page.wait_for_function(
        """([text, words]) => { const copy = text.cloneNode(true);
          for (const caret of copy.querySelectorAll('.their-caret')) caret.remove();
          return copy.textContent.includes(words); }""",
        arg=[await text.element_handle(), words],
    )


# --- topics


async def add_topics(person: Person, *titles: str) -> None:
    """Under "Now"."""
    await person.button("Add a topic").click()
    for title in titles:
        await person.page.get_by_label("A new topic").fill(title)
        await person.page.keyboard.press("Enter")
        await expect(topic(person, title)).to_be_visible()
    await person.page.keyboard.press("Escape")


def topic(person: Person, title: str) -> Locator:
    return person.page.get_by_role("listitem").filter(has=person.page.get_by_text(title, exact=True))


# --- board


async def board(person: Person) -> Locator:
    """The place to draw on, once it can be drawn on."""
    await expect(person.button("As text")).to_be_enabled()
    place = person.page.locator(".excalidraw canvas.interactive")
    await expect(place).to_be_visible()
    return place


async def draw(person: Person, key: str, at: tuple[int, int], size: tuple[int, int] = (90, 60)) -> None:
    """A shape by the key of its tool: `r` a box, `o` a circle, `d` a diamond. Pixels from the place's upper left."""
    place = await board(person)
    await place.hover(position={"x": at[0], "y": at[1]})  # nothing moves or lies over it any more
    box = await place.bounding_box()
    assert box is not None
    mouse, (x, y) = person.page.mouse, (box["x"] + at[0], box["y"] + at[1])
    await person.page.locator(".excalidraw").first.focus()
    await person.page.keyboard.press(key)
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + size[0] / 2, y + size[1] / 2)
    await mouse.move(x + size[0], y + size[1])
    await mouse.up()


async def write_on_board(person: Person, text: str, at: tuple[int, int]) -> None:
    await draw(person, "t", at, (0, 0))
    field = person.page.locator(".excalidraw-wysiwyg")
    await expect(field).to_be_focused()
    await field.fill(text)
    await field.press("Escape")
    await expect(field).to_have_count(0)


async def board_says(person: Person, *lines: str) -> None:
    """The board as text reads exactly so. It is opened anew until it does: what comes later shows the next time."""
    dialog = person.page.get_by_role("dialog").filter(has_text="Board as text")
    for _ in range(40):
        await person.button("As text").click()
        await expect(dialog).to_be_visible()
        found = await dialog.get_by_role("listitem").all_inner_texts()
        await dialog.get_by_role("button", name="Close").click()
        await expect(dialog).to_be_hidden()
        if found == list(lines):
            return
    raise AssertionError(f"the board says {found}, not {lines}")


async def painted(page: Page) -> None:
    """Something is drawn on the board's canvas."""
    await page.wait_for_function(
        """() => { const canvas = document.querySelector('.excalidraw canvas.static');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.some((octet, at) => at % 4 === 3 && octet > 0); }"""
    )
