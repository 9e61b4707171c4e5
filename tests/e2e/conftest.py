"""One server process, one Chromium for all journeys; each journey has a room and two people of its own."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.e2e.people import Person, chromium
from tests.e2e.place import Place
from tests.harness import Server

# Patience costs nothing while all is well, and two journeys at once share two cores.
expect.set_options(timeout=20_000)

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
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    async with chromium(playwright) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The server most journeys share."""
    running = Place(tmp_path_factory.mktemp("place"))
    await running.start()
    yield running
    await running.stop()


Meet = Callable[..., Awaitable[Pair]]


async def make_pair(url: str, browsers: tuple[Browser, Browser], pictures: bool = True) -> Pair:
    """Makes a room and brings two people into it, who see each other."""
    title = f"Lighthouse {next(_number)}"
    mentor = await Person.arrive(browsers[0], "Ingrid Solberg", "mentor")
    mentee = await Person.arrive(browsers[1], "Samir Haddad", "mentee")
    link, password = await mentor.create_room(url, title, seat="Mentor")
    await mentor.enter(link)
    await mentee.join(link, password)
    await mentee.sees(mentor.name)
    if pictures:
        await mentor.sees(mentee.name)
    return Pair(mentor, mentee, link, password, title)


@pytest_asyncio.fixture(loop_scope="session")
async def meet(browser: Browser, place: Place) -> AsyncIterator[Meet]:
    """Pairs that are taken apart at the end; their pages must have had no trouble."""
    pairs: list[Pair] = []

    async def made(
        at: Place | Server = place, browsers: tuple[Browser, Browser] = (browser, browser), pictures: bool = True
    ) -> Pair:
        pairs.append(await make_pair(at.url, browsers, pictures))
        return pairs[-1]

    yield made
    for person in (one for pair in pairs for one in (pair.mentor, pair.mentee)):
        await person.context.close()
        assert person.troubles == []
