"""What a room that floods does to its neighbours: twenty rooms of sixty updates a second, alone and beside it.

    python -m bench.neighbours [--rounds 3]

The flood comes over eight sockets of one seat that write as fast as they can and come back whenever they are let go, in
a process of its own; the server has its usual limits. Milliseconds are from sending to arrival, in the twenty rooms.
"""

import argparse
import asyncio
import json
import statistics
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

from bench.sharing import NODE, PACED, PACED_ROOMS, PEERS, cpu_seconds, serving
from server.ids import new_id

SOCKETS = 8
BODY = bytes(1000)


async def paced(flooded: bool) -> tuple[float, float, float]:
    """Median and 99th percentile in ms, and the server's CPU-seconds."""
    async with serving("ours", PACED_ROOMS + 1, flood=False) as (server, place):
        *rooms, noisy = place["rooms"]
        flood = await _flood(place, noisy) if flooded else None
        load = await asyncio.create_subprocess_exec(NODE, "node", "load.mjs", cwd=PEERS, stdin=PIPE, stdout=PIPE)
        assert load.stdin is not None
        assert load.stdout is not None
        load.stdin.write(json.dumps({"kind": "ours", **place, "rooms": rooms, **PACED}).encode())
        load.stdin.close()
        assert json.loads(await load.stdout.readline())["ready"]
        before = cpu_seconds(server)
        said = json.loads(await load.stdout.readline())
        spent = cpu_seconds(server) - before
        await load.wait()
        if flood is not None:
            flood.terminate()
            await flood.wait()
    return said["median_ms"], said["p99_ms"], spent


async def _flood(place: dict[str, Any], room: dict[str, Any]) -> asyncio.subprocess.Process:
    order = json.dumps({"url": place["url"], "origin": place["origin"], **room})
    command = [sys.executable, "-m", "bench.neighbours", "--flood", order]
    return await asyncio.create_subprocess_exec(*command, stdin=DEVNULL)


async def flood(order: dict[str, Any]) -> None:
    """Until it is ended."""
    headers = {"Origin": order["origin"], "Cookie": order["cookies"]["mentor"]}
    async with aiohttp.ClientSession() as client:
        address = f"{order['url']}/api/rooms/{order['id']}/sharing?seat=mentor"
        await asyncio.gather(*(_flood_one(client, address, headers) for _ in range(SOCKETS)))


async def _flood_one(client: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> None:
    frame = msgspec.msgpack.encode(["append", "document", new_id(), BODY])
    names = frame.index(b"document") + len(b"document") + 1
    while True:
        try:
            async with client.ws_connect(address, headers=headers) as line:
                reading = asyncio.create_task(_swallow(line))
                while not line.closed:
                    await line.send_bytes(frame[:names] + new_id().encode() + frame[names + 16 :])
                await reading
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.01)


async def _swallow(line: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in line:
        pass


async def compare(rounds: int, say: Callable[[str], None]) -> None:
    for flooded in (False, True):
        found = [await paced(flooded) for _ in range(rounds)]
        median, p99, spent = (statistics.median(values) for values in zip(*found, strict=True))
        beside = "beside a flood" if flooded else "alone"
        say(f"{PACED_ROOMS} rooms {beside:15} median {median:5.1f} ms, p99 {p99:5.1f} ms, {spent:4.1f} CPU-s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flood", help="as JSON: floods this room until ended")
    arguments = parser.parse_args()
    if arguments.flood:
        asyncio.run(flood(json.loads(arguments.flood)))
    else:
        asyncio.run(compare(arguments.rounds, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
