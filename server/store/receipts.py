"""Consent, on paper: every yes and no with the words shown, hash-chained per room, and the words themselves."""

from enum import StrEnum

from msgspec import Struct

from server.domain.messages import Seat
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
    """SHA-256 of `previous` LF the entry as canonical JSON; hex."""


class Words(Struct, frozen=True):
    version: str
    language: str
    text_sealed: bytes
    """The text as hashed (label TAB text LF per row), sealed, for it names the pair."""


async def add(tx: Tx, room: str, entry: Entry) -> Receipt:
    """Raises `nonce_used`: the same nonce cannot carry a second answer of the same kind and seat."""
    raise NotImplementedError


async def of_room(tx: Tx, room: str) -> list[Receipt]:
    raise NotImplementedError


async def verify(tx: Tx, room: str) -> int | None:
    """None if the chain is whole, else the number of the first receipt that does not fit."""
    raise NotImplementedError


async def keep_words(tx: Tx, room: str, words_hash: str, *, version: str, language: str, text_sealed: bytes) -> None:
    """Keeps the words once; the same again is no error. They name the pair, so they come sealed."""
    raise NotImplementedError


async def words(tx: Tx, room: str, words_hash: str) -> Words | None:
    raise NotImplementedError
