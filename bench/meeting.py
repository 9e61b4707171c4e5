"""What two people wait for, in two real browser contexts at a real server: the partner's face, the recording.

    python -m bench.meeting [--rounds 7] [--timeline]

Every round is a room of its own with two fresh contexts of one Chromium with fake devices; server and browser share
the machine. All moments are taken inside the pages with performance.now():

- join: from the second person's press on "Join" (one Argon2, devices already granted) to the first decoded frame of the
  partner, told by requestVideoFrameCallback;
- durable: from the end of the countdown (`starting` reaches the page) to `recording`, which the server says when the
  first frame of both legs is sealed and synced to disk;
- withdraw: from the press that takes a yes back to the moment both browsers have closed their recorder legs: after that
  no packet leaves.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.people import Person, chromium
from tests.e2e.place import Place
from tests.harness import FAKE_DEVICES

CAMERA = "--use-fake-device-for-media-stream"
"""Chromium's own camera at its full rate: the tests' one draws half as many pictures."""

TIMELINE = Path(__file__).with_name("timeline.js")
QUIET = 0.25
Marks = list[tuple[str, float]]
"""What happened in a page and when, in ms since the epoch."""


class Round(NamedTuple):
    """Milliseconds, and what each page saw: mentor (there first), mentee (second)."""

    join: float
    join_first: float
    """The same press, until the one who was there first sees a face."""
    durable: float
    withdraw: float
    marks: tuple[Marks, Marks]
    busy: float = 0.0
    """Share of the machine that others used just before, 0 to 1."""


class Target(NamedTuple):
    words: str
    median: float | None
    p95: float | None


JOIN = Target("Join to the partner's first frame", None, 1000)
JOIN_FIRST = Target("  the same, at the one who waited", None, None)
DURABLE = Target("countdown over to both legs durable", 300, None)
WITHDRAW = Target("taken back to both legs closed", None, None)


def when(marks: Marks, what: str, after: float = 0.0) -> float:
    """The first such moment at or after `after`; raises LookupError where there is none."""
    for name, at in marks:
        if name == what and at >= after:
            return at
    raise LookupError(f"never happened: {what}")


def p95(values: Sequence[float]) -> float:
    """Nearest rank: with fewer than twenty values the largest."""
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


async def _marks(person: Person) -> Marks:
    return [(str(what), float(at)) for what, at in await person.page.evaluate("benchMarks")]


async def _happened(person: Person, what: str) -> None:
    await person.page.wait_for_function("what => benchMarks.some(([name]) => name === what)", arg=what)


def _ticks() -> tuple[int, int]:
    """All and idle ticks of the machine since it began; (1, 1) where nobody counts them."""
    with contextlib.suppress(OSError):
        ticks = [int(it) for it in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(ticks), ticks[3] + ticks[4]
    return 1, 1


async def busy(seconds: float = 0.5) -> float:
    """What share of the machine others use while we do nothing, 0 to 1."""
    before = _ticks()
    await asyncio.sleep(seconds)
    after = _ticks()
    return 1 - (after[1] - before[1]) / (after[0] - before[0]) if after[0] > before[0] else 0.0


async def calm(patience_s: float) -> float:
    """Waits so long at most for others to use less than a quarter of the machine. Returns what they use then."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while (others := await busy()) >= QUIET and asyncio.get_running_loop().time() < deadline:
        pass
    return others


async def play_round(browser: Browser, url: str) -> Round:
    """Two people meet, record for a moment, and one takes it back."""
    mentor = await Person.arrive(browser, "Ingrid Solberg", "mentor")
    mentee = await Person.arrive(browser, "Samir Haddad", "mentee")
    try:
        for person in (mentor, mentee):
            await person.context.add_init_script(path=TIMELINE)
        link, password = await mentor.create_room(url, "Bench", seat="Mentor")
        await mentor.enter(link)
        await mentee.fill_in(link, password)
        await _happened(mentee, "devices")
        await mentee.page.wait_for_timeout(500)  # a person reads before they press
        await mentee.button("Join").click()
        for person in (mentor, mentee):
            await _happened(person, "partner frame")
        await mentor.page.wait_for_timeout(500)

        await mentor.agree()
        await mentee.answer_yes()
        for person in (mentor, mentee):
            await expect(person.recording_status).to_have_text("Recording", timeout=15_000)
        await mentor.page.wait_for_timeout(500)
        await mentee.withdraw()
        for person in (mentor, mentee):
            await _happened(person, "leg closed")
        return _read(await _marks(mentor), await _marks(mentee))
    finally:
        await mentor.context.close()
        await mentee.context.close()


