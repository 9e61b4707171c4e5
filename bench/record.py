"""Server CPU-seconds for each minute of each recorded participant, ours and stock aiortc's MediaRecorder in turn.

    python -m bench.record [--seconds 5] [--rounds 3] [--legs 1 8] [--stock-legs 1]

Each measurement is a fresh server process, fed by a sender in a process of its own with 640x360 VP8 at 700 kb/s and
Opus at 32 kb/s, encoded beforehand. Only the server's CPU counts, from a second after every leg is up. Ours seals to a
disk as the server does. The stock recorder decodes and encodes again; with 8 legs it wants more cores than most have.
It never asks for a key frame: where the first one was lost it records sound alone, which is cheap and no comparison, so
a measurement without pictures is thrown away, with a line that says so, and taken again.
"""

import argparse
import asyncio
import json
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import av
import uvloop

from server.clock import SystemClock
from server.domain.values import Seat
from server.ids import new_id
from server.media.net import MediaNet
from server.media.parts import Durable, PartInfo, PartSink, RecorderEvent
from server.media.permit import Permit
from server.media.recorder import Recorder
from server.store.sealed import SealedPart

WIDTH, HEIGHT, KBIT, RATE = 640, 360, 700, 30
TRIES = 3
"""For one measurement, until one has pictures."""
TARGET = 0.8
"""CPU-seconds a participant-minute with eight legs."""


class Result(NamedTuple):
    cpu_per_minute: float
    """CPU-seconds of the server a participant-minute."""
    kbit: float
    """What a leg brought on the disk, in kb/s."""
    of_a_core: float
    has_pictures: bool = True


class SealedSink:
    """Seals to a file as the server does, without a database."""

    def __init__(self, file: SealedPart, part: str) -> None:
        self.file = file
        self.part = part

    async def write(self, data: bytes, at_ms: int) -> None:
        await self.file.append(data, at_ms)

    async def sync(self) -> None:
        await self.file.sync()

    async def patch(self, offset: int, data: bytes) -> None:
        await self.file.patch(offset, data)

    async def finish(self, length_ms: int) -> None:
        await self.file.finish(length_ms)

    async def abort(self) -> None:
        await self.file.abort()


