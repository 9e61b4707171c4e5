"""The admin's promise, from the form to the destroyed file, with the clock moved."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.clock import SystemClock
from tests.e2e.conftest import Meet
from tests.e2e.people import Person
from tests.e2e.test_recording import gone, has_run, start_recording
from tests.harness import make_config, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DAY_MS = 24 * 60 * 60 * 1000


class MovedClock:
    """The system's clock, which a test may move ahead; who sleeps wakes up then."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._ahead = 0
        self._moved = asyncio.Event()

    def now_ms(self) -> int:
        return self._clock.now_ms() + self._ahead

    async def sleep_until(self, moment_ms: int) -> None:
        while (left_ms := moment_ms - self.now_ms()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(left_ms / 1000):
                    await moved.wait()
            except TimeoutError:
                pass

    def move(self, by_ms: int) -> None:
        self._ahead += by_ms
        before, self._moved = self._moved, asyncio.Event()
        before.set()


async def test_the_admin_promises_a_week_and_a_week_it_is(browser: Browser, meet: Meet, tmp_path: Path) -> None:
    clock = MovedClock()
    async with serving(make_config(tmp_path), clock=clock) as server:
        admin = await Person.arrive(browser, "Admin", "mentor", still=True)
        page = admin.page
        await page.goto(f"{server.url}/admin/setup#token={await server.admin_link()}")
        await page.get_by_label("Admin password").fill("a long admin password")
        await admin.button("Set password").click()
        await expect(page.get_by_role("heading", name="Recording retention")).to_be_visible()
        await page.get_by_label("Keep recordings for").fill("7")
        await page.get_by_label("Longest a room may choose").fill("10")
        await admin.button("Save").click()
        await expect(page.get_by_text("Saved.").first).to_be_visible()

        pair = await meet(server, by_form=True)
        await start_recording(pair)
        await has_run(pair, 1)
        await pair.mentor.withdraw()
        await pair.mentor.button("Keep").click()
        files = list(server.config.data_dir.rglob("*.vrec"))
        assert len(files) >= 2  # of each person, and of what they share

        listener = pair.mentor.page
        await listener.goto(f"{pair.link}/recordings")
        await expect(listener.get_by_text("Deleted on").first).to_be_visible()
        clock.move(7 * DAY_MS - 60_000)
        await listener.reload()
        await fill_password(pair.mentor, pair.password)
        await expect(pair.mentor.button("Play")).to_be_visible()
        clock.move(120_000)
        await listener.reload()
        await expect(listener.get_by_text("its day").or_(listener.get_by_text("eleted")).first).to_be_visible()
        await expect(pair.mentor.button("Play")).to_have_count(0)
        await gone(files)

        await page.goto(f"{server.url}/admin")
        await page.get_by_label("Admin password").fill("a long admin password")
        await admin.button("Sign in").click()
        await expect(page.get_by_text("1 recording", exact=False).first).to_be_visible()
        await expect(page.locator("video, audio")).to_have_count(0)
        await admin.context.close()


async def fill_password(person: Person, password: str) -> None:
    """The session of twelve hours is long over: the password is asked again."""
    field = person.page.get_by_label("Room password", exact=True)
    await expect(field).to_be_visible()
    await field.fill(password)
    await person.button("Open recordings").click()