def _read(mentor: Marks, mentee: Marks) -> Round:
    pressed = when(mentee, "press Join")
    taken_back = when(mentee, "press Allow recording", when(mentee, "heard room recording"))
    closed = max(when(marks, "leg closed", taken_back) for marks in (mentor, mentee))
    return Round(
        join=when(mentee, "partner frame", pressed) - pressed,
        join_first=when(mentor, "partner frame", pressed) - pressed,
        durable=when(mentee, "heard room recording") - when(mentee, "heard room starting"),
        withdraw=closed - taken_back,
        marks=(mentor, mentee),
    )


def show_timeline(rounds: Sequence[Round], say: Callable[[str], None]) -> None:
    """The round with the median join, as both pages saw it, in ms from the press on "Join"."""
    middle = sorted(rounds, key=lambda it: it.join)[len(rounds) // 2]
    pressed = when(middle.marks[1], "press Join")
    say(f"\ntimeline of the median round ({middle.join:.0f} ms), ms from the press")
    both = [(at - pressed, who, what) for who, marks in zip("12", middle.marks, strict=True) for what, at in marks]
    for at, who, what in sorted(both):
        if at >= -50 and not what.endswith("pulse"):
            say(f"  {at:8.1f}  {who}  {what}")


def table(rounds: Sequence[Round], say: Callable[[str], None]) -> None:
    say(f"\n{len(rounds)} rounds, ms                          median     p95   range          target")
    for target, values in (
        (JOIN, [it.join for it in rounds]),
        (JOIN_FIRST, [it.join_first for it in rounds]),
        (DURABLE, [it.durable for it in rounds]),
        (WITHDRAW, [it.withdraw for it in rounds]),
    ):
        median = statistics.median(values)
        wanted = [f"{name} <= {limit:.0f}" for name, limit in (("median", target.median), ("p95", target.p95)) if limit]
        missed = (target.median and median > target.median) or (target.p95 and p95(values) > target.p95)
        span = f"{min(values):.0f}-{max(values):.0f}"
        end = f"{', '.join(wanted)}{'  MISSED' if missed else ''}"
        say(f"  {target.words:36} {median:7.0f} {p95(values):7.0f}   {span:14} {end}".rstrip())


async def measure(
    rounds: int, say: Callable[[str], None], *, timeline: bool = False, patience_s: float = 3.0
) -> list[Round]:
    """Raises where a round breaks; a missed target is told in the table and raises nothing."""
    done: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
        place = Place(Path(folder))
        await place.start()
        try:
            async with (
                async_playwright() as playwright,
                chromium(playwright, without=(FAKE_DEVICES,), more=(CAMERA,)) as browser,
            ):
                await play_round(browser, place.url)  # the first start of everything is nobody's measure
                for number in range(rounds):
                    others = await calm(patience_s)
                    done.append((await play_round(browser, place.url))._replace(busy=others))
                    last = done[-1]
                    say(
                        f"round {number + 1}: join {last.join:.0f} ms, durable {last.durable:.0f} ms, "
                        f"withdraw {last.withdraw:.0f} ms; machine {others:.0%} busy before"
                    )
        finally:
            await place.stop()
    table(done, say)
    disturbed = sum(it.busy >= QUIET for it in done)
    if disturbed:
        say(f"  {disturbed} of {rounds} rounds began while others used a quarter of the machine or more")
    if timeline:
        show_timeline(done, say)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--timeline", action="store_true", help="show when what happened in the median round")
    parser.add_argument("--patience", type=float, default=3.0, help="seconds to wait for a quiet machine, each round")
    arguments = parser.parse_args()
    asyncio.run(measure(max(1, arguments.rounds), print, timeline=arguments.timeline, patience_s=arguments.patience))


if __name__ == "__main__":
    main()
