"""What it costs the server to pass on what two people make, ours beside y-websocket and Hocuspocus, in one run.

    python -m bench.sharing [--rounds 3]

Each measurement is a fresh server process and the same load from a Node process of its own (`bench/peers/load.mjs`):
two clients a room, one types into a Yjs text, the other receives. A flood counts updates for each CPU-second of the
server;
twenty rooms of sixty updates a second count the milliseconds from sending to arrival. Only ours seals and stores what
passes; the other two keep it in memory.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

PEERS = Path(__file__).parent / "peers"
NODE = Path(__file__).resolve().parent.parent / "scripts" / "node"
KINDS = ("ours", "y-websocket", "hocuspocus")
FLOODED_ROOMS = 4
FLOOD: dict[str, Any] = {"mode": "flood", "count": 6000, "window": 200}
PACED_ROOMS = 20
RATE, EACH = 60, 300
PACED: dict[str, Any] = {"mode": "paced", "count": EACH, "rate": RATE}
TICKS = os.sysconf("SC_CLK_TCK")


class Flood(NamedTuple):
    per_cpu_second: float
    per_second: float


class Paced(NamedTuple):
    median_ms: float
    p99_ms: float
    of_a_core: float


def cpu_seconds(process: Process) -> float:
    """User and system time of a process and of the children it has waited for."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def free_port() -> int:
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


@asynccontextmanager
async def serving(kind: str, rooms: int, *, flood: bool) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """The server's process, and what the load must know of it."""
    if kind == "ours":
        command = [sys.executable, "-m", "bench.sharing_server", f"--rooms={rooms}", *(["--flood"] if flood else [])]
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        assert process.stdout is not None
        place = json.loads(await process.stdout.readline())
    else:
        port = free_port()
        script = "hocuspocus.mjs" if kind == "hocuspocus" else "node_modules/y-websocket/bin/server.cjs"
        process = await asyncio.create_subprocess_exec(
            NODE, "node", script, cwd=PEERS, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
        )  # fmt: skip
        assert process.stdout is not None
        await process.stdout.readline()
        names = [{"id": f"room{number}"} for number in range(rooms)]
        place = {"url": f"ws://127.0.0.1:{port}", "rooms": names}
    try:
        yield process, place
    finally:
        if process.stdin is not None:
            process.stdin.close()
        else:
            process.terminate()
        await process.wait()


async def loaded(kind: str, rooms: int, order: dict[str, Any]) -> tuple[dict[str, float], float]:
    """What the load says, and the server's CPU-seconds meanwhile."""
    async with serving(kind, rooms, flood=order["mode"] == "flood") as (server, place):
        load = await asyncio.create_subprocess_exec(NODE, "node", "load.mjs", cwd=PEERS, stdin=PIPE, stdout=PIPE)
        assert load.stdin is not None
        assert load.stdout is not None
        load.stdin.write(json.dumps({"kind": kind, **place, **order}).encode())
        load.stdin.close()
        assert json.loads(await load.stdout.readline())["ready"]
        before = cpu_seconds(server)
        said: dict[str, float] = json.loads(await load.stdout.readline())
        spent = cpu_seconds(server) - before
        await load.wait()
    return said, spent


async def flood(kind: str) -> Flood:
    said, spent = await loaded(kind, FLOODED_ROOMS, FLOOD)
    return Flood(said["updates"] / spent, said["updates"] / said["seconds"])


async def paced(kind: str) -> Paced:
    said, spent = await loaded(kind, PACED_ROOMS, PACED)
    return Paced(said["median_ms"], said["p99_ms"], spent * RATE / EACH)


async def compare(rounds: int, say: Callable[[str], None]) -> None:
    floods: dict[str, list[Flood]] = {kind: [] for kind in KINDS}
    pacings: dict[str, list[Paced]] = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind in KINDS:
            floods[kind].append(await flood(kind))
            pacings[kind].append(await paced(kind))
    reference = statistics.median(one.per_cpu_second for one in floods["y-websocket"])
    for kind in KINDS:
        each = statistics.median(one.per_cpu_second for one in floods[kind])
        median, p99, core = (statistics.median(values) for values in zip(*pacings[kind], strict=True))
        say(
            f"{kind:12} flood {each:8,.0f} updates a CPU-second ({each / reference:4.1f} of y-websocket); "
            f"{PACED_ROOMS} rooms of {RATE}/s: median {median:6.1f} ms, p99 {p99:6.1f} ms, {core:5.1%} of a core"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(compare(parser.parse_args().rounds, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
