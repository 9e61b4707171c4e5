"""Keys of what the two make together: board, notes, topics, chat, files.

A room's *content key* is sealed to the room's public key (password or session open it), under each seat cookie's
token, and to each seat's *link pair*, whose secret half lies under the personal link's secret. The *notes key* of a
seat, made in its browser, is sealed under its cookies and to its link pair only: neither the room's password nor the
partner opens it. All of it lies under a subkey of the master key as well. docs/data.md has it in words.
"""

import hashlib
import secrets
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.crypto import primitives
from server.crypto.journals import thing_key
from server.crypto.keys import _HPKE as HPKE
from server.crypto.keys import RoomPair, _id
from server.crypto.master import MasterKeys
from server.errors import VisavisError

LinkPair = RoomPair
"""A seat's X25519 pair; what is sealed to it opens by the personal link alone, also what came after the link."""

_SEAT_BYTES = 8


class What(StrEnum):
    """What a wrap holds. Each has subkeys of its own, so that none can stand in another's place."""

    CONTENT = "content"
    NOTES = "notes"
    ASKED = "asked"
    """The content key again, for a device that waits for the partner's yes, under its request's secret."""


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(primitives.KEY_BYTES)


def _at(room: str, seat: str) -> bytes:
    return _id(room) + seat.encode().ljust(_SEAT_BYTES, b"\0")


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _plain(link_secret: str) -> str:
    """As `keys.seat_secret_hash` reads it: capitals, spaces and dashes do not matter."""
    return "".join(char for char in link_secret.lower() if char.isalnum())


def _wrong(status: int = 403) -> VisavisError:
    return VisavisError("wrong_key", "this does not open this key", status)


def _to_pair(public: bytes, info: bytes, key: bytes) -> bytes:
    return HPKE.encrypt(key, X25519PublicKey.from_public_bytes(public), primitives.LABEL + info)


def _from_pair(secret: bytes, info: bytes, sealed: bytes) -> bytes:
    try:
        return HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(secret), primitives.LABEL + info)
    except (InvalidTag, ValueError):
        raise _wrong(500) from None


# --- the content key, for whoever has the room's secret


def seal_for_room(masters: MasterKeys, room: str, public: bytes, key: bytes) -> bytes:
    """HPKE (RFC 9180, as `keys.wrap_data_key`) to the room's public key, that under the master key."""
    return masters.seal(b"mk-content-room", _id(room), _to_pair(public, b"content" + _id(room), key))


def open_for_room(masters: MasterKeys, room: str, secret: bytes, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_key`, `wrong_master_key` or `damaged` (500)."""
    return _from_pair(secret, b"content" + _id(room), masters.open(b"mk-content-room", _id(room), sealed))


def rewrap_for_room(masters: MasterKeys, room: str, sealed: bytes) -> bytes:
    """The same under the current master key; as all `rewrap_…` here, without opening what lies within."""
    return _rewrap(masters, b"mk-content-room", _id(room), sealed)


# --- under a seat cookie's token


def seal_under_token(masters: MasterKeys, what: What, room: str, seat: str, token: str, key: bytes) -> bytes:
    """`token` has at least 160 random bits (a cookie's, a device request's), and is stored nowhere."""
    at = _at(room, seat)
    kek = primitives.expand(_hashed(token), b"%s-token-kek" % what.encode(), at)
    return masters.seal(b"mk-%s-token" % what.encode(), at, primitives.seal(kek, key, at))


def open_under_token(masters: MasterKeys, what: What, room: str, seat: str, token: str, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_key` (403) for another token, `wrong_master_key` or `damaged` (500)."""
    at = _at(room, seat)
    inner = masters.open(b"mk-%s-token" % what.encode(), at, sealed)
    try:
        return primitives.unseal(primitives.expand(_hashed(token), b"%s-token-kek" % what.encode(), at), inner, at)
    except (InvalidTag, ValueError):
        raise _wrong() from None


def rewrap_under_token(masters: MasterKeys, what: What, room: str, seat: str, sealed: bytes) -> bytes:
    return _rewrap(masters, b"mk-%s-token" % what.encode(), _at(room, seat), sealed)


# --- by the personal link


def seal_link_pair(masters: MasterKeys, room: str, seat: str, pair: LinkPair, link_secret: str) -> bytes:
    """The secret half under the personal link's secret (80 random bits), that under the master key."""
    at = _at(room, seat)
    kek = primitives.expand(_hashed(_plain(link_secret)), b"link-kek", at)
    return masters.seal(b"mk-link", at, primitives.seal(kek, pair.secret, at + pair.public))


def open_link_pair(
    masters: MasterKeys, room: str, seat: str, public: bytes, sealed: bytes, link_secret: str
) -> LinkPair:
    """Raises VisavisError `wrong_key` (403) for another secret, `wrong_master_key` or `damaged` (500)."""
    at = _at(room, seat)
    kek = primitives.expand(_hashed(_plain(link_secret)), b"link-kek", at)
    inner = masters.open(b"mk-link", at, sealed)
    try:
        pair = LinkPair.of(primitives.unseal(kek, inner, at + public))
    except (InvalidTag, ValueError):
        raise _wrong() from None
    if pair.public != public:
        raise VisavisError("damaged", "the seat's two key halves do not belong together", 500)
    return pair


def rewrap_link_pair(masters: MasterKeys, room: str, seat: str, sealed: bytes) -> bytes:
    return _rewrap(masters, b"mk-link", _at(room, seat), sealed)


def seal_for_link(masters: MasterKeys, what: What, room: str, seat: str, public: bytes, key: bytes) -> bytes:
    """To the seat's link pair; needs its public half alone, so a key made later opens by the same link."""
    at = _at(room, seat)
    return masters.seal(b"mk-%s-link" % what.encode(), at, _to_pair(public, b"%s-link" % what.encode() + at, key))


def open_for_link(masters: MasterKeys, what: What, room: str, seat: str, secret: bytes, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_key`, `wrong_master_key` or `damaged` (500)."""
    at = _at(room, seat)
    inner = masters.open(b"mk-%s-link" % what.encode(), at, sealed)
    return _from_pair(secret, b"%s-link" % what.encode() + at, inner)


def rewrap_for_link(masters: MasterKeys, what: What, room: str, seat: str, sealed: bytes) -> bytes:
    return _rewrap(masters, b"mk-%s-link" % what.encode(), _at(room, seat), sealed)


def _rewrap(masters: MasterKeys, use: bytes, context: bytes, sealed: bytes) -> bytes:
    return masters.seal(use, context, masters.open(use, context, sealed))


# --- what the content key opens


def outbox_key(key: bytes, room: str, seat: str) -> bytes:
    """32 bytes: a browser seals with it what it could not send yet."""
    return primitives.expand(key, b"outbox", _at(room, seat))


def _blob_kek(key: bytes, shred: bytes, room: str, blob: str) -> bytes:
    return thing_key(key, shred, room, "blob", blob)


def wrap_data_key(key: bytes, shred: bytes, room: str, blob: str, data_key: bytes) -> bytes:
    """A blob's data key under the content key and its shred key: 60 bytes."""
    return primitives.seal(_blob_kek(key, shred, room, blob), data_key, _id(room) + _id(blob))


def unwrap_data_key(key: bytes, shred: bytes, room: str, blob: str, wrapped: bytes) -> bytes:
    """Raises VisavisError `wrong_key` (500)."""
    try:
        return primitives.unseal(_blob_kek(key, shred, room, blob), wrapped, _id(room) + _id(blob))
    except (InvalidTag, ValueError):
        raise _wrong(500) from None
