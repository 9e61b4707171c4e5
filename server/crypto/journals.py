"""Sealing what the two make together: batches of a log, chat entries, chunks of snapshots.

Each is sealed under the room's content key *and* a shred key of its own (a log's generation, a snapshot, a chat entry
has one): with either gone, nothing opens it. Associated data binds a box to its room, its log and its place there.
"""

from cryptography.exceptions import InvalidTag

from server.crypto import primitives
from server.crypto.keys import new_shred_key as new_shred_key
from server.crypto.master import MasterKeys
from server.errors import VisavisError


def thing_key(content: bytes, shred: bytes, room: str, kind: str, thing: str) -> bytes:
    """32 bytes made of the room's content key and the thing's shred key; neither tells anything without the other."""
    name = f"{room} {kind} {thing}".encode()
    halves = primitives.expand(content, b"thing-content ", name), primitives.expand(shred, b"thing-shred ", name)
    return primitives.digest(b"thing-key", *halves)


def seal_thing_shred(masters: MasterKeys, room: str, kind: str, thing: str, shred: bytes) -> bytes:
    """For the row in keys.db."""
    return masters.seal(b"mk-thing", room.encode(), shred, f" {kind} {thing}".encode())


def open_thing_shred(masters: MasterKeys, room: str, kind: str, thing: str, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_master_key` or `damaged` (500)."""
    return masters.open(b"mk-thing", room.encode(), sealed, f" {kind} {thing}".encode())


def seal(key: bytes, place: bytes, plain: bytes) -> bytes:
    """`place` says where it lies, as the functions below do; it must be given again to open."""
    return primitives.seal(key, plain, place)


def open_sealed(key: bytes, place: bytes, box: bytes) -> bytes:
    """Raises VisavisError `damaged` (500): another key, another place, or altered."""
    try:
        return primitives.unseal(key, box, place)
    except (InvalidTag, ValueError):
        raise VisavisError("damaged", "something sealed with the room has been altered", 500) from None


def batch_place(room: str, log: str, first: int, last: int, names: bytes) -> bytes:
    """`names`: seats, local names and times of the entries, which lie beside the box in clear."""
    return f"{room} {log} {first} {last} ".encode() + names


def chat_place(room: str, n: int, seat: str, local: str, at_ms: int) -> bytes:
    return f"{room} chat {n} {seat} {local} {at_ms}".encode()


def chunk_place(room: str, log: str, snapshot: str, upto: int, place: int, last: bool) -> bytes:
    """`last`: so that a snapshot without its end does not open."""
    return f"{room} {log} {snapshot} {upto} {place} {'last' if last else 'more'}".encode()


OVERHEAD = primitives.NONCE_BYTES + primitives.TAG_BYTES
"""Bytes a box has more than what is in it."""
