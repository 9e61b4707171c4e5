"""Room passwords: offered ones, people's own, and the 32 bytes that Argon2id makes of them."""

import functools
import secrets
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from xkcdpass import xkcd_password

from server.errors import VisavisError

OFFERED_WORDS = 6
MIN_LENGTH = 8
MAX_LENGTH = 256
MIN_DISTINCT = 4
SALT_BYTES = 16


@dataclass(frozen=True)
class Argon2Params:
    """What Argon2id (RFC 9106) costs; stored per room, so that it can grow later.

    Raises:
        ValueError: outside what this server would ever wait for (1 to 16 passes, 1 to 4 lanes, at most 1 GiB).
    """

    passes: int = 2
    memory_kib: int = 19456
    lanes: int = 1

    def __post_init__(self) -> None:
        if not (1 <= self.passes <= 16 and 1 <= self.lanes <= 4 and 8 * self.lanes <= self.memory_kib <= 1 << 20):
            raise ValueError("Argon2id parameters out of range")


@functools.cache
def _words() -> tuple[str, ...]:
    found = xkcd_password.generate_wordlist(wordfile="eff-long", min_length=1, max_length=30)
    return tuple(sorted(found))


@functools.cache
def _bare_words() -> frozenset[str]:
    """The list without the dashes four of its words have; no word is the beginning of another, so a split is unique."""
    return frozenset(word.replace("-", "") for word in _words())


def offer() -> str:
    """Six words of the EFF long list, joined by single spaces: 77.5 random bits."""
    return " ".join(secrets.choice(_words()) for _ in range(OFFERED_WORDS))


def _bare(text: str) -> str:
    """NFC, without white space and dashes (also the ones phones put in for a hyphen), casefolded."""
    kept = (char for char in unicodedata.normalize("NFC", text) if not _is_space_or_dash(char))
    return unicodedata.normalize("NFC", "".join(kept).casefold())


def _is_space_or_dash(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Pd", "Cf"} or char == "\N{MINUS SIGN}"


def is_offered(text: str) -> bool:
    """Whether the text is six words of that list, whatever its capitals, spaces and dashes."""
    if len(text) > MAX_LENGTH:
        return False
    bare, start, words = _bare(text), 0, 0
    for end in range(1, len(bare) + 1):
        if bare[start:end] in _bare_words():
            start, words = end, words + 1
    return words == OFFERED_WORDS and start == len(bare)


def normalise(text: str, *, offered: bool | None = None) -> bytes:
    """The bytes that are hashed: NFC, UTF-8; of an offered password spaces, dashes and capitals do not matter.

    `offered` None asks `is_offered`: the same text always gives the same bytes, and nothing need be stored.
    """
    if offered is None:
        offered = is_offered(text)
    plain = _bare(text) if offered else unicodedata.normalize("NFC", text)
    return plain.encode("utf-8", "surrogatepass")


def check(text: str) -> None:
    """Refuse what nobody should lock a room with; an offered password always passes.

    Raises:
        VisavisError: `weak_password` (422; min_length, max_length in `more`).
    """
    plain = unicodedata.normalize("NFC", text).strip()
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH or len(set(plain)) < MIN_DISTINCT:
        raise VisavisError(
            "weak_password",
            f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters, at least {MIN_DISTINCT} of them different",
            422,
            min_length=MIN_LENGTH,
            max_length=MAX_LENGTH,
        )


def new_salt() -> bytes:
    """16 random bytes, one salt per room and password."""
    return secrets.token_bytes(SALT_BYTES)


def derive(password: bytes, salt: bytes, params: Argon2Params) -> bytes:
    """Argon2id (RFC 9106, version 0x13) of the normalised password: the 32-byte `root`.

    Takes tens of milliseconds and MiB and releases the GIL: call it in an executor, behind a limit.
    """
    kdf = Argon2id(salt=salt, length=32, iterations=params.passes, lanes=params.lanes, memory_cost=params.memory_kib)
    return kdf.derive(password)
