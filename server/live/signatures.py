"""Seat keys: the P-256 key a browser signs consents with, never leaves the browser, and is known here by its SPKI."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.errors import VisavisError

SIGNATURE_BYTES = 64
"""IEEE P1363: r and s, 32 bytes each, big-endian; what WebCrypto gives."""


def from_base64url(text: str) -> bytes:
    """RFC 4648 section 5 without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def read_spki(text: str) -> bytes:
    """A public key as WebCrypto exports it (SubjectPublicKeyInfo, base64url), checked to be a point of P-256.

    Raises VisavisError `bad_key` 400.
    """
    try:
        spki = from_base64url(text)
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        raise VisavisError("bad_key", "This is not a public key.", 400) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise VisavisError("bad_key", "A seat's key is an ECDSA key on P-256.", 400)
    return spki


def is_signed(spki: bytes, statement: bytes, signature: str) -> bool:
    """Whether `signature` (base64url) is that key's ECDSA/SHA-256 over the statement."""
    try:
        raw = from_base64url(signature)
    except ValueError:
        return False
    key = load_der_public_key(spki)
    if len(raw) != SIGNATURE_BYTES or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    half = SIGNATURE_BYTES // 2
    encoded = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
    try:
        key.verify(encoded, statement, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
