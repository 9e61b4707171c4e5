"""A page of the board with a thousand pen strokes: is it still usable?

    python -m bench.strokes [--strokes 1000]

The strokes, of 60 points each, are pasted by one of two who meet, and go the way all strokes go: document, server, the
other's document. Then:

- open: from the beginning of loading the board's own page to the first frame in which its strokes are seen, beside the
  same with the page still empty;
- pan: the time between two frames while the wheel moves the page, all strokes in sight, in the meeting, pictures on;
- stroke: from the pen's going up on one board to the first changed pixel on the other's canvas.

The targets are for Chromium drawing and encoding in software on two cores, with two cameras on: no machine people have
is as slow at it.
"""

import argparse
import asyncio
import json
import math
import statistics
from collections.abc import Callable

from playwright.async_api import BrowserContext, Page

from bench.together import SEE_SHAPE, between, two_who_meet
from tests.e2e.people import Person

POINTS = 60
A_PASTE = 250
OPENED_MORE_MS = 2000
PAN_MS = 50
STROKE_MS = 500
PATIENCE_MS = 60_000
READY = "() => document.querySelector('.board-tools button:not(:disabled)') !== null"
SEEN = """strokes => new Promise(resolve => {
  const look = () => {
    const canvas = document.querySelector("canvas.excalidraw__canvas.static");
    const ready = document.querySelector(".board-tools button:not(:disabled)");
    const there = () => new Uint32Array(
      canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer).some(it => it !== 0);
    if (canvas && ready && (strokes === 0 || there())) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.querySelector(".excalidraw").focus();
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
PAN = """frames => new Promise(resolve => {
  const canvas = document.querySelector("canvas.excalidraw__canvas.interactive");
  const { x, y, width, height } = canvas.getBoundingClientRect();
  const took = [];
  let last = 0;
  const step = now => {
    if (last) took.push(now - last);
    last = now;
    if (took.length === frames) return resolve(took);
    const deltaX = took.length % 40 < 20 ? 6 : -6;
    const place = { clientX: x + width / 2, clientY: y + height / 2 };
    canvas.dispatchEvent(new WheelEvent("wheel", { deltaX, deltaY: 0, bubbles: true, cancelable: true, ...place }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def strokes(first: int, count: int, columns: int = 40) -> str:
    """As Excalidraw's clipboard has them: waves on a grid."""
    points = [[step * 1.5, 14 * math.sin(step / 6)] for step in range(POINTS)]
    elements = [
        {
            "id": f"stroke{number}",
            "type": "freedraw",
            "x": number % columns * 100,
            "y": number // columns * 40,
            "width": 90,
            "height": 28,
            "angle": 0,
            "strokeColor": "#1b5e7b",
            "backgroundColor": "transparent",
            "fillStyle": "solid",
            "strokeWidth": 2,
            "strokeStyle": "solid",
            "roughness": 0,
            "opacity": 100,
            "groupIds": [],
            "frameId": None,
            "roundness": None,
            "seed": number + 1,
            "version": 1,
            "versionNonce": number + 1,
            "isDeleted": False,
            "boundElements": None,
            "updated": 1,
            "link": None,
            "locked": False,
            "points": points,
            "pressures": [],
            "simulatePressure": True,
        }
        for number in range(first, first + count)
    ]
    return json.dumps({"type": "excalidraw/clipboard", "elements": elements, "files": {}})


async def opened(context: BrowserContext, link: str, count: int, times: int = 3) -> float:
    """Milliseconds, the middle one of some."""
    took = []
    for _ in range(times):
        page = await context.new_page()
        await page.goto(f"{link}/whiteboard", wait_until="commit")
        await page.wait_for_load_state("domcontentloaded")
        took.append(float(await page.evaluate(SEEN, count)))
        await page.close()
    return statistics.median(took)


async def fill(mentor: Person, mentee: Person, count: int) -> None:
    await mentor.page.locator("canvas.excalidraw__canvas.interactive").hover(position={"x": 340, "y": 140})
    for first in range(0, count, A_PASTE):
        await mentor.page.evaluate(PASTE, strokes(first, min(A_PASTE, count - first)))
        await mentor.page.wait_for_timeout(500)
        await mentor.page.keyboard.press("Escape")
    told = mentee.page.get_by_role("dialog").filter(has_text="Board as text")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        lines = [""]
        while lines != [f"{count} pen strokes"]:
            await mentee.page.wait_for_timeout(500)
            await mentee.button("As text").click()
            lines = await told.get_by_role("listitem").all_inner_texts()
            await told.get_by_role("button", name="Close").click()


async def drawn(mentor: Person, mentee: Person, times: int) -> list[float]:
    page, took = mentor.page, []
    box = await page.locator("canvas.excalidraw__canvas.interactive").bounding_box()
    assert box is not None
    await page.locator(".excalidraw").first.focus()
    await page.keyboard.press("p")
    for number in range(times):
        await page.mouse.move(box["x"] + 340, box["y"] + 110 + 12 * number)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 700, box["y"] + 140 + 12 * number, steps=20)
        await page.wait_for_timeout(700)  # the other has seen it grow
        took.append(await between(page, "pointerup", mentee.page, SEE_SHAPE, page.mouse.up))
        await page.wait_for_timeout(700)
    return took


async def board_in_meeting(person: Person) -> Page:
    await person.button("Whiteboard").click()
    await person.page.wait_for_function(READY, timeout=PATIENCE_MS)
    return person.page


async def measure(count: int, say: Callable[[str], None]) -> None:
    async with two_who_meet() as pair:
        mentor, mentee = pair.mentor, pair.mentee
        for person in (mentor, mentee):
            await board_in_meeting(person)
        empty = await opened(mentor.context, pair.link, 0)
        still = await mentee.page.evaluate(PAN, 60)
        await fill(mentor, mentee, count)
        full = await opened(mentor.context, pair.link, count)
        for person in (mentor, mentee):  # all in sight
            await person.page.locator(".excalidraw").first.focus()
            await person.page.keyboard.press("Shift+1")
            await person.page.wait_for_timeout(2000)
        pan = await mentee.page.evaluate(PAN, 120)
        took = await drawn(mentor, mentee, 6)
    say(f"{count} pen strokes of {POINTS} points on one page")
    say(f"{'opened':20} {full:6.0f} ms, empty {empty:6.0f} ms: {full - empty:+.0f} (at most +{OPENED_MORE_MS})")
    say(
        f"{'frame while panning':20} median {statistics.median(pan):6.0f} ms (at most {PAN_MS}), worst of {len(pan)} "
        f"{max(pan):.0f} ms; empty {statistics.median(still):.0f} and {max(still):.0f} ms"
    )
    say(
        f"{'stroke to stroke':20} median {statistics.median(took):6.0f} ms (at most {STROKE_MS}), "
        f"worst of {len(took)} {max(took):6.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=1000)
    asyncio.run(measure(parser.parse_args().strokes, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
