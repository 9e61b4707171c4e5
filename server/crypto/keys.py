"""Who can open what: the room's key pair, data keys, shred keys, sessions, names and titles.

Ids (room, recording, part) are the 16 characters of `server.ids`. Everything sealed is `bytes`, ready for a column.
`root` is what `passwords.derive` gives. Secrets never show in a repr. docs/recording-format.md has it all in words.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.crypto import primitives
from server.crypto.master import MasterKey as MasterKey
from server.crypto.master import MasterKeys as MasterKeys
from server.errors import VisavisError

_HPKE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True)
class RoomPair:
    """A room's X25519 pair (RFC 7748), 32 bytes each. Recording needs the public half alone."""

    public: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "RoomPair":
        """A fresh pair."""
        return cls.of(secrets.token_bytes(primitives.KEY_BYTES))

    @classmethod
    def of(cls, secret: bytes) -> "RoomPair":
        """The pair that a secret half belongs to."""
        return cls(X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw(), secret)


def _id(name: str) -> bytes:
    """An id's 16 ASCII bytes; of fixed length, so that they may be joined without marks between them."""
    raw = name.encode("ascii", "replace")
    if len(raw) != 16:
        raise ValueError("an id has 16 characters")
    return raw


def _password_kek(root: bytes, room: str) -> bytes:
    return primitives.expand(root, b"pw-kek", _id(room))


def _session_kek(token: str, room: str) -> bytes:
    # A token has 256 random bits: hashed to one length it serves as a key without being slowed down.
    return primitives.expand(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest(), b"session-kek", _id(room))


def _shred_kek(shred: bytes, recording: str) -> bytes:
    return primitives.expand(shred, b"shred-kek", _id(recording))


def _wrong_password() -> VisavisError:
    return VisavisError("wrong_password", "this password does not open the room", 403)


def _open_pair(kek: bytes, inner: bytes, room: str, public: bytes, wrong: VisavisError) -> RoomPair:
    """That the box opens is the only check of a password or a token there is: no verifier is stored."""
    try:
        pair = RoomPair.of(primitives.unseal(kek, inner, _id(room) + public))
    except (InvalidTag, ValueError):
        raise wrong from None
    if pair.public != public:
        raise VisavisError("damaged", "the room's two key halves do not belong together", 500)
    return pair


# --- the room's secret: under the password, and that under the master key


def seal_room_secret(masters: MasterKeys, room: str, pair: RoomPair, root: bytes) -> bytes:
    """The secret half under the password's root, then under the current master key. Also how a password is changed."""
    inner = primitives.seal(_password_kek(root, room), pair.secret, _id(room) + pair.public)
    return masters.seal(b"mk-room", _id(room), inner)


def open_room_secret(masters: MasterKeys, room: str, public: bytes, sealed: bytes, root: bytes) -> RoomPair:
    """Raises VisavisError `wrong_password` (403), `wrong_master_key` (500) or `damaged` (500)."""
    inner = masters.open(b"mk-room", _id(room), sealed)
    return _open_pair(_password_kek(root, room), inner, room, public, _wrong_password())


def rewrap_room_secret(masters: MasterKeys, room: str, sealed: bytes) -> bytes:
    """The same secret under the current master key; needs no password. Raises as `open_room_secret`."""
    return masters.seal(b"mk-room", _id(room), masters.open(b"mk-room", _id(room), sealed))


# --- data keys: one per part, sealed to the room's public key and under the recording's shred key


def new_data_key() -> bytes:
    """32 random bytes that seal one part (one file)."""
    return secrets.token_bytes(primitives.KEY_BYTES)


def wrap_data_key(public: bytes, shred: bytes, room: str, recording: str, part: str, data_key: bytes) -> bytes:
    """HPKE (RFC 9180; X25519, HKDF-SHA256, AES-256-GCM) to the room, that under the shred key: 108 bytes."""
    names = _id(room) + _id(recording) + _id(part)
    to_room = _HPKE.encrypt(data_key, X25519PublicKey.from_public_bytes(public), primitives.LABEL + b"dek" + names)
    return primitives.seal(_shred_kek(shred, recording), to_room, names)


def unwrap_data_key(secret: bytes, shred: bytes, room: str, recording: str, part: str, wrapped: bytes) -> bytes:
    """Raises VisavisError `wrong_key` (500): other shred key, other room secret, other ids, or altered."""
    names = _id(room) + _id(recording) + _id(part)
    try:
        to_room = primitives.unseal(_shred_kek(shred, recording), wrapped, names)
        pair_secret = X25519PrivateKey.from_private_bytes(secret)
        return _HPKE.decrypt(to_room, pair_secret, primitives.LABEL + b"dek" + names)
    except (InvalidTag, ValueError):
        raise VisavisError("wrong_key", "these keys do not open this part's key", 500) from None


