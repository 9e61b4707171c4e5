"""A real server in a process of its own, started as a person would start it: `python run.py`."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from pathlib import Path

import aiohttp

from tests.warm import WarmProcess

ROOT = Path(__file__).resolve().parents[2]


class Place:
    """One data directory and the server on it. It may be stopped, killed and started again on the same port."""

    def __init__(
        self,
        folder: Path,
        *flags: str,
        host: str = "127.0.0.1",
        port: int = 0,
        prefix: tuple[str, ...] = (),
        warm: bool = False,
    ) -> None:
        """`warm`: forked off a process that has read the program, see `tests/warm.py`."""
        self.data_dir = folder / "data"
        self.key_file = folder / "master.key"
        self.said = ""
        self.url = ""
        self._host = host
        self._flags = flags
        self._prefix = prefix
        self._port = port
        self._warm = warm
        self._process: Process | WarmProcess | None = None
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Returns the address it serves on."""
        self._process = await self._begin(
            [
                f"--host={self._host}",
                f"--port={self._port}",
                f"--data-dir={self.data_dir}",
                f"--master-key-file={self.key_file}",
                "--stun-port=0",
                *self._flags,
            ],
            {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.data_dir.parent)},
        )
        serving: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._listen(serving))
        async with asyncio.timeout(30):
            self.url = await serving
        self._port = int(self.url.rsplit(":", 1)[1])
        return self.url

    async def _begin(self, arguments: list[str], environment: dict[str, str]) -> Process | WarmProcess:
        if self._warm:
            return await WarmProcess.start("run", arguments, environment)
        program = (*self._prefix, sys.executable, str(ROOT / "run.py"))
        return await asyncio.create_subprocess_exec(
            *program, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=environment
        )

    async def _listen(self, serving: asyncio.Future[str]) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said += line.decode(errors="replace")
            found = re.search(r"https?://[^\s/#]+:\d+", line.decode(errors="replace"))
            if found and not serving.done():
                serving.set_result(found[0])
        if not serving.done():
            serving.set_exception(RuntimeError(f"the server ended before it served:\n{self.said}"))

    async def is_healthy(self) -> bool:
        async with aiohttp.ClientSession() as client, client.get(f"{self.url}/healthz", ssl=False) as answer:
            return answer.status == 200

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
        if self._reader is not None:
            await self._reader
