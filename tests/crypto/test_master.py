"""The master key file: several keys, clear errors, never the key in an error; boxes under the current key."""

import pytest

from server.crypto.master import MasterKey, MasterKeys
from server.errors import VisavisError

ROOM = b"R" * 16


def test_a_file_gives_its_keys_back() -> None:
    keys = MasterKeys.new().rotated().rotated()
    again = MasterKeys.load(keys.to_text())
    assert again.ids == keys.ids
    assert again.current.secret == keys.current.secret
    assert len(set(again.ids)) == 3


def test_a_rotated_file_seals_with_the_new_key_and_opens_with_the_old() -> None:
    old = MasterKeys.new()
    box = old.seal(b"mk-test", ROOM, b"secret")
    new = old.rotated()
    assert new.open(b"mk-test", ROOM, box) == b"secret"
    assert old.is_current(box)
    assert not new.is_current(box)
    assert new.is_current(new.seal(b"mk-test", ROOM, b"secret"))


def test_a_missing_key_is_named_as_such() -> None:
    box = MasterKeys.new().seal(b"mk-test", ROOM, b"secret")
    with pytest.raises(VisavisError) as refused:
        MasterKeys.new().open(b"mk-test", ROOM, box)
    assert refused.value.code == "wrong_master_key"


def test_every_flipped_bit_of_a_box_is_noticed() -> None:
    keys = MasterKeys.new()
    box = keys.seal(b"mk-test", ROOM, b"secret")
    for bit in range(len(box) * 8):
        altered = bytearray(box)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VisavisError) as refused:
            keys.open(b"mk-test", ROOM, bytes(altered))
        assert refused.value.code in {"damaged", "wrong_master_key"}


def test_a_box_belongs_to_its_use_its_context_and_its_data() -> None:
    keys = MasterKeys.new()
    box = keys.seal(b"mk-test", ROOM, b"secret", b"title")
    for use, context, aad in (
        (b"mk-other", ROOM, b"title"),
        (b"mk-test", b"S" * 16, b"title"),
        (b"mk-test", ROOM, b"name"),
    ):
        with pytest.raises(VisavisError) as refused:
            keys.open(use, context, box, aad)
        assert refused.value.code == "damaged"
    for short in (b"", box[:10], box[:17], box[:30]):
        with pytest.raises(VisavisError) as refused:
            keys.open(b"mk-test", ROOM, short, b"title")
        assert refused.value.code == "damaged"


GOOD = MasterKey.of(bytes(range(32)))
LINE = f"key {GOOD.id} {GOOD.secret.hex()}"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "expected: visavis-master-keys 1"),
        ("# nothing\n\n", 1, "expected: visavis-master-keys 1"),
        (f"{LINE}\n", 1, "expected: visavis-master-keys 1"),
        ("# old\nvisavis-master-keys 2\n", 2, "newer Visavis"),
        ("visavis-master-keys 1\n", 1, "no key below"),
        (f"visavis-master-keys 1\n{LINE}\n{LINE}\n", 1, "twice"),
        (f"visavis-master-keys 1\n{LINE[:-1]}\n", 2, "64 digits"),
        (f"visavis-master-keys 1\n{LINE[:-1]}0\n", 2, "mistyped"),
        (f"visavis-master-keys 1\n\n# more\n{LINE} extra\n", 4, "expected: key, its id"),
        ("visavis-master-keys 1\nkey\n", 2, "expected: key, its id"),
    ],
)
def test_a_bad_file_is_told_by_line(text: str, line: int, says: str) -> None:
    with pytest.raises(VisavisError) as refused:
        MasterKeys.load(text)
    assert refused.value.code == "bad_master_key_file"
    assert refused.value.more["line"] == line
    assert says in refused.value.detail
    assert GOOD.secret.hex()[:20] not in str(refused.value)


def test_no_secret_shows_in_a_repr() -> None:
    assert GOOD.secret.hex() not in repr(GOOD)
    assert repr(GOOD.secret) not in repr(GOOD)
