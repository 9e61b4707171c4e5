"""Identifiers: 80 random bits, 16 characters of lower-case base32 (RFC 4648 section 6)."""

import base64
import re
import secrets

_ID = re.compile(r"[a-z2-7]{16}")


def new_id() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None
