"""Every file of the data directory is searched for what people said, wrote and typed."""

import secrets
from pathlib import Path

from server.crypto import keys, passwords
from server.crypto.master import MasterKeys
from server.domain.values import Seat
from server.ids import new_id
from server.store import audit, receipts, recordings, rooms, seats, sessions
from server.store.receipts import Entry, Kind
from tests.store.given import NOW, Store, a_kept_recording, a_room

TITLE = "Astrid and Bo on changing jobs"
NAMES = {Seat.MENTOR: "Astrid Kjærgaard", Seat.MENTEE: "Bo Ødegård-Smith"}
PASSWORD = "correct horse battery staple"
WORDS = f"What\tThe picture and voice of {NAMES[Seat.MENTOR]} and {NAMES[Seat.MENTEE]}\n"


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def found(directory: Path, *needles: bytes) -> list[tuple[str, bytes]]:
    return [(path.name, needle) for path in files(directory) for needle in needles if needle in path.read_bytes()]


async def test_no_title_name_password_token_or_key_is_in_any_file(store: Store) -> None:
    masters, pair, room = MasterKeys.new(), keys.RoomPair.new(), new_id()
    params = passwords.Argon2Params(1, 64, 1)
    salt = passwords.new_salt()
    root = passwords.derive(passwords.normalise(PASSWORD, offered=False), salt, params)
    token, seat_secret, shred = keys.new_token(), keys.new_seat_secret(), keys.new_shred_key()
    async with store.database.write() as tx:
        await rooms.create(
            tx,
            room,
            title_sealed=keys.seal_text(masters, room, "title", TITLE),
            creator="mentor",
            retention_days=3,
            downloads=True,
            keys=rooms.RoomKeys(
                password_offered=False,
                argon2_passes=params.passes,
                argon2_memory_kib=params.memory_kib,
                argon2_lanes=params.lanes,
                argon2_salt=salt,
                public_key=pair.public,
                mk_id=masters.current.id,
                secret_sealed=keys.seal_room_secret(masters, room, pair, root),
            ),
            now=NOW,
        )
        for seat, name in NAMES.items():
            sealed = keys.seal_text(masters, room, f"name.{seat}", name)
            digest = keys.seat_secret_hash(room, seat, seat_secret)
            await seats.claim(tx, room, seat, secret_hash=digest, name_sealed=sealed, now=NOW)
        wrapped = keys.seal_session(masters, room, pair, token)
        await sessions.add(tx, room, token_hash=keys.token_hash(token), secret_wrapped=wrapped, now=NOW)
        text_sealed = keys.seal_text(masters, room, "words", WORDS)
        await receipts.keep_words(tx, room, "0" * 64, version="1", language="en", text_sealed=text_sealed)
        await receipts.add(tx, room, Entry(Kind.YES, Seat.MENTEE, NOW, words_hash="0" * 64))
        await audit.append(tx, "room_created", now=NOW, by=Seat.MENTOR, room=room)
    recording = new_id()
    await store.shred.put(recording, keys.seal_shred_key(masters, room, recording, shred), NOW)

    clear = [text.encode() for text in (TITLE, *NAMES.values(), PASSWORD, token, seat_secret, "picture and voice")]
    assert found(store.data_dir, *clear, pair.secret, root, shred) == []
    assert found(store.data_dir, room.encode()), "the search must be able to find something"


async def test_nothing_that_opens_a_deleted_recording_is_left(store: Store) -> None:
    kept = await a_kept_recording(store, await a_room(store))
    sealed = secrets.token_bytes(60)
    await store.shred.rewrap(kept.id, was=await store.shred.get(kept.id) or b"", sealed=sealed)
    assert [name for name, _ in found(store.data_dir, sealed)] == ["keys.db"]
    parts = [path.read_bytes() for path in files(store.data_dir) if path.suffix == ".vrec"]
    assert len(parts) == 2
    await store.deletion.delete(kept.id, cause="due", by=None, now=NOW)
    assert found(store.data_dir, sealed, *parts) == []
    async with store.database.read() as tx:
        assert {part.wrapped_key for part in await recordings.parts(tx, kept.id)} == {b""}
