"""Keys of what the two make together: which proof opens which, and that stored boxes open for ever."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.crypto import content, keys
from server.crypto.content import LinkPair, What
from server.crypto.keys import RoomPair
from server.crypto.master import MasterKeys
from server.errors import VisavisError

VECTORS = Path(__file__).resolve().parent.parent / "vectors" / "content.json"
ROOM, OTHER = "roomroomroomroom", "otherotherothero"
MASTERS = MasterKeys.new()
KEY = bytes(range(32))


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(VisavisError) as caught:
        work()
    return caught.value.code


def test_the_room_opens_it_and_no_other_room() -> None:
    pair, stranger = RoomPair.new(), RoomPair.new()
    sealed = content.seal_for_room(MASTERS, ROOM, pair.public, KEY)
    assert content.open_for_room(MASTERS, ROOM, pair.secret, sealed) == KEY
    assert code_of(lambda: content.open_for_room(MASTERS, ROOM, stranger.secret, sealed)) == "wrong_key"
    assert code_of(lambda: content.open_for_room(MASTERS, OTHER, pair.secret, sealed)) == "damaged"
    assert code_of(lambda: content.open_for_room(MasterKeys.new(), ROOM, pair.secret, sealed)) == "wrong_master_key"


def test_a_token_opens_its_own_seat_and_purpose_only() -> None:
    sealed = content.seal_under_token(MASTERS, What.NOTES, ROOM, "mentor", "token", KEY)

    def opening(what: What, seat: str, token: str) -> Callable[[], bytes]:
        return lambda: content.open_under_token(MASTERS, what, ROOM, seat, token, sealed)

    assert opening(What.NOTES, "mentor", "token")() == KEY
    assert code_of(opening(What.NOTES, "mentor", "Token")) == "wrong_key"
    assert code_of(opening(What.NOTES, "mentee", "token")) == "damaged"
    assert code_of(opening(What.CONTENT, "mentor", "token")) == "damaged"
    without = MasterKeys.new()
    assert (
        code_of(lambda: content.open_under_token(without, What.NOTES, ROOM, "mentor", "token", sealed))
        == "wrong_master_key"
    )


def test_a_personal_link_opens_what_was_sealed_after_it_was_given() -> None:
    pair = LinkPair.new()
    sealed = content.seal_link_pair(MASTERS, ROOM, "mentor", pair, "abcdefgh23456777")
    later = content.seal_for_link(MASTERS, What.NOTES, ROOM, "mentor", pair.public, KEY)
    opened = content.open_link_pair(MASTERS, ROOM, "mentor", pair.public, sealed, "ABCD-EFGH 2345-6777")
    assert content.open_for_link(MASTERS, What.NOTES, ROOM, "mentor", opened.secret, later) == KEY
    assert code_of(lambda: content.open_for_link(MASTERS, What.CONTENT, ROOM, "mentor", opened.secret, later))
    assert code_of(lambda: content.open_for_link(MASTERS, What.NOTES, ROOM, "mentee", opened.secret, later))
    for seat, secret in (("mentor", "abcdefgh23456776"), ("mentee", "abcdefgh23456777")):
        assert code_of(lambda: content.open_link_pair(MASTERS, ROOM, seat, pair.public, sealed, secret))  # noqa: B023


def test_all_of_it_is_rewrapped_without_being_opened() -> None:
    rotated, pair = MASTERS.rotated(), LinkPair.new()
    only_new = MasterKeys([rotated.current])
    boxes = [
        content.rewrap_for_room(rotated, ROOM, content.seal_for_room(MASTERS, ROOM, pair.public, KEY)),
        content.rewrap_under_token(
            rotated, What.NOTES, ROOM, "mentor", content.seal_under_token(MASTERS, What.NOTES, ROOM, "mentor", "t", KEY)
        ),
        content.rewrap_link_pair(rotated, ROOM, "mentor", content.seal_link_pair(MASTERS, ROOM, "mentor", pair, "s")),
        content.rewrap_for_link(
            rotated,
            What.CONTENT,
            ROOM,
            "mentor",
            content.seal_for_link(MASTERS, What.CONTENT, ROOM, "mentor", pair.public, KEY),
        ),
    ]
    assert all(rotated.is_current(box) for box in boxes)
    assert content.open_for_room(only_new, ROOM, pair.secret, boxes[0]) == KEY
    assert content.open_under_token(only_new, What.NOTES, ROOM, "mentor", "t", boxes[1]) == KEY
    assert content.open_link_pair(only_new, ROOM, "mentor", pair.public, boxes[2], "s") == pair
    assert content.open_for_link(only_new, What.CONTENT, ROOM, "mentor", pair.secret, boxes[3]) == KEY


def test_a_blobs_key_needs_both_halves() -> None:
    shred, data_key = keys.new_shred_key(), keys.new_data_key()
    wrapped = content.wrap_data_key(KEY, shred, ROOM, "blobblobblobblob", data_key)
    assert content.unwrap_data_key(KEY, shred, ROOM, "blobblobblobblob", wrapped) == data_key
    for key, half, blob in (
        (bytes(32), shred, "blobblobblobblob"),
        (KEY, bytes(32), "blobblobblobblob"),
        (KEY, shred, "bloobloobloobloo"),
    ):
        assert code_of(lambda: content.unwrap_data_key(key, half, ROOM, blob, wrapped)) == "wrong_key"  # noqa: B023


def test_outbox_keys_differ_by_seat_and_room() -> None:
    made = {content.outbox_key(KEY, room, seat) for room in (ROOM, OTHER) for seat in ("mentor", "mentee")}
    assert len(made) == 4
    assert KEY not in made


def test_what_was_sealed_once_opens_for_ever() -> None:
    known: dict[str, Any] = json.loads(VECTORS.read_text("utf-8"))
    raw = {name: bytes.fromhex(value) for name, value in known["hex"].items()}
    masters, room, seat = MasterKeys.load(known["master_keys"]), known["room"], known["seat"]
    pair = RoomPair.of(raw["room_secret"])
    assert content.outbox_key(raw["content_key"], room, seat) == raw["outbox_key"]
    assert content.open_for_room(masters, room, pair.secret, raw["for_room"]) == raw["content_key"]
    link = content.open_link_pair(masters, room, seat, raw["link_public"], raw["link_pair"], known["link_secret"])
    for what, key in ((What.CONTENT, raw["content_key"]), (What.NOTES, raw["notes_key"])):
        assert content.open_under_token(masters, what, room, seat, known["token"], raw[f"{what}_under_token"]) == key, (
            what
        )
        assert content.open_for_link(masters, what, room, seat, link.secret, raw[f"{what}_for_link"]) == key, what
    opened = content.unwrap_data_key(raw["content_key"], raw["shred_key"], room, known["blob"], raw["data_key_wrapped"])
    assert opened == raw["data_key"]
