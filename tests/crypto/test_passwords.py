"""Passwords: what is offered, what is the same password, what is too weak, what Argon2id makes of it."""

import unicodedata

import pytest

from server.crypto import passwords
from server.crypto.passwords import Argon2Params
from server.errors import VisavisError

SMALL = Argon2Params(passes=1, memory_kib=64, lanes=1)


def test_offers_are_six_words_and_differ() -> None:
    offers = {passwords.offer() for _ in range(50)}
    assert len(offers) == 50
    for text in offers:
        assert len(text.split()) == 6
        assert passwords.is_offered(text)
        passwords.check(text)


@pytest.mark.parametrize(
    "typed",
    [
        "abacus zoom yo-yo drop-down unicorn tulip",
        "  Abacus  ZOOM Yo-Yo drop-down unicorn tulip ",
        "abacus-zoom-yoyo-dropdown-unicorn-tulip",
        "abacuszoomyoyodropdownunicorntulip",
        "ABACUS\N{EN DASH}zoom\N{EM DASH}yo\N{NON-BREAKING HYPHEN}yo\N{NO-BREAK SPACE}dropdown\tunicorn tulip",
        "abacus zoom yo\N{MINUS SIGN}yo drop\N{HYPHEN}down unicorn tulip\N{ZERO WIDTH NO-BREAK SPACE}",
    ],
)
def test_an_offered_password_forgives_capitals_spaces_and_dashes(typed: str) -> None:
    assert passwords.is_offered(typed)
    assert passwords.normalise(typed) == b"abacuszoomyoyodropdownunicorntulip"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abacus zoom yoyo dropdown unicorn",
        "abacus zoom yoyo dropdown unicorn tulip tulip",
        "abacus zoom yoyo dropdown unicorn tulipx",
        "abacus zoom yoyo dropdown unicorn tulipp",
        "abacus zoom yoyo dropdown unicorn tulip " * 100,
    ],
)
def test_anything_else_is_not_offered(typed: str) -> None:
    assert not passwords.is_offered(typed)


def test_an_own_password_keeps_its_capitals_and_spaces() -> None:
    assert passwords.normalise("My Own-Secret") != passwords.normalise("my own-secret")
    assert passwords.normalise(" padded one ") == b" padded one "


def test_two_spellings_of_one_letter_are_one_password() -> None:
    text = "Smørrebrød på café"
    assert passwords.normalise(unicodedata.normalize("NFD", text)) == passwords.normalise(text) == text.encode()


@pytest.mark.parametrize("text", ["", "short", "       a", "a" * 8, "abababab" * 3, "x" * 257, "ab cd" + "e" * 300])
def test_weak_passwords_are_refused(text: str) -> None:
    with pytest.raises(VisavisError) as refused:
        passwords.check(text)
    assert refused.value.code == "weak_password"
    assert refused.value.more["min_length"] == 8
    assert text == "" or text not in str(refused.value)


def test_eight_characters_are_enough() -> None:
    passwords.check("blå stol")


def test_argon2id_gives_the_known_answer() -> None:
    root = passwords.derive(b"correct horse", bytes(range(16)), Argon2Params(passes=3, memory_kib=64 * 1024, lanes=1))
    assert root.hex() == "e3c889ca40ed01e6b6771fc8a5bf16e35ad60b41c9bd5d7e6d63adf51e50b0fd"


def test_salt_password_and_cost_each_change_the_root() -> None:
    salt = passwords.new_salt()
    roots = {
        passwords.derive(b"one", salt, SMALL),
        passwords.derive(b"two", salt, SMALL),
        passwords.derive(b"one", passwords.new_salt(), SMALL),
        passwords.derive(b"one", salt, Argon2Params(passes=2, memory_kib=64, lanes=1)),
    }
    assert len(roots) == 4


@pytest.mark.parametrize(
    ("passes", "memory", "lanes"), [(0, 64, 1), (17, 64, 1), (1, 7, 1), (1, 1 << 21, 1), (1, 64, 5)]
)
def test_costs_out_of_reason_are_refused(passes: int, memory: int, lanes: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Argon2Params(passes, memory, lanes)
