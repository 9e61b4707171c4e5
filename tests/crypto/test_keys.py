"""Who can open what, and that everybody else cannot."""

import functools
from collections.abc import Callable

import pytest

from server.crypto import keys, primitives
from server.crypto.keys import MasterKeys, RoomPair
from server.crypto.master import MasterKey
from server.errors import VisavisError
from server.ids import new_id

ROOM, OTHER, REC, PART = "r" * 16, "s" * 16, "v" * 16, "p" * 16
ROOT, WRONG_ROOT = b"\x01" * 32, b"\x02" * 32
MASTERS = MasterKeys([MasterKey.of(bytes(range(32)))])


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(VisavisError) as refused:
        call()
    return refused.value.code


def flipped(box: bytes, at: int = -1) -> bytes:
    altered = bytearray(box)
    altered[at] ^= 1
    return bytes(altered)


def test_known_answers_of_the_key_encryption_keys() -> None:
    root = bytes.fromhex("e3c889ca40ed01e6b6771fc8a5bf16e35ad60b41c9bd5d7e6d63adf51e50b0fd")
    room = b"R" * 16
    assert (
        primitives.expand(root, b"pw-kek", room).hex()
        == "e6cafd712b74e9089cbcf7ba03f33a788cc7e601c3f8b6c33fd298c9183e5753"
    )
    assert (
        MASTERS.current.subkey(b"mk-room", room).hex()
        == "fc709c46149f1a2d87120e8ab825e35ca92fa49e8dd204f6733c994ed63e82a1"
    )


def test_a_pair_is_the_one_of_rfc_7748_section_5_2() -> None:
    pair = RoomPair.of(b"\x09" + bytes(31))
    assert pair.public.hex() == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
    assert pair.secret.hex() not in repr(pair)
    assert repr(pair.secret) not in repr(pair)


class TestRoomSecret:
    pair = RoomPair.new()
    sealed = keys.seal_room_secret(MASTERS, ROOM, pair, ROOT)

    def test_opens_with_the_password(self) -> None:
        assert keys.open_room_secret(MASTERS, ROOM, self.pair.public, self.sealed, ROOT) == self.pair

    def test_nothing_else_opens_it(self) -> None:
        public, sealed, opens = self.pair.public, self.sealed, keys.open_room_secret
        assert code_of(lambda: opens(MASTERS, ROOM, public, sealed, WRONG_ROOT)) == "wrong_password"
        assert code_of(lambda: opens(MasterKeys.new(), ROOM, public, sealed, ROOT)) == "wrong_master_key"
        assert code_of(lambda: opens(MASTERS, OTHER, public, sealed, ROOT)) == "damaged"
        assert code_of(lambda: opens(MASTERS, ROOM, public, flipped(sealed), ROOT)) == "damaged"
        assert code_of(lambda: opens(MASTERS, ROOM, public, b"", ROOT)) == "damaged"
        assert code_of(lambda: opens(MASTERS, ROOM, RoomPair.new().public, sealed, ROOT)) == "wrong_password"

    def test_two_halves_of_different_pairs_are_noticed(self) -> None:
        mixed = RoomPair(RoomPair.new().public, self.pair.secret)
        sealed = keys.seal_room_secret(MASTERS, ROOM, mixed, ROOT)
        assert code_of(lambda: keys.open_room_secret(MASTERS, ROOM, mixed.public, sealed, ROOT)) == "damaged"

    def test_a_new_password_opens_and_the_old_does_not(self) -> None:
        sealed = keys.seal_room_secret(MASTERS, ROOM, self.pair, WRONG_ROOT)
        assert keys.open_room_secret(MASTERS, ROOM, self.pair.public, sealed, WRONG_ROOT) == self.pair
        opens = keys.open_room_secret
        assert code_of(lambda: opens(MASTERS, ROOM, self.pair.public, sealed, ROOT)) == "wrong_password"

    def test_the_master_key_rotates_without_the_password(self) -> None:
        both = MASTERS.rotated()
        sealed = keys.rewrap_room_secret(both, ROOM, self.sealed)
        alone = MasterKeys([both.current])
        assert both.is_current(sealed)
        assert keys.open_room_secret(alone, ROOM, self.pair.public, sealed, ROOT) == self.pair
        opens = keys.open_room_secret
        assert code_of(lambda: opens(alone, ROOM, self.pair.public, self.sealed, ROOT)) == "wrong_master_key"


class TestDataKey:
    pair, shred, data_key = RoomPair.new(), keys.new_shred_key(), keys.new_data_key()
    wrapped = keys.wrap_data_key(pair.public, shred, ROOM, REC, PART, data_key)

    def test_opens_with_secret_and_shred_key(self) -> None:
        assert len(self.wrapped) == 108
        assert keys.unwrap_data_key(self.pair.secret, self.shred, ROOM, REC, PART, self.wrapped) == self.data_key

    def test_nothing_else_opens_it(self) -> None:
        secret, shred, wrapped, opens = self.pair.secret, self.shred, self.wrapped, keys.unwrap_data_key
        assert code_of(lambda: opens(RoomPair.new().secret, shred, ROOM, REC, PART, wrapped)) == "wrong_key"
        assert code_of(lambda: opens(secret, keys.new_shred_key(), ROOM, REC, PART, wrapped)) == "wrong_key"
        assert code_of(lambda: opens(secret, shred, OTHER, REC, PART, wrapped)) == "wrong_key"
        assert code_of(lambda: opens(secret, shred, ROOM, OTHER, PART, wrapped)) == "wrong_key"
        assert code_of(lambda: opens(secret, shred, ROOM, REC, OTHER, wrapped)) == "wrong_key"
        for at in range(len(wrapped)):
            altered = functools.partial(opens, secret, shred, ROOM, REC, PART, flipped(wrapped, at))
            assert code_of(altered) == "wrong_key"
        assert code_of(lambda: opens(secret, shred, ROOM, REC, PART, b"")) == "wrong_key"

    def test_the_shred_key_lies_under_the_master_key(self) -> None:
        sealed = keys.seal_shred_key(MASTERS, ROOM, REC, self.shred)
        assert self.shred not in sealed
        assert keys.open_shred_key(MASTERS, ROOM, REC, sealed) == self.shred
        assert code_of(lambda: keys.open_shred_key(MASTERS, ROOM, OTHER, sealed)) == "damaged"
        assert code_of(lambda: keys.open_shred_key(MASTERS, OTHER, REC, sealed)) == "damaged"
        assert code_of(lambda: keys.open_shred_key(MasterKeys.new(), ROOM, REC, sealed)) == "wrong_master_key"
        both = MASTERS.rotated()
        again = keys.rewrap_shred_key(both, ROOM, REC, sealed)
        assert keys.open_shred_key(MasterKeys([both.current]), ROOM, REC, again) == self.shred