class _Ours:
    """A recorder for every two legs, as rooms would have."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._recorders: list[Recorder] = []
        self._durable = 0
        self._wanted = 0
        self._up = asyncio.Event()

    async def _open(self, _seat: Seat, info: PartInfo) -> PartSink:
        part = new_id()
        file = await SealedPart.create(
            self._directory / part,
            key=bytes(32),
            room=new_id(),
            recording=info.recording,
            part=part,
            created_ms=info.started_ms,
        )
        return SealedSink(file, part)

    def _heard(self, event: RecorderEvent) -> None:
        if isinstance(event, Durable):
            self._durable += 1
            if self._durable >= self._wanted:
                self._up.set()

    async def answer(self, offer: str, number: int) -> str:
        if number % 2 == 0:
            net = MediaNet(bind=("127.0.0.1",))
            self._recorders.append(Recorder(net, self._open, self._heard, SystemClock()))
            self._recorders[-1].open_run(Permit(new_id(), 1))
        self._wanted += 1
        return await self._recorders[-1].offer((Seat.MENTOR, Seat.MENTEE)[number % 2], offer, True)

    async def up(self) -> None:
        await self._up.wait()

    async def close(self) -> None:
        for recorder in self._recorders:
            await recorder.close()

    def has_pictures(self, _seconds: float, kbit: float) -> bool:
        """Sound alone would be 32 kb/s."""
        return kbit > KBIT / 2


class _Stock:
    """aiortc's own way: an RTCPeerConnection and a MediaRecorder a leg."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._legs: list[tuple[Any, Any]] = []

    async def answer(self, offer: str, number: int) -> str:
        from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
        from aiortc.contrib.media import MediaRecorder

        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        recorder: Any = MediaRecorder(str(self._directory / f"{number}.webm"))
        connection.on("track", recorder.addTrack)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        self._legs.append((connection, recorder))
        return str(connection.localDescription.sdp)

    async def up(self) -> None:
        for connection, recorder in self._legs:
            while connection.connectionState != "connected":  # noqa: ASYNC110 - a benchmark may poll
                await asyncio.sleep(0.05)
            await recorder.start()

    async def close(self) -> None:
        for connection, recorder in self._legs:
            await recorder.stop()
            await connection.close()

    def has_pictures(self, seconds: float, _kbit: float) -> bool:
        """At least half of those that were sent while it was measured."""
        for path in self._directory.glob("*.webm"):
            with av.open(str(path)) as film:
                if sum(1 for packet in film.demux(video=0) if packet.size) < seconds * RATE / 2:
                    return False
        return True


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _serve(kind: str, legs: int, seconds: float) -> Result:
    with tempfile.TemporaryDirectory(prefix="visavis-bench-") as name:
        directory = Path(name)
        server = _Ours(directory) if kind == "ours" else _Stock(directory)
        sender = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.sender",
            *map(str, (WIDTH, HEIGHT, KBIT, legs)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        if sender.stdin is None or sender.stdout is None:
            raise RuntimeError("the sender has no pipes")
        async with asyncio.timeout(60 + seconds):
            offers = [json.loads(await sender.stdout.readline())["offer"] for _ in range(legs)]
            for number, offer in enumerate(offers):
                answer = await server.answer(offer, number)
                sender.stdin.write(json.dumps({"answer": answer}).encode() + b"\n")
            await server.up()
            await asyncio.sleep(1)
            before, bytes_before = _cpu(), _bytes(directory)
            await asyncio.sleep(seconds)
            used, written = _cpu() - before, _bytes(directory) - bytes_before
            sender.stdin.close()
            await server.close()
            await sender.wait()
        kbit = written * 8 / 1000 / seconds / legs
        return Result(used / seconds / legs * 60, kbit, used / seconds, server.has_pictures(seconds, kbit))


def _bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


async def _measure(kind: str, legs: int, seconds: float) -> Result:
    """In a process of its own, so that nothing of the one before is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.record",
        "--one",
        kind,
        str(legs),
        "--seconds",
        str(seconds),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"measuring {kind} with {legs} legs failed")
    return Result(*json.loads(output.splitlines()[-1]))


async def _with_pictures(kind: str, legs: int, seconds: float, say: Callable[[str], None]) -> Result:
    for _ in range(TRIES):
        result = await _measure(kind, legs, seconds)
        if result.has_pictures:
            return result
        say(f"discarded: {kind} n={legs} got pictures for less than half of the time")
    raise RuntimeError(f"{kind} with {legs} legs got too few pictures, {TRIES} times in a row")


async def compare(seconds: float, rounds: int, cases: list[tuple[str, int]], say: Callable[[str], None]) -> None:
    found: dict[tuple[str, int], list[Result]] = {case: [] for case in cases}
    for number in range(rounds):
        for case in cases:
            result = await _with_pictures(*case, seconds, say)
            found[case].append(result)
            say(f"round {number + 1}: {case[0]:5} n={case[1]}: {result.cpu_per_minute:6.2f} CPU-s a participant-minute")
    medians = {case: statistics.median(r.cpu_per_minute for r in results) for case, results in found.items()}
    say("\nmedians          CPU-s a participant-minute   kb/s a leg   of a core")
    for (kind, legs), results in found.items():
        kbit = statistics.median(result.kbit for result in results)
        core = statistics.median(result.of_a_core for result in results)
        brought = f"{kbit:.0f}" if kind == "ours" else "-"  # stock's file is written when its buffers are full
        say(f"  {kind:5} n={legs:<3} {medians[kind, legs]:26.2f} {brought:>16} {core:11.2f}")
    stock = [median for (kind, _), median in medians.items() if kind == "stock"]
    for (kind, legs), median in medians.items():
        if kind == "ours" and stock:
            say(f"  ours with n={legs} takes 1/{stock[0] / median:.0f} of what stock takes")
        if kind == "ours" and legs == 8:
            say(f"  target with n=8: {TARGET} or less{'' if median <= TARGET else '  MISSED'}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--legs", type=int, nargs="*", default=[1, 8])
    parser.add_argument("--stock-legs", type=int, nargs="*", default=[1])
    parser.add_argument("--one", nargs=2, metavar=("KIND", "LEGS"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    if arguments.one:
        result = uvloop.run(_serve(arguments.one[0], int(arguments.one[1]), arguments.seconds))
        print(json.dumps(result))
        return
    cases = [("ours", legs) for legs in arguments.legs] + [("stock", legs) for legs in arguments.stock_legs]
    asyncio.run(compare(arguments.seconds, arguments.rounds, cases, print))


if __name__ == "__main__":
    main()
