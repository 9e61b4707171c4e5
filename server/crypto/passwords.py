"""Room passwords: offered ones, people's own, and the 32 bytes that Argon2id makes of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Argon2Params:
    """What Argon2id (RFC 9106) costs; stored per room, so that it can grow later."""

    passes: int = 2
    memory_kib: int = 19456
    lanes: int = 1


def offer() -> str:
    """Six words of the EFF long list, joined by single spaces: 77.5 random bits."""
    raise NotImplementedError


def is_offered(text: str) -> bool:
    """Whether the text is six words of that list, whatever its capitals, spaces and dashes."""
    raise NotImplementedError


def normalise(text: str, *, offered: bool | None = None) -> bytes:
    """The bytes that are hashed: NFC, UTF-8; of an offered password spaces, dashes and capitals do not matter.

    `offered` None asks `is_offered`: the same text always gives the same bytes, and nothing need be stored.
    """
    raise NotImplementedError


def check(text: str) -> None:
    """Raises VisavisError `weak_password` (422, with min_length, max_length) when nobody should lock a room with it."""
    raise NotImplementedError


def derive(password: bytes, salt: bytes, params: Argon2Params) -> bytes:
    """Argon2id of the normalised password: 32 bytes. Takes tens of milliseconds and MiB, releases the GIL: call in an executor."""
    raise NotImplementedError
