"""What the two see of each other's work, and what a page weighs, in two real browser contexts at a real server.

    python -m bench.together [--shapes 12]

- message: from Enter in one chat to the message in the other's page;
- shape: from the key that doubles a rectangle on one board to the first changed pixel on the other's canvas;
- weight: what the meeting's page has fetched, as it came over the line (gzip): when the two see each other, some
  seconds later (line and chat have come by themselves), with the chat open, and with the board open.

All moments are taken inside the pages, by clocks that share this machine.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.e2e.conftest import Pair, make_pair
from tests.e2e.people import Person, chromium
from tests.e2e.place import Place

WEIGH = """() => {
  const found = { page: 0, fonts: 0, requests: 0 };
  const entries = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
  for (const entry of entries) {
    const { pathname } = new URL(entry.name);
    if (pathname.startsWith("/api/")) continue;
    found[pathname.endsWith(".woff2") ? "fonts" : "page"] += entry.encodedBodySize;
    found.requests += 1;
  }
  return found;
}"""
SEE_MESSAGE = """words => new Promise(resolve => {
  const look = () => {
    const there = [...document.querySelectorAll(".chat-text")].some(it => it.textContent.includes(words));
    if (there) { watcher.disconnect(); resolve(performance.timeOrigin + performance.now()); }
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
})"""
SEE_SHAPE = """() => new Promise(resolve => {
  const canvas = document.querySelector("canvas.excalidraw__canvas.static");
  const small = new OffscreenCanvas(160, 90).getContext("2d", { willReadFrequently: true });
  const sum = () => {
    small.clearRect(0, 0, 160, 90);
    small.drawImage(canvas, 0, 0, 160, 90);
    return small.getImageData(0, 0, 160, 90).data.reduce((all, one) => all + one, 0);
  };
  const before = sum();
  const look = () => {
    if (sum() !== before) resolve(performance.timeOrigin + performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""
MARK = """kind => new Promise(resolve => document.addEventListener(
  kind, () => resolve(performance.timeOrigin + performance.now()), { once: true, capture: true }))"""
PATIENCE_S = 20


async def between(first: Page, event: str, second: Page, sees: str, act: Callable[[], object], *told: str) -> float:
    """Milliseconds from the event in one page to what the other sees."""
    began = asyncio.ensure_future(first.evaluate(MARK, event))
    seen = asyncio.ensure_future(second.evaluate(sees, *told))
    await first.wait_for_timeout(300)  # both are watching
    await act()  # type: ignore[misc]
    async with asyncio.timeout(PATIENCE_S):
        return float(await seen - await began)


async def weights(mentee: Person) -> list[tuple[str, dict[str, int]]]:
    page = mentee.page
    found = [("two who see each other", await page.evaluate(WEIGH))]
    await page.wait_for_timeout(4000)
    found.append(("some seconds later", await page.evaluate(WEIGH)))
    for name, panel, there in (
        ("with the chat open", "Chat", ".chat-log"),
        ("with the board open", "Whiteboard", "canvas.excalidraw__canvas.static"),
    ):
        await mentee.button(panel).click()
        await page.locator(there).wait_for()
        await page.wait_for_load_state("networkidle")
        found.append((name, await page.evaluate(WEIGH)))
        await mentee.button(panel).click()
    return found


async def messages(mentor: Person, mentee: Person, count: int) -> list[float]:
    for person in (mentor, mentee):
        await person.button("Chat").click()
    field = mentor.page.get_by_label("Write a message")
    took = []
    for number in range(count):
        await field.fill(f"message number {number};")
        send = lambda: mentor.page.keyboard.press("Enter")  # noqa: E731
        took.append(await between(mentor.page, "keydown", mentee.page, SEE_MESSAGE, send, f"number {number};"))
    for person in (mentor, mentee):
        await person.button("Chat").click()
    return took


async def shapes(mentor: Person, mentee: Person, count: int) -> list[float]:
    for person in (mentor, mentee):
        await person.button("Whiteboard").click()
        await person.page.locator("canvas.excalidraw__canvas.static").wait_for()
    page, took = mentor.page, []
    box = await page.locator("canvas.excalidraw__canvas.interactive").bounding_box()
    assert box is not None
    await page.wait_for_timeout(2000)
    await page.locator('[data-testid="toolbar-rectangle"]').check(force=True)
    await page.mouse.move(box["x"] + 280, box["y"] + 120)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 316, box["y"] + 160, steps=4)
    await page.mouse.up()
    for _ in range(count):
        await page.wait_for_timeout(700)  # what came before has been drawn
        double = lambda: page.keyboard.press("Control+d")  # noqa: E731
        took.append(await between(page, "keydown", mentee.page, SEE_SHAPE, double))
    return took


@asynccontextmanager
async def two_who_meet() -> AsyncIterator[Pair]:
    """In a room of their own on a server of their own, each at a laptop's size."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        await place.start()
        try:
            async with async_playwright() as playwright, chromium(playwright) as browser:
                pair = await make_pair(place.url, (browser, browser))
                for person in (pair.mentor, pair.mentee):
                    await person.page.set_viewport_size({"width": 1280, "height": 720})
                yield pair
        finally:
            await place.stop()


async def measure(count: int, say: Callable[[str], None]) -> None:
    async with two_who_meet() as pair:
        weighed = await weights(pair.mentee)
        talk = await messages(pair.mentor, pair.mentee, count)
        drawn = await shapes(pair.mentor, pair.mentee, count)
    for name, took in (("message to message", talk), ("shape to shape", drawn)):
        say(f"{name:20} median {statistics.median(took):6.0f} ms, worst of {len(took)} {max(took):6.0f} ms")
    for name, weight in weighed:
        say(
            f"{name:24} {weight['page'] / 1000:6.1f} kB of page, styles and scripts, "
            f"{weight['fonts'] / 1000:5.1f} kB of fonts, {weight['requests']} requests"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", type=int, default=12)
    asyncio.run(measure(parser.parse_args().shapes, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
