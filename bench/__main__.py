"""`make bench`: all that is measured, in less than eight minutes. A missed target is told; only what breaks fails.

python -m bench [--rounds 7] [--record-rounds 3] [--sharing-rounds 3]
"""

import argparse
import asyncio
import os
import platform
from datetime import UTC, datetime

from bench import meeting, neighbours, record, sharing, strokes, together

LIMIT_S = 480
CASES = [("ours", 1), ("ours", 8), ("stock", 1)]


def say(line: str) -> None:
    print(line, flush=True)


def _where() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{when}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


async def _all(rounds: int, record_rounds: int, sharing_rounds: int) -> None:
    say(_where())
    async with asyncio.timeout(LIMIT_S):
        say("\nTwo people in two Chromium contexts, the server beside them")
        await meeting.measure(rounds, say)
        say("\nServer CPU of recording; 640x360 VP8 at 700 kb/s and Opus, encoded beforehand by another process")
        await record.compare(5.0, record_rounds, CASES, say)
        say("\nServer CPU of passing on what two people make; the same updates to each")
        await sharing.compare(sharing_rounds, say)
        say("\nTwenty rooms alone, and beside one that floods")
        await neighbours.compare(3, say)
        say("\nOne's work on the other's screen, and what the page weighs")
        await together.measure(12, say)
        say("\nA full page of the board, Chromium drawing and encoding in software")
        await strokes.measure(1000, say)
    say(f"\n{_where()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="meetings")
    parser.add_argument("--record-rounds", type=int, default=3)
    parser.add_argument("--sharing-rounds", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(_all(arguments.rounds, arguments.record_rounds, arguments.sharing_rounds))


if __name__ == "__main__":
    main()