def new_shred_key() -> bytes:
    """32 random bytes; once they are destroyed the recording is gone."""
    return secrets.token_bytes(primitives.KEY_BYTES)


def seal_shred_key(masters: MasterKeys, room: str, recording: str, shred: bytes) -> bytes:
    """For the row in keys.db."""
    return masters.seal(b"mk-shred", _id(room) + _id(recording), shred)


def open_shred_key(masters: MasterKeys, room: str, recording: str, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_master_key` or `damaged` (500)."""
    return masters.open(b"mk-shred", _id(room) + _id(recording), sealed)


def rewrap_shred_key(masters: MasterKeys, room: str, recording: str, sealed: bytes) -> bytes:
    """The same shred key under the current master key."""
    return seal_shred_key(masters, room, recording, open_shred_key(masters, room, recording, sealed))


# --- sessions, cookies, seats


def new_token() -> str:
    """256 random bits, base64url, 43 characters: for a session or a seat cookie."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """32 bytes under which a token is looked up; tells nothing about the token, nor about what it opens."""
    return primitives.digest(b"token-hash", token.encode("utf-8", "surrogatepass"))


def seal_session(masters: MasterKeys, room: str, pair: RoomPair, token: str) -> bytes:
    """The room's secret under the session's token and a subkey of the master key: neither opens it alone."""
    inner = primitives.seal(_session_kek(token, room), pair.secret, _id(room) + pair.public)
    return masters.seal(b"mk-session", _id(room), inner)


def open_session(masters: MasterKeys, room: str, public: bytes, sealed: bytes, token: str) -> RoomPair:
    """Raises VisavisError `wrong_key` (403) for another token, `wrong_master_key` or `damaged` (500)."""
    inner = masters.open(b"mk-session", _id(room), sealed)
    wrong = VisavisError("wrong_key", "this token does not open this session", 403)
    return _open_pair(_session_kek(token, room), inner, room, public, wrong)


def new_seat_secret() -> str:
    """80 random bits, 16 characters of lower-case base32, for a personal link."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def seat_secret_hash(room: str, seat: str, secret: str) -> bytes:
    """32 bytes to store; capitals, spaces and dashes in the secret do not matter."""
    plain = "".join(char for char in secret.lower() if char.isalnum())
    return primitives.digest(b"seat-secret", _id(room), hashlib.sha256(seat.encode()).digest(), plain.encode())


# --- names and titles


def seal_text(masters: MasterKeys, room: str, field: str, text: str) -> bytes:
    """A title or a name under a master subkey, bound to its room and field (such as "title", "name.mentor")."""
    return masters.seal(b"mk-text", _id(room), text.encode(), field.encode())


def open_text(masters: MasterKeys, room: str, field: str, sealed: bytes) -> str:
    """Raises VisavisError `wrong_master_key` or `damaged` (500)."""
    return masters.open(b"mk-text", _id(room), sealed, field.encode()).decode()


def rewrap_text(masters: MasterKeys, room: str, field: str, sealed: bytes) -> bytes:
    """The same text under the current master key."""
    return seal_text(masters, room, field, open_text(masters, room, field, sealed))


# --- how long a part was known to be


_MAC_ID_BYTES = 16


def _checkpoint_mac(key: MasterKey, room: str, recording: str, part: str, seq: int, size: int) -> bytes:
    told = _id(room) + _id(recording) + _id(part) + seq.to_bytes(8) + size.to_bytes(8)
    return key.id.encode() + hmac.digest(key.subkey(b"mk-checkpoint", b""), told, "sha256")


def checkpoint_mac(masters: MasterKeys, room: str, recording: str, part: str, seq: int, size: int) -> bytes:
    """48 bytes vouching that this part had `size` bytes and `seq` records on disk."""
    return _checkpoint_mac(masters.current, room, recording, part, seq, size)


def checkpoint_holds(
    masters: MasterKeys, room: str, recording: str, part: str, seq: int, size: int, mac: bytes
) -> bool:
    """Whether that MAC is ours, compared in constant time. One under a key that was taken out since vouches for
    nothing any more, and is no reason to refuse the recording."""
    key_id = mac[:_MAC_ID_BYTES].decode("ascii", "replace")
    if key_id not in masters.ids:
        return False
    return hmac.compare_digest(mac, _checkpoint_mac(masters.by_id(key_id), room, recording, part, seq, size))
