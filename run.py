#!/usr/bin/env python3
"""Starts Visavis: settings from flags and environment, then the server, until it is told to stop."""

import asyncio
import importlib.util
import os
import resource
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.config import Config

CHECKOUT = Path(__file__).resolve().parent


def main() -> int:
    """0 after a clean stop, 2 for settings that cannot be used."""
    if sys.version_info < (3, 11):  # noqa: UP036 - said in words, not by a SyntaxError
        return refuse(["Visavis needs Python 3.11 or newer."])
    if not __debug__:
        return refuse(["Do not run Visavis with python -O: the checks that would be left out protect the media."])
    if importlib.util.find_spec("aiohttp") is None:
        return in_virtual_environment()
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    from server.config import BadSettingsError
    from server.options import load

    try:
        command, config = load(sys.argv[1:], os.environ, CHECKOUT)
        if command == "admin-link":
            from server.command_admin_link import admin_link

            print(asyncio.run(admin_link(config)))
            return 0
        return serve(config)
    except BadSettingsError as error:
        return refuse(error.problems)
    except KeyboardInterrupt:
        return 0


def in_virtual_environment() -> int:
    """So that `python run.py admin-link` works with any Python there is: the packages lie in .venv."""
    python = CHECKOUT / ".venv" / "bin" / "python"
    if python.exists() and Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), str(CHECKOUT / "run.py"), *sys.argv[1:]])  # noqa: S606 - our own Python
    return refuse(["Its packages are not installed. Run make run."])


def serve(config: "Config") -> int:
    import uvloop

    from server.greeting import Start
    from server.serve import run_until_stopped

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        started = Start.found(os.environ, CHECKOUT, config)
        runner.run(run_until_stopped(config, (signal.SIGTERM, signal.SIGINT), started))
    return 0


def refuse(problems: list[str]) -> int:
    print("Visavis cannot start:", file=sys.stderr)
    for problem in problems:
        print(f"  - {problem}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
