"""Consent, on paper: every yes and no with the words shown, hash-chained per room, and the words themselves."""

from enum import StrEnum

import msgspec
from msgspec import Struct
from sqlalchemy import insert, select

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import rows, tables
from server.store.database import Tx

UNSIGNED = "unsigned"


class Kind(StrEnum):
    YES = "yes"
    NO = "no"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    KEEP = "keep"
    ERASE = "erase"
    DELETE = "delete"


class Entry(Struct, frozen=True):
    """What happened, as it is hashed into the chain."""

    kind: Kind
    seat: Seat
    at_ms: int
    meeting: str | None = None
    recording: str | None = None
    words_hash: str | None = None
    words_version: str | None = None
    language: str | None = None
    due_ms: int | None = None
    nonce: str | None = None
    key: str | None = None
    signature: str = UNSIGNED


class Receipt(Struct, frozen=True):
    n: int
    """1, 2, 3 in the room."""
    entry: Entry
    previous: str
    """Hash of the receipt before it (64 zeros for the first)."""
    hash: str
    """SHA-256 over `previous` LF the entry with `room` and `n` as JSON with sorted keys; hex."""


class Words(Struct, frozen=True):
    version: str
    language: str
    text_sealed: bytes
    """The text as hashed (label TAB text LF per row), sealed, for it names the pair."""


async def add(tx: Tx, room: str, entry: Entry) -> Receipt:
    """Raises `nonce_used`: the same nonce cannot carry a second answer of the same kind and seat."""
    receipts = tables.receipts
    if entry.nonce is not None and await _nonce_used(tx, room, entry):
        raise VisavisError("nonce_used", "this question has been answered", 409)
    last = (
        await tx.execute(
            select(receipts.c.n, receipts.c.hash).where(receipts.c.room == room).order_by(receipts.c.n.desc()).limit(1)
        )
    ).one_or_none()
    n, previous = (1, rows.FIRST) if last is None else (last.n + 1, last.hash)
    receipt = Receipt(n, entry, previous, _hash(room, n, entry, previous))
    await tx.execute(
        insert(receipts).values(room=room, n=n, previous=previous, hash=receipt.hash, **msgspec.structs.asdict(entry))
    )
    return receipt


async def of_room(tx: Tx, room: str) -> list[Receipt]:
    receipts = tables.receipts
    found = await tx.execute(select(receipts).where(receipts.c.room == room).order_by(receipts.c.n))
    return [Receipt(row.n, rows.convert(row, Entry), row.previous, row.hash) for row in found]


async def verify(tx: Tx, room: str) -> int | None:
    """None if the chain is whole, else the number of the first receipt that does not fit."""
    previous, expected = rows.FIRST, 1
    for receipt in await of_room(tx, room):
        whole = receipt.n == expected and receipt.previous == previous
        if not whole or receipt.hash != _hash(room, receipt.n, receipt.entry, previous):
            return receipt.n
        previous, expected = receipt.hash, expected + 1
    return None


async def keep_words(tx: Tx, room: str, words_hash: str, *, version: str, language: str, text_sealed: bytes) -> None:
    """Keeps the words once; the same again is no error. They name the pair, so they come sealed."""
    if await words(tx, room, words_hash) is None:
        await tx.execute(
            insert(tables.consent_words).values(
                room=room, hash=words_hash, version=version, language=language, text_sealed=text_sealed
            )
        )


async def words(tx: Tx, room: str, words_hash: str) -> Words | None:
    kept = tables.consent_words
    found = await tx.execute(select(kept).where(kept.c.room == room, kept.c.hash == words_hash))
    return rows.one(found.one_or_none(), Words)


async def _nonce_used(tx: Tx, room: str, entry: Entry) -> bool:
    receipts = tables.receipts
    same = select(receipts.c.n).where(
        receipts.c.room == room,
        receipts.c.seat == entry.seat,
        receipts.c.kind == entry.kind,
        receipts.c.nonce == entry.nonce,
    )
    return (await tx.execute(same)).first() is not None


def _hash(room: str, n: int, entry: Entry, previous: str) -> str:
    return rows.link(previous, {"room": room, "n": n, **msgspec.structs.asdict(entry)})
