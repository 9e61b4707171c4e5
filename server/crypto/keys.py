"""Who can open what: the room's key pair, data keys, shred keys, sessions, names and titles.

Ids (room, recording, part) are the 16 characters of `server.ids`. Everything sealed is `bytes`, ready for a column.
`root` is what `passwords.derive` gives. Secrets never show in a repr.
"""

from dataclasses import dataclass, field

from server.crypto.master import MasterKey, MasterKeys

__all__ = ["MasterKey", "MasterKeys", "RoomPair"]  # the functions below too


@dataclass(frozen=True)
class RoomPair:
    """A room's X25519 pair (RFC 7748), 32 bytes each. Recording needs the public half alone."""

    public: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "RoomPair":
        raise NotImplementedError


# --- the room's secret: under the password, and that under the master key -------------------------------------------


def seal_room_secret(masters: MasterKeys, room: str, pair: RoomPair, root: bytes) -> bytes:
    """The secret half under the password's root, then under the current master key. Also how a password is changed."""
    raise NotImplementedError


def open_room_secret(masters: MasterKeys, room: str, public: bytes, sealed: bytes, root: bytes) -> RoomPair:
    """Raises VisavisError `wrong_password` (403), `wrong_master_key` (500) or `damaged` (500)."""
    raise NotImplementedError


def rewrap_room_secret(masters: MasterKeys, room: str, sealed: bytes) -> bytes:
    """The same secret under the current master key; needs no password. Raises as `open_room_secret`."""
    raise NotImplementedError


# --- data keys: one per part, sealed to the room's public key and under the recording's shred key -------------------


def new_data_key() -> bytes:
    """32 random bytes that seal one part (one file)."""
    raise NotImplementedError


def wrap_data_key(public: bytes, shred: bytes, room: str, recording: str, part: str, data_key: bytes) -> bytes:
    """HPKE (RFC 9180; X25519, HKDF-SHA256, AES-256-GCM) to the room, that under the shred key: 108 bytes."""
    raise NotImplementedError


def unwrap_data_key(secret: bytes, shred: bytes, room: str, recording: str, part: str, wrapped: bytes) -> bytes:
    """Raises VisavisError `wrong_key` (500): other shred key, other room secret, other ids, or altered."""
    raise NotImplementedError


def new_shred_key() -> bytes:
    """32 random bytes; once they are destroyed the recording is gone."""
    raise NotImplementedError


def seal_shred_key(masters: MasterKeys, room: str, recording: str, shred: bytes) -> bytes:
    """For the row in keys.db."""
    raise NotImplementedError


def open_shred_key(masters: MasterKeys, room: str, recording: str, sealed: bytes) -> bytes:
    """Raises VisavisError `wrong_master_key` or `damaged` (500)."""
    raise NotImplementedError


# --- sessions, cookies, seats -----------------------------------------------------------------------------------------


def new_token() -> str:
    """256 random bits, base64url, 43 characters: for a session or a seat cookie."""
    raise NotImplementedError


def token_hash(token: str) -> bytes:
    """32 bytes under which a token is looked up; tells nothing about the token, nor about what it opens."""
    raise NotImplementedError


def seal_session(masters: MasterKeys, room: str, pair: RoomPair, token: str) -> bytes:
    """The room's secret under the session's token and a subkey of the master key: neither opens it alone."""
    raise NotImplementedError


def open_session(masters: MasterKeys, room: str, public: bytes, sealed: bytes, token: str) -> RoomPair:
    """Raises VisavisError `wrong_key` (403) for another token, `wrong_master_key` or `damaged` (500)."""
    raise NotImplementedError


def new_seat_secret() -> str:
    """80 random bits, 16 characters of lower-case base32, for a personal link."""
    raise NotImplementedError


def seat_secret_hash(room: str, seat: str, secret: str) -> bytes:
    """32 bytes to store; capitals, spaces and dashes in the secret do not matter."""
    raise NotImplementedError


# --- names and titles -------------------------------------------------------------------------------------------------


def seal_text(masters: MasterKeys, room: str, field: str, text: str) -> bytes:
    """A title or a name under a master subkey, bound to its room and field (such as "title", "name.mentor")."""
    raise NotImplementedError


def open_text(masters: MasterKeys, room: str, field: str, sealed: bytes) -> str:
    """Raises VisavisError `wrong_master_key` or `damaged` (500)."""
    raise NotImplementedError


def rewrap_text(masters: MasterKeys, room: str, field: str, sealed: bytes) -> bytes:
    """The same text under the current master key."""
    raise NotImplementedError


# --- how long a part was known to be ------------------------------------------------------------------------------------


def checkpoint_mac(masters: MasterKeys, room: str, recording: str, part: str, seq: int, size: int) -> bytes:
    """48 bytes vouching that this part had `size` bytes and `seq` records on disk."""
    raise NotImplementedError


def checkpoint_holds(
    masters: MasterKeys, room: str, recording: str, part: str, seq: int, size: int, mac: bytes
) -> bool:
    """Whether that MAC is ours, compared in constant time."""
    raise NotImplementedError
