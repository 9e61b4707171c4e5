"""Writes a sealed part until it is killed, and says on its standard output how much of it lies on the disk.

Its one argument is the part's path. A piece of 4,000 bytes every 5 ms stands for a recorder in a hurry; each carries
its number, so a reader can count.
"""

import asyncio
import itertools
import sys
from pathlib import Path

from server.store.sealed import Checkpoint, SealedPart

KEY = b"\x07" * 32
ROOM, RECORDING, PART = "r" * 16, "v" * 16, "p" * 16
PIECE_BYTES, EVERY_MS = 4000, 5


def piece(number: int) -> bytes:
    return number.to_bytes(8) * (PIECE_BYTES // 8)


def say(word: str, *numbers: int) -> None:
    sys.stdout.write(" ".join((word, *map(str, numbers))) + "\n")
    sys.stdout.flush()


async def write(path: Path) -> None:
    async def remember(checkpoint: Checkpoint) -> None:
        say("durable", checkpoint.seq, checkpoint.size)

    part = await SealedPart.create(
        path,
        key=KEY,
        room=ROOM,
        recording=RECORDING,
        part=PART,
        created_ms=0,
        sign=lambda seq, size: b"",
        on_checkpoint=remember,
        sync_every_s=0.05,
        checkpoint_every_s=0,
    )
    for number in itertools.count():
        await part.append(piece(number), number * EVERY_MS)
        say("appended", number)
        await asyncio.sleep(EVERY_MS / 1000)


def main() -> None:
    asyncio.run(write(Path(sys.argv[1])))
