"""The published chain of keys still opens: what lies in databases must, too."""

import json

from server.crypto import keys, passwords
from server.crypto.keys import MasterKeys, RoomPair
from server.crypto.passwords import Argon2Params
from tests.crypto.key_vectors import FILE, made


def test_the_chain_from_password_to_data_key_opens() -> None:
    row = json.loads(FILE.read_text())
    room, recording, part = row["room"], row["recording"], row["part"]
    masters = MasterKeys.load(row["master_key_file"])
    public, secret, shred = (bytes.fromhex(row[name]) for name in ("room_public", "room_secret", "shred_key"))

    normalised = passwords.normalise(row["password"])
    assert normalised.decode() == row["normalised"]
    root = passwords.derive(normalised, bytes.fromhex(row["salt"]), Argon2Params(**row["argon2id"]))
    assert root.hex() == row["root"]
    pair = RoomPair(public, secret)
    assert keys.open_room_secret(masters, room, public, bytes.fromhex(row["room_secret_sealed"]), root) == pair
    assert keys.open_session(masters, room, public, bytes.fromhex(row["session_sealed"]), row["token"]) == pair
    assert keys.open_shred_key(masters, room, recording, bytes.fromhex(row["shred_key_sealed"])) == shred
    wrapped = bytes.fromhex(row["data_key_wrapped"])
    assert keys.unwrap_data_key(secret, shred, room, recording, part, wrapped).hex() == row["data_key"]


def test_hashes_texts_and_checkpoints_hold() -> None:
    row = json.loads(FILE.read_text())
    masters = MasterKeys.load(row["master_key_file"])
    assert keys.token_hash(row["token"]).hex() == row["token_hash"]
    assert keys.seat_secret_hash(row["room"], row["seat"], row["seat_secret"]).hex() == row["seat_secret_hash"]
    assert keys.open_text(masters, row["room"], "title", bytes.fromhex(row["title_sealed"])) == row["title"]
    told = row["checkpoint_records"], row["checkpoint_size"], bytes.fromhex(row["checkpoint_mac"])
    assert keys.checkpoint_holds(masters, row["room"], row["recording"], row["part"], *told)


def test_a_new_file_would_have_the_same_fields() -> None:
    assert made().keys() == json.loads(FILE.read_text()).keys()
