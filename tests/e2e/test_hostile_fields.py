"""Hostile texts in every field of what is shared, in names and titles, and in a recording: nothing of it runs."""

import asyncio
import base64
import json
import re
import struct

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.async_api import Browser, expect

from server.ids import new_id
from tests.e2e import together
from tests.e2e.people import Person
from tests.e2e.place import ROOT, Place
from tests.e2e.test_together_bad_days import watch
from tests.e2e.test_together_more import notes_key, notes_place, open_topic, pair_at_the_pages, post
from tests.live.pages import NODE_HOME

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

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


def sealed_as_notes(update: bytes, key: bytes, link: str) -> bytes:
    """As the mentee's browser would seal it."""
    nonce = bytes(range(12))
    return nonce + AESGCM(key).encrypt(nonce, update, notes_place(link))


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
