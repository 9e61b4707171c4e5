"""One server process, one Chromium for all journeys; each journey has a room and two people of its own."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.e2e.people import NO_DEVICES, PLAIN_SOUND, Person, chromium, small_camera
from tests.e2e.place import Place
from tests.harness import Server

# Patience costs nothing while all is well, and two journeys at once share two cores.
expect.set_options(timeout=30_000)

_number = itertools.count(1)


@dataclass
class Pair:
    """Two people in a meeting."""

    mentor: Person
    mentee: Person
    link: str
    password: str
    title: str

    @property
    def room(self) -> str:
        return self.link.rsplit("/", 1)[1]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Its camera is small; those of the two who sit on networks of their own are not."""
    async with chromium(playwright, more=(small_camera(tmp_path_factory.mktemp("camera")),)) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The server most journeys share."""
    running = Place(tmp_path_factory.mktemp("place"))
    await running.start()
    yield running
    await running.stop()


Meet = Callable[..., Awaitable[Pair]]


async def make_pair(
    url: str,
    browsers: tuple[Browser, Browser],
    pictures: bool = True,
    *,
    by_form: bool = False,
    still: bool = False,
    devices: str | None = None,
    names: tuple[str, str] = ("Ingrid Solberg", "Samir Haddad"),
    title: str = "Lighthouse",
) -> Pair:
    """Makes a room, with the form on the first page or without, and brings two people into it, who see each other, or
    that the other has nothing to be seen by."""
    title = f"{title} {next(_number)}"
    mentor = await Person.arrive(browsers[0], names[0], "mentor", still=still, devices=devices)
    mentee = await Person.arrive(browsers[1], names[1], "mentee", still=still, devices=devices)
    making = mentor.create_room(url, title, seat="Mentor") if by_form else mentor.order_room(url, title)
    link, password = await making
    await mentor.enter(link)
    await mentee.join(link, password)
    if devices == NO_DEVICES:
        await mentee.misses(mentor.name)
        await mentor.misses(mentee.name)
    else:
        await mentee.sees(mentor.name)
        if pictures:
            await mentor.sees(mentee.name)
    return Pair(mentor, mentee, link, password, title)


@pytest_asyncio.fixture(loop_scope="session")
async def meet(browser: Browser, place: Place) -> AsyncIterator[Meet]:
    """Pairs that are taken apart at the end; their pages must have had no trouble. They prefer less motion and send
    their sound as it is, unless told otherwise."""
    pairs: list[Pair] = []

    async def made(
        at: Place | Server = place,
        browsers: tuple[Browser, Browser] = (browser, browser),
        pictures: bool = True,
        **more: Any,
    ) -> Pair:
        usual: dict[str, Any] = {"still": True, "devices": PLAIN_SOUND}
        pairs.append(await make_pair(at.url, browsers, pictures, **(usual | more)))
        return pairs[-1]

    yield made
    for person in (one for pair in pairs for one in (pair.mentor, pair.mentee)):
        await person.context.close()
        assert person.troubles == []
