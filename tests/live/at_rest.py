"""What a thief of the disk finds who has every key that is left, and remembers every box there ever was."""

import sqlite3

from server.crypto import journals as crypto
from server.errors import VisavisError
from server.live.journal_keys import Kind, ThingKeys
from tests.live.house import House


async def everything(house: House, room: str) -> bytes:
    """All that the files of the data directory yield when every key that is left is tried on every box in them, and all
    that lies there in clear. The room's journals are live."""
    files = b"".join(path.read_bytes() for path in house.data_dir.rglob("*") if path.is_file())
    live = house.hub.journals.peek(room)
    assert live is not None
    keys: ThingKeys = live.room.keys
    found = [files]
    opened = {kind: await keys.open(kind, await house.hub.services.shred.things(room, kind)) for kind in Kind}
    for place, box in _boxes(house, room):
        for key in (key for some in opened.values() for key in some.values()):
            try:
                found.append(crypto.open_sealed(key, place, box))
            except VisavisError:
                continue
    return b"\n".join(found)


_seen: dict[tuple[str, bytes], bytes] = {}


def _boxes(house: House, room: str) -> list[tuple[bytes, bytes]]:
    """Every box there ever was, also those whose rows are gone: a thief may have copied the disk before."""
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:
        batches = raw.execute(
            "SELECT log, first, last, names, sealed FROM journal_batches WHERE room = ? AND sealed IS NOT NULL", (room,)
        )
        for log, first, last, names, sealed in batches:
            _seen[room, crypto.batch_place(room, log, first, last, names)] = sealed
        said = "SELECT n, seat, local, at_ms, sealed FROM chat_entries WHERE room = ? AND sealed IS NOT NULL"
        for n, seat, local, at_ms, sealed in raw.execute(said, (room,)):
            _seen[room, crypto.chat_place(room, n, seat, local, at_ms)] = sealed
        chunks = raw.execute(
            "SELECT id, log, upto, place, sealed FROM journal_chunks JOIN journal_snapshots ON id = snapshot"
            " WHERE room = ?",
            (room,),
        )
        for snapshot, log, upto, place, sealed in chunks:
            _seen[room, crypto.chunk_place(room, log, snapshot, upto, place, True)] = sealed
    raw.close()
    return [(place, box) for (of, place), box in _seen.items() if of == room]
