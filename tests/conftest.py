"""Fixtures everybody shares. Real parts: a listening server, its database and files, and where asked a real browser."""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

# What takes long to import is imported by the fixtures that use it: the process that hands tests to others runs none.
if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext

    from server.clock import Clock, ManualClock
    from server.config import Config
    from tests.harness import Server

Serve = Callable[..., Awaitable["Server"]]

# The same examples each time, so that a change is not refused for what was there before it; "long" looks for new ones.
settings.register_profile(
    "fast", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", max_examples=1000, deadline=None)
settings.load_profile("fast")


RUNS_A_SERVER = {"e2e", "handlers", "live", "store"}
"""Directories whose tests start the application, or its database, each anew: they come after the fast part."""

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 1 << 30
"""Containers often have 64 MB there, and Chromium wants some too."""


def pytest_configure() -> None:
    """Every test has files of its own, and to make them durable on a disk takes longer than most tests do: where there
    is a disk of memory with room, they lie on it. The calls are the same; what is about the disk asks for `on_disk`."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast part reads nothing of what it would leave out."""
    left_out = "not server" in config.getoption("markexpr") and collection_path.name in RUNS_A_SERVER
    return True if left_out else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in RUNS_A_SERVER:
            item.add_marker(pytest.mark.server)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A test may configure the logs; the next one finds them as they were."""
    yield
    if "structlog" in sys.modules:
        sys.modules["structlog"].reset_defaults()


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder like `tmp_path`, but where this machine keeps its files."""
    with tempfile.TemporaryDirectory(prefix="visavis-") as folder:
        yield Path(folder)


@pytest.fixture
def config(tmp_path: Path) -> "Config":
    from tests.harness import make_config

    return make_config(tmp_path)


@pytest.fixture
def manual_clock() -> "ManualClock":
    from server.clock import ManualClock

    return ManualClock()


@pytest.fixture
async def server(config: "Config") -> "AsyncIterator[Server]":
    """The server by the system's clock."""
    from tests.harness import serving

    async with serving(config) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_server(tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Server]":
    """One server for the tests of a module that leave no trace in it; mark them `@in_shared`."""
    from tests.harness import make_config, serving

    made = make_config(tmp_path_factory.mktemp("shared"), max_requests_per_second=1000)
    async with serving(made) as running:
        yield running


in_shared = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
async def still_server(config: "Config", manual_clock: "ManualClock") -> "AsyncIterator[Server]":
    """The server by a clock that stands still until `manual_clock.advance(ms)`."""
    from tests.harness import serving

    async with serving(config, clock=manual_clock) as running:
        yield running


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """`await serve(clock=…, rooms=Rooms.ADMIN, …)`: a server with settings of its own; any number, each with its own
    folder unless `data_dir` says otherwise."""
    from tests.harness import make_config, serving

    async with AsyncExitStack() as stack:
        count = 0

        async def one(
            *,
            clock: "Clock | None" = None,
            synchronised: bool = True,
            idle_s: float | None = None,
            deadline_s: float | None = None,
            **changes: Any,
        ) -> "Server":
            nonlocal count
            count += 1
            made = make_config(tmp_path / f"server{count}", **changes)
            opened = serving(made, clock=clock, synchronised=synchronised, idle_s=idle_s, deadline_s=deadline_s)
            return await stack.enter_async_context(opened)

        yield one


@pytest.fixture
async def browser() -> "AsyncIterator[Browser]":
    """Chromium with a fake camera and microphone that need no permission."""
    from playwright.async_api import async_playwright

    from tests.harness import CHROMIUM_FLAGS, chromium

    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@pytest.fixture
async def person(browser: "Browser") -> AsyncIterator[Callable[..., Any]]:
    """`await person()`: a browser context of one person, closed at the end; any page error or breach of the content
    policy fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def one(**options: Any) -> "BrowserContext":
        context = await browser.new_context(permissions=["camera", "microphone", "clipboard-write"], **options)
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: _listen(message.text, complaints))
        contexts.append(context)
        return context

    yield one
    for context in contexts:
        await context.close()
    assert complaints == []


def _listen(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text or "Refused to" in text:
        complaints.append(text)
