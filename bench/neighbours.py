"""What a room that floods does to its neighbours: twenty rooms of sixty updates a second, alone and beside it, in turn.

    python -m bench.neighbours [--rounds 5]

One server with its usual limits, and one minute. The flood comes over eight sockets of one seat that write entries and
passing strokes as fast as they can and come back whenever they are let go: from a process and an address of its own,
with what the others leave of the processor, for it is not the sender's share of the machine that is asked about.
Milliseconds are from sending to arrival, in the twenty rooms; of the rounds the median counts.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import msgspec

from bench.sharing import NODE, PACED, PACED_ROOMS, PEERS, RATE, cpu_seconds, serving
from server.ids import new_id

SOCKETS = 8
EACH = 240
BODY = bytes(1000)
ADDRESS = "127.0.0.2"


class Paced(NamedTuple):
    median_ms: float
    p99_ms: float
    of_a_core: float


async def paced(server: Process, place: dict[str, Any]) -> Paced:
    load = await asyncio.create_subprocess_exec(NODE, "node", "load.mjs", cwd=PEERS, stdin=PIPE, stdout=PIPE)
    assert load.stdin is not None
    assert load.stdout is not None
    load.stdin.write(json.dumps({"kind": "ours", **place, **PACED, "count": EACH}).encode())
    load.stdin.close()
    assert json.loads(await load.stdout.readline())["ready"]
    before = cpu_seconds(server)
    said = json.loads(await load.stdout.readline())
    spent = cpu_seconds(server) - before
    await load.wait()
    return Paced(said["median_ms"], said["p99_ms"], spent * RATE / EACH)


@asynccontextmanager
async def flooding(place: dict[str, Any], room: dict[str, Any]) -> AsyncIterator[None]:
    order = json.dumps({"url": place["url"], "origin": place["origin"], **room})
    command = [sys.executable, "-m", "bench.neighbours", "--flood", order]
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL)
    try:
        yield
        assert process.returncode is None, "the flood has ended"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def flood(order: dict[str, Any]) -> None:
    """Until it is ended."""
    os.nice(19)
    headers = {"Origin": order["origin"], "Cookie": order["cookies"]["mentor"]}
    connector = aiohttp.TCPConnector(local_addr=(ADDRESS, 0))
    async with aiohttp.ClientSession(connector=connector) as client:
        address = f"{order['url']}/api/rooms/{order['id']}/sharing?seat=mentor"
        await asyncio.gather(*(_flood_one(client, address, headers) for _ in range(SOCKETS)))


async def _flood_one(client: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> None:
    passing = msgspec.msgpack.encode(["pass", BODY])
    while True:
        try:
            async with client.ws_connect(address, headers=headers) as line:
                reading = asyncio.create_task(_swallow(line))
                while not line.closed:
                    await line.send_bytes(msgspec.msgpack.encode(["append", "document", new_id(), BODY]))
                    await line.send_bytes(passing)
                await reading
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.01)


async def _swallow(line: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in line:
        pass


async def compare(rounds: int, say: Callable[[str], None]) -> None:
    alone: list[Paced] = []
    beside: list[Paced] = []
    async with serving("ours", PACED_ROOMS + 1, flood=False) as (server, place):
        *rooms, noisy = place.pop("rooms")
        for _ in range(rounds):
            alone.append(await paced(server, {**place, "rooms": rooms}))
            async with flooding(place, noisy):
                beside.append(await paced(server, {**place, "rooms": rooms}))
    for name, found in (("alone", alone), ("beside a flood", beside)):
        median, p99, core = (statistics.median(values) for values in zip(*found, strict=True))
        say(f"{PACED_ROOMS} rooms {name:15} median {median:5.1f} ms, p99 {p99:5.1f} ms, {core:5.1%} of a core")
    ratios = [flooded.p99_ms / one.p99_ms for one, flooded in zip(alone, beside, strict=True)]
    typical, least, most = statistics.median(ratios), min(ratios), max(ratios)
    say(f"p99 beside a flood: {typical:.2f} times that alone (rounds from {least:.2f} to {most:.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flood", help="as JSON: floods this room until ended")
    arguments = parser.parse_args()
    if arguments.flood:
        asyncio.run(flood(json.loads(arguments.flood)))
    else:
        asyncio.run(compare(arguments.rounds, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
