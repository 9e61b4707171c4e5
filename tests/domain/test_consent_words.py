"""What is agreed to: the words, their hash, the statement, the signature."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from server.domain import consent
from server.domain.values import Seat

ROOT = Path(__file__).parent.parent.parent
VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "consent.json").read_text("utf-8"))
CATALOGUE: dict[str, str] = json.loads((ROOT / "web" / "words" / "en" / "consent.json").read_text("utf-8"))
DUE = 1_797_600_960_000

PINNED = {
    "1": "675af93460cc4aebea6593dac2904d38fe047456a265fe6fac629c9ddaacdb7a",
    "2": "04e0dcaa42f49654a2c9f373d885e3282f17ee749fd1e4a8b6abc2629778dc95",
    "3": "a209e6dce134ea94fc7d42e1713b0e11b4eb8d6a6ed97a03376d52eaacd732b7",
}
"""What each version of the words says in English. A change of text is a new version, and a new line here."""


def named(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[kind], ids=[case["name"] for case in VECTORS[kind]])


@named("words")
def test_the_words_of_a_vector(case: dict[str, Any]) -> None:
    rows = consent.words(CATALOGUE, case["due_ms"], ZoneInfo(case["time_zone"]), downloads=case["downloads"])
    assert [list(row) for row in rows] == case["rows"]
    assert consent.words_hash(rows) == case["words_hash"]
    assert case["version"] == consent.WORDS_VERSION


def test_a_change_of_the_text_is_a_new_version() -> None:
    said = [consent.words(CATALOGUE, DUE, ZoneInfo("UTC"), downloads=downloads) for downloads in (True, False)]
    assert consent.words_hash([row for rows in said for row in rows]) == PINNED[consent.WORDS_VERSION]


@pytest.mark.parametrize("downloads", [True, False])
def test_the_words_say_all_that_must_be_said(downloads: bool) -> None:
    rows = dict(consent.words(CATALOGUE, DUE, ZoneInfo("Europe/Copenhagen"), downloads=downloads))
    assert list(rows) == ["What", "Until", "To stop", "Who can open it", "Copies", "What for", "Where"]
    assert "Friday 18 December 2026, 14:36 (CET), if it ended now" in rows["Until"]
    assert "Either of you can delete it sooner" in rows["Until"]
    assert "has no button for it; stolen disks open nothing" in rows["Who can open it"]
    assert "whoever controls the running server while you record or listen could" in rows["Who can open it"]
    assert ("No deletion reaches a saved copy" in rows["Copies"]) == downloads


def test_the_words_promise_no_more_than_is_so() -> None:
    for key, text in CATALOGUE.items():
        assert "provabl" not in text.lower(), key
        assert "nobody can" not in text.lower(), key


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_and_weekday_has_its_name(month: int) -> None:
    for day in range(7):
        at_ms = (month * 30 + day) * 86_400_000
        assert "{" not in consent.moment(CATALOGUE, at_ms, ZoneInfo("Pacific/Auckland"))


def test_every_reason_of_an_end_or_a_pause_has_its_words() -> None:
    text = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    pauses, ends = text.split("Reasons of a pause:")[1].split("Retention (HTTP)")[0].split("Reasons of an end")
    assert {f"consent.paused.{code}" for code in re.findall("`([a-z_]+)`", pauses)} <= set(CATALOGUE)
    assert {f"consent.reason.{code}" for code in re.findall("`([a-z_]+)`", ends)} <= set(CATALOGUE)


@named("hashes")
def test_the_hash_of_a_vector(case: dict[str, Any]) -> None:
    assert consent.words_hash([(label, text) for label, text in case["rows"]]) == case["words_hash"]


@named("statements")
def test_the_statement_and_signature_of_a_vector(case: dict[str, Any]) -> None:
    fields = dict(case["fields"])
    text = consent.statement(fields.pop("answer"), seat=Seat(fields.pop("seat")), **fields)
    assert text == case["text"].encode()
    assert _signed(case["spki"], case["signature"], text) == case["valid"]


def _signed(spki: str, signature: str, text: bytes) -> bool:
    key = load_der_public_key(_bytes(spki))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    raw = _bytes(signature)
    if len(raw) != 64:
        return False
    try:
        numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key.verify(encode_dss_signature(*numbers), text, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
