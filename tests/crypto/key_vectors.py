"""One chain of keys from a password to a part, written down once: `python -m tests.crypto.key_vectors` makes a new one.

Sealing is randomised, so the file cannot be made again byte by byte; what must hold is that it still opens.
"""

import json
from typing import Any

from server.crypto import keys, passwords
from server.crypto.keys import MasterKeys, RoomPair
from server.crypto.passwords import Argon2Params
from tests.crypto.container_files import VECTORS

FILE = VECTORS / "keys.json"
ROOM, RECORDING, PART = "abcdefghijklmnop", "qrstuvwxyz234567", "ponmlkjihgfedcba"
PASSWORD = "Abacus zoom yo-yo drop-down unicorn tulip"


def made() -> dict[str, Any]:
    masters, pair, salt, params = MasterKeys.new(), RoomPair.new(), passwords.new_salt(), Argon2Params()
    shred, data_key, token = keys.new_shred_key(), keys.new_data_key(), keys.new_token()
    normalised = passwords.normalise(PASSWORD)
    root = passwords.derive(normalised, salt, params)
    seat_secret = keys.new_seat_secret()
    hexed = {
        "salt": salt,
        "root": root,
        "room_public": pair.public,
        "room_secret": pair.secret,
        "room_secret_sealed": keys.seal_room_secret(masters, ROOM, pair, root),
        "session_sealed": keys.seal_session(masters, ROOM, pair, token),
        "token_hash": keys.token_hash(token),
        "seat_secret_hash": keys.seat_secret_hash(ROOM, "mentor", seat_secret),
        "shred_key": shred,
        "shred_key_sealed": keys.seal_shred_key(masters, ROOM, RECORDING, shred),
        "data_key": data_key,
        "data_key_wrapped": keys.wrap_data_key(pair.public, shred, ROOM, RECORDING, PART, data_key),
        "title_sealed": keys.seal_text(masters, ROOM, "title", "Our meetings"),
        "checkpoint_mac": keys.checkpoint_mac(masters, ROOM, RECORDING, PART, 7, 4096),
    }
    names = {"room": ROOM, "recording": RECORDING, "part": PART, "seat": "mentor", "title": "Our meetings"}
    cost = {"passes": params.passes, "memory_kib": params.memory_kib, "lanes": params.lanes}
    texts = {"password": PASSWORD, "normalised": normalised.decode(), "token": token, "seat_secret": seat_secret}
    counts = {"checkpoint_records": 7, "checkpoint_size": 4096}
    masters_text = {"master_key_file": masters.to_text(), "argon2id": cost}
    return {**masters_text, **names, **texts, **counts, **{name: value.hex() for name, value in hexed.items()}}


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=1) + "\n")
