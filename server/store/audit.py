"""The audit log: what was done, hash-chained, in ids and numbers, never a name, a title or a word."""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Row, insert, select

from server.domain.values import Seat
from server.store import rows
from server.store.database import Tx
from server.store.tables import audit as log


class Line(Struct, frozen=True):
    n: int
    at_ms: int
    action: str
    """`room_created`, `recording_deleted`, `retention_set`, `admin_signed_in`, …"""
    by: str
    """`mentor`, `mentee`, `admin`, `server`, `stranger`."""
    room: str | None
    recording: str | None
    numbers: dict[str, int]
    previous: str
    hash: str


async def append(
    tx: Tx,
    action: str,
    *,
    now: int,
    by: str | Seat = "server",
    room: str | None = None,
    recording: str | None = None,
    **numbers: int,
) -> None:
    last = (await tx.execute(select(log.c.n, log.c.hash).order_by(log.c.n.desc()).limit(1))).one_or_none()
    n, previous = (1, rows.FIRST) if last is None else (last.n + 1, last.hash)
    line = Line(n, now, action, str(by), room, recording, numbers, previous, "")
    values = msgspec.structs.asdict(line) | {"numbers": rows.to_json(numbers), "hash": _hash(line)}
    await tx.execute(insert(log).values(**values))


async def latest(tx: Tx, limit: int = 100) -> list[Line]:
    """Newest first."""
    found = await tx.execute(select(log).order_by(log.c.n.desc()).limit(limit))
    return [_line(row) for row in found]


async def verify(tx: Tx) -> int | None:
    """None if the chain is whole, else the number of the first line that does not fit."""
    previous, expected = rows.FIRST, 1
    async for row in await tx.stream(select(log).order_by(log.c.n)):
        line = _line(row)
        if line.n != expected or line.previous != previous or line.hash != _hash(line):
            return line.n
        previous, expected = line.hash, expected + 1
    return None


def _line(row: Row[Any]) -> Line:
    return msgspec.convert(rows.plain(row) | {"numbers": rows.from_json(row.numbers)}, Line)


def _hash(line: Line) -> str:
    content = msgspec.structs.asdict(line)
    del content["hash"], content["previous"]
    return rows.link(line.previous, content)
