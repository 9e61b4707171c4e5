"""The two people of a meeting, each in a browser context of their own, doing what a person does: by role and name."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from tests import harness

PASSWORD = "violet kettle harbour quiet lantern moss"
SECONDS, FPS, WIDTH, HEIGHT = 2, 5, 160, 90


@contextlib.asynccontextmanager
async def chromium(
    playwright: Playwright,
    *,
    executable: str | Path | None = None,
    without: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> AsyncIterator[Browser]:
    """A real Chromium with a camera and a microphone that beep and turn."""
    browser = await playwright.chromium.launch(
        executable_path=str(executable or harness.chromium()),
        args=[*(flag for flag in harness.CHROMIUM_FLAGS if flag not in without), *more],
    )
    try:
        yield browser
    finally:
        await browser.close()


def small_camera(folder: Path) -> str:
    """The flag for a camera of few pixels and few pictures a second in which a light bar walks: both pages encode,
    decode and draw them in software, the whole window for each, and most journeys are not about them."""
    film = folder / "camera.y4m"
    with film.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420\n".encode())
        for number in range(SECONDS * FPS):
            row = bytearray(b"\x40" * WIDTH)
            left = number * WIDTH // (SECONDS * FPS)
            row[left : left + 20] = b"\xc0" * len(row[left : left + 20])
            colours = bytes([100 + number, 160 - number])
            file.write(b"FRAME\n" + bytes(row) * HEIGHT)
            file.write(b"".join(bytes([colour]) * (WIDTH // 2 * (HEIGHT // 2)) for colour in colours))
    return f"--use-file-for-fake-video-capture={film}"


# What is changed about the devices of a page before it is loaded. Echo, noise and level are worked on a hundred times a
# second for each microphone, which is a sixth of what a meeting costs, and nothing a page could see:
PLAIN_SOUND = """() => {
  const devices = navigator.mediaDevices;
  const ask = devices?.getUserMedia.bind(devices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
  const changed = (wanted) => (wanted.audio ? { ...wanted, audio: { ...wanted.audio, ...plain } } : wanted);
  if (ask) devices.getUserMedia = (wanted) => ask(changed(wanted));
}"""
# As where there is neither camera nor microphone: for meetings that are about what is written and drawn.
NO_DEVICES = """() => {
  const none = () => Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
  const devices = navigator.mediaDevices;
  if (devices) Object.assign(devices, { getUserMedia: none, enumerateDevices: async () => [] });
}"""


class Person:
    """Somebody at a page of ours. `name` and `seat` are as they will be told to the room."""

    def __init__(self, context: BrowserContext, page: Page, name: str, seat: str) -> None:
        self.context = context
        self.page = page
        self.name = name
        self.seat = seat
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self.troubles.append(line.text) if "Content Security" in line.text else None)

    @classmethod
    async def arrive(
        cls, browser: Browser, name: str, seat: str, *, still: bool = False, devices: str | None = None
    ) -> "Person":
        """`still`: prefers less motion, so that nothing is drawn anew sixty times a second in software. `devices`: what
        is changed about them, if anything."""
        context = await browser.new_context(
            viewport={"width": 1280, "height": 720},
            ignore_https_errors=True,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce" if still else "no-preference",
        )
        context.set_default_timeout(30_000)
        if devices is not None:
            await context.add_init_script(f"({devices})()")
        return cls(context, await context.new_page(), name, seat)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def recording_status(self) -> Locator:
        return (
            self.page.get_by_role("status")
            .filter(has_text="ecord")
            .or_(self.page.get_by_role("status").filter(has_text="to agree"))
            .first
        )

    @property
    def allow_recording(self) -> Locator:
        return self.page.get_by_role("switch", name="Allow recording")

    async def create_room(self, address: str, title: str, seat: str = "Neither") -> tuple[str, str]:
        """Returns the room's link and its password."""
        page = self.page
        await page.goto(address)
        await page.get_by_label("Room title").fill(title)
        offered = page.get_by_label("Room password", exact=True)
        await expect(offered).to_have_value(re.compile(r"[\w-]+( [\w-]+){5}"))
        password = await offered.input_value()
        await page.get_by_role("radio", name=seat).check()
        await self.button("Create room").click()
        link = page.get_by_role("textbox", name="Link", exact=False).first
        await expect(link).to_be_visible()
        return await link.input_value(), password

    async def order_room(self, address: str, title: str) -> tuple[str, str]:
        """The same without the form, which takes longer: what its press sends, for this person's seat, with a password
        of one's own instead of an offered one."""
        asked = {"title": title, "password": PASSWORD, "retention_days": 30, "seat": self.seat}
        answer = await self.context.request.post(f"{address}/api/rooms", data=asked, headers={"Origin": address})
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["link"]), PASSWORD

    async def fill_in(self, link: str, password: str) -> None:
        page = self.page
        await page.goto(link)
        await page.get_by_label("Your name").fill(self.name)
        await page.get_by_role("radio", name=self.seat.capitalize()).check()
        await page.get_by_label("Room password", exact=True).fill(password)

    async def enter(self, link: str) -> None:
        """Into a room this browser already holds a seat of: no password."""
        await self.page.goto(link)
        await self.page.get_by_label("Your name").fill(self.name)
        await self.button("Join").click()
        await expect(self.button("Leave")).to_be_visible()

    async def join(self, link: str, password: str) -> None:
        await self.fill_in(link, password)
        await self.button("Join").click()
        await expect(self.button("Leave")).to_be_visible()

    async def sees(self, partner: str) -> None:
        """The partner's picture moves: frames have been decoded."""
        picture = self.page.get_by_label(partner, exact=True).and_(self.page.locator("video"))
        await expect(picture).to_be_visible()
        await self.page.wait_for_function(
            "video => video.videoWidth > 0 && video.currentTime > 0", arg=await picture.element_handle()
        )

    async def misses(self, partner: str) -> None:
        """The partner is there, without devices."""
        await expect(self.page.get_by_text(f"{partner} has no camera.").first).to_be_visible()

    async def agree(self) -> None:
        """Asks for the words, reads them and says yes."""
        await self.allow_recording.click()
        await self.answer_yes()

    async def answer_yes(self) -> None:
        """To the words that have come because the partner has said yes, or that this person has asked for."""
        await self.button("I agree to record").click()

    async def withdraw(self) -> None:
        await self.allow_recording.click()
