"""The few building blocks everything sealed is made of: HKDF-Expand, AES-256-GCM boxes, SHA-256.

Every derived key carries `LABEL` and a word for its use, so that no two uses ever share a key.
"""

import hashlib
import secrets

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

LABEL = b"visavis.rec/v1 "
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


def expand(key: bytes, use: bytes, context: bytes = b"", length: int = KEY_BYTES) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869 section 2.3); info is LABEL, the use, the context."""
    return HKDFExpand(hashes.SHA256(), length, LABEL + use + context).derive(key)


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """A box: 12 random bytes of nonce, then AES-256-GCM ciphertext and tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def unseal(key: bytes, box: bytes, aad: bytes) -> bytes:
    """What `seal` put in.

    Raises:
        cryptography.exceptions.InvalidTag: another key, other associated data, or an altered box.
        ValueError: too short to be a box.
    """
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise ValueError("too short to be a box")
    return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], aad)


def digest(use: bytes, *parts: bytes) -> bytes:
    """SHA-256 over LABEL, the use, and the parts (each of a fixed length, or the last one)."""
    return hashlib.sha256(LABEL + use + b"".join(parts)).digest()
