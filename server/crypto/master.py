"""The server's master keys: a small text file of its own, outside the data directory and its backups."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MasterKey:
    """32 secret bytes; the id is made from them, so a mistyped key is noticed."""

    id: str
    secret: bytes = field(repr=False)


class MasterKeys:
    """The current key seals; every key of the file still opens, until all is rewrapped and the old one is taken out."""

    @classmethod
    def new(cls) -> "MasterKeys":
        """One fresh key."""
        raise NotImplementedError

    @classmethod
    def load(cls, text: str) -> "MasterKeys":
        """From the file's text. Raises VisavisError `bad_master_key_file` (500, with line) saying what is wrong, never the key."""
        raise NotImplementedError

    def to_text(self) -> str:
        """The file's text; `load` gives the same keys back."""
        raise NotImplementedError

    def rotated(self) -> "MasterKeys":
        """A fresh current key before the ones there are."""
        raise NotImplementedError

    @property
    def current(self) -> MasterKey:
        raise NotImplementedError

    def by_id(self, key_id: str) -> MasterKey:
        """Raises VisavisError `wrong_master_key` (500)."""
        raise NotImplementedError

    def seal(self, use: bytes, context: bytes, plaintext: bytes, aad: bytes = b"") -> bytes:
        """Under a subkey (use, context) of the current key: version 1, key id, nonce, ciphertext and tag."""
        raise NotImplementedError

    def open(self, use: bytes, context: bytes, box: bytes, aad: bytes = b"") -> bytes:
        """Raises VisavisError `wrong_master_key` (no such key here) or `damaged` (500)."""
        raise NotImplementedError

    def is_current(self, box: bytes) -> bool:
        """Whether a box (of any kind made here) lies under the current key; if not, it is due for rewrapping."""
        raise NotImplementedError
