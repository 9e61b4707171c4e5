"""Servers in processes of their own that start at once: each is forked off one process that has read the program.

What a server does in its first second is mostly to read its modules. Tests that kill it again and again are about what
comes after, so they need not wait for that each time; `test_run.py` and the browsers' tests start it cold.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["uvloop", "server.options", "server.serve"])


class WarmProcess:
    """As much of `asyncio.subprocess.Process` as these tests ask for: what it says, its end, signals."""

    def __init__(self, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.stdout = asyncio.StreamReader()
        self._said, theirs = _forks.Pipe(duplex=False)
        self._process = _forks.Process(target=_run, args=(theirs, module, arguments, environment), daemon=True)
        self._process.start()
        theirs.close()

    @classmethod
    async def start(cls, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> "WarmProcess":
        """The module's `main()` with these arguments, in this environment and no other."""
        process = cls(module, arguments, environment)
        pipe = os.fdopen(os.dup(process._said.fileno()), "rb", buffering=0)
        process._said.close()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(process.stdout), pipe)
        return process

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, which: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, which)

    async def wait(self) -> int | None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        return self._process.exitcode


def _run(line: Connection, module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """In the new process: nothing of the tests is left, and what it says goes out on `line`."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (line.fileno(), 1), (line.fileno(), 2)):
        os.dup2(here, there)
    line.close()
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    sys.exit(importlib.import_module(module).main())