class TestSession:
    pair, token = RoomPair.new(), keys.new_token()
    sealed = keys.seal_session(MASTERS, ROOM, pair, token)

    def test_opens_with_the_token(self) -> None:
        assert keys.open_session(MASTERS, ROOM, self.pair.public, self.sealed, self.token) == self.pair

    def test_nothing_else_opens_it(self) -> None:
        public, sealed, token, opens = self.pair.public, self.sealed, self.token, keys.open_session
        assert code_of(lambda: opens(MASTERS, ROOM, public, sealed, keys.new_token())) == "wrong_key"
        assert code_of(lambda: opens(MASTERS, ROOM, public, sealed, "\ud800")) == "wrong_key"
        assert code_of(lambda: opens(MasterKeys.new(), ROOM, public, sealed, token)) == "wrong_master_key"
        assert code_of(lambda: opens(MASTERS, OTHER, public, sealed, token)) == "damaged"
        assert code_of(lambda: opens(MASTERS, ROOM, public, flipped(sealed), token)) == "damaged"

    def test_a_session_is_not_a_password_box(self) -> None:
        by_password = keys.seal_room_secret(MASTERS, ROOM, self.pair, ROOT)
        assert code_of(lambda: keys.open_session(MASTERS, ROOM, self.pair.public, by_password, self.token)) == "damaged"

    def test_the_row_tells_nothing_of_the_token(self) -> None:
        assert len(keys.token_hash(self.token)) == 32
        assert keys.token_hash(self.token) == keys.token_hash(self.token) != keys.token_hash(keys.new_token())
        assert self.token.encode() not in self.sealed


class TestSeatSecret:
    def test_capitals_spaces_and_dashes_do_not_matter(self) -> None:
        secret = keys.new_seat_secret()
        assert len(secret) == 16
        spaced = f" {secret[:4].upper()}-{secret[4:8]} {secret[8:]}"
        assert keys.seat_secret_hash(ROOM, "mentor", secret) == keys.seat_secret_hash(ROOM, "mentor", spaced)

    def test_it_opens_one_seat_of_one_room(self) -> None:
        secret = keys.new_seat_secret()
        hashes = {
            keys.seat_secret_hash(room, seat, key)
            for room in (ROOM, OTHER)
            for seat in ("mentor", "mentee")
            for key in (secret, keys.new_seat_secret())
        }
        assert len(hashes) == 8


class TestText:
    @pytest.mark.parametrize("text", ["", "Anna", "Æble & Ødegård 🙂", "x" * 120])
    def test_comes_back(self, text: str) -> None:
        sealed = keys.seal_text(MASTERS, ROOM, "title", text)
        assert len(text) < 4 or text.encode() not in sealed
        assert keys.open_text(MASTERS, ROOM, "title", sealed) == text

    def test_belongs_to_its_room_and_field(self) -> None:
        sealed = keys.seal_text(MASTERS, ROOM, "title", "Our meetings")
        assert code_of(lambda: keys.open_text(MASTERS, OTHER, "title", sealed)) == "damaged"
        assert code_of(lambda: keys.open_text(MASTERS, ROOM, "name.mentor", sealed)) == "damaged"
        assert code_of(lambda: keys.open_text(MasterKeys.new(), ROOM, "title", sealed)) == "wrong_master_key"

    def test_goes_over_to_a_new_master_key(self) -> None:
        both = MASTERS.rotated()
        again = keys.rewrap_text(both, ROOM, "title", keys.seal_text(MASTERS, ROOM, "title", "Our meetings"))
        assert keys.open_text(MasterKeys([both.current]), ROOM, "title", again) == "Our meetings"


class TestCheckpoint:
    mac = keys.checkpoint_mac(MASTERS, ROOM, REC, PART, 7, 4096)

    def test_holds_for_what_it_says_and_nothing_else(self) -> None:
        assert len(self.mac) == 48
        assert keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 7, 4096, self.mac)
        assert keys.checkpoint_holds(MASTERS.rotated(), ROOM, REC, PART, 7, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 8, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 7, 4095, self.mac)
        assert not keys.checkpoint_holds(MASTERS, OTHER, REC, PART, 7, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, OTHER, PART, 7, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, OTHER, 7, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 7, 4096, flipped(self.mac))

    def test_under_a_master_key_that_is_gone_it_vouches_for_nothing(self) -> None:
        assert not keys.checkpoint_holds(MasterKeys.new(), ROOM, REC, PART, 7, 4096, self.mac)
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 7, 4096, b"")
        assert not keys.checkpoint_holds(MASTERS, ROOM, REC, PART, 7, 4096, b"\xff" * 48)


def test_an_id_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        keys.seal_text(MASTERS, new_id()[:15], "title", "x")
