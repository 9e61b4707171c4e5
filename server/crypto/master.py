"""The server's master keys: a small text file of its own, outside the data directory and its backups.

    # Visavis master keys. Keep a copy in a safe place. ...
    visavis-master-keys 1
    key <id, 16 characters> <key, 64 hexadecimal digits>

The first key seals; every key opens. Lines that are empty or begin with # are passed over.
"""

import base64
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from server.crypto import primitives
from server.errors import VisavisError

_HEADING = """\
# Visavis master keys. Without this file no recording, name or title of this server can be opened: keep a copy
# in a safe place, never beside a backup of the data. The first key seals, the others still open.
visavis-master-keys 1
"""
_BOX_VERSION = 1
_ID_BYTES = 16
_PREFIX_BYTES = 1 + _ID_BYTES
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class MasterKey:
    """32 secret bytes; the id is made from them, so a mistyped key is noticed."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "MasterKey":
        """The id is base32 of the first 10 bytes of a SHA-256 of the key."""
        short = primitives.digest(b"mk-id", secret)[:10]
        return cls(base64.b32encode(short).decode().lower(), secret)

    def subkey(self, use: bytes, context: bytes) -> bytes:
        """32 bytes for one use only (RFC 5869 section 2.3)."""
        return primitives.expand(self.secret, use, context)


def _bad_file(line: int, what: str) -> VisavisError:
    return VisavisError("bad_master_key_file", f"master key file, line {line}: {what}", 500, line=line)


def _damaged() -> VisavisError:
    return VisavisError("damaged", "something sealed under the master key has been altered", 500)


def _parse_key(number: int, line: str) -> MasterKey:
    words = line.split()
    if len(words) != 3 or words[0] != "key":
        raise _bad_file(number, "expected: key, its id, its 64 hexadecimal digits")
    if not _HEX_KEY.fullmatch(words[2]):
        raise _bad_file(number, "a key is 64 digits 0 to 9 and a to f")
    key = MasterKey.of(bytes.fromhex(words[2]))
    if key.id != words[1]:
        raise _bad_file(number, "this id does not belong to this key; one of them is mistyped")
    return key


class MasterKeys:
    """The current key seals; every key of the file still opens, until all is rewrapped and the old one is taken out."""

    def __init__(self, keys: Iterable[MasterKey]) -> None:
        self._keys = tuple(keys)
        if not self._keys:
            raise ValueError("at least one master key is needed")
        self._by_id = {key.id: key for key in self._keys}

    @classmethod
    def new(cls) -> "MasterKeys":
        """One fresh key."""
        return cls([MasterKey.of(secrets.token_bytes(primitives.KEY_BYTES))])

    @classmethod
    def load(cls, text: str) -> "MasterKeys":
        """The keys of a file's text.

        Raises:
            VisavisError: `bad_master_key_file` (500, with `line`), saying what is wrong, never the key.
        """
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
        lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
        if not lines or lines[0][1].split()[:1] != ["visavis-master-keys"]:
            raise _bad_file(lines[0][0] if lines else 1, "expected: visavis-master-keys 1")
        if lines[0][1].split() != ["visavis-master-keys", "1"]:
            raise _bad_file(lines[0][0], "only version 1 is known; the file comes from a newer Visavis")
        keys = [_parse_key(number, line) for number, line in lines[1:]]
        if not keys:
            raise _bad_file(lines[0][0], "there is no key below this line")
        if len({key.id for key in keys}) != len(keys):
            raise _bad_file(lines[0][0], "the same key stands there twice")
        return cls(keys)

    def to_text(self) -> str:
        """The file's text; `load` gives the same keys back."""
        return _HEADING + "".join(f"key {key.id} {key.secret.hex()}\n" for key in self._keys)

    def rotated(self) -> "MasterKeys":
        """A fresh current key before the ones there are."""
        return MasterKeys([MasterKey.of(secrets.token_bytes(primitives.KEY_BYTES)), *self._keys])

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, the current one first."""
        return tuple(key.id for key in self._keys)

    @property
    def current(self) -> MasterKey:
        """The key that seals."""
        return self._keys[0]

    def by_id(self, key_id: str) -> MasterKey:
        """Raises VisavisError `wrong_master_key` (500)."""
        try:
            return self._by_id[key_id]
        except KeyError:
            detail = "this was sealed under a master key that is not in the master key file"
            raise VisavisError("wrong_master_key", detail, 500) from None

    def seal(self, use: bytes, context: bytes, plaintext: bytes, aad: bytes = b"") -> bytes:
        """Under a subkey (use, context) of the current key: version 1, key id, nonce, ciphertext and tag."""
        prefix = bytes([_BOX_VERSION]) + self.current.id.encode()
        return prefix + primitives.seal(self.current.subkey(use, context), plaintext, context + prefix + aad)

    def open(self, use: bytes, context: bytes, box: bytes, aad: bytes = b"") -> bytes:
        """Raises VisavisError `wrong_master_key` (no such key here) or `damaged` (500)."""
        key, prefix = self.of_box(box), box[:_PREFIX_BYTES]
        try:
            return primitives.unseal(key.subkey(use, context), box[_PREFIX_BYTES:], context + prefix + aad)
        except (InvalidTag, ValueError):
            raise _damaged() from None

    def of_box(self, box: bytes) -> MasterKey:
        """The key a box lies under. Raises as `open`."""
        if len(box) < _PREFIX_BYTES or box[0] != _BOX_VERSION or not box[1:_PREFIX_BYTES].isalnum():
            raise _damaged()
        return self.by_id(box[1:_PREFIX_BYTES].decode())

    def is_current(self, box: bytes) -> bool:
        """Whether a box (of any kind made here) lies under the current key; if not, it is due for rewrapping."""
        return box[1:_PREFIX_BYTES] == self.current.id.encode()
