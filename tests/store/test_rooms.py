import msgspec
import pytest

from server.errors import VisavisError
from server.store import retention, rooms
from tests.store.given import KEYS, NOW, Store, a_room


async def test_room_comes_back_as_it_was_made(store: Store) -> None:
    room = await a_room(store, days=7, creator="mentee")
    async with store.database.read() as tx:
        found = await rooms.get(tx, room)
        assert await rooms.get(tx, "a" * 16) is None
    assert found == rooms.Room(
        id=room,
        created_ms=NOW,
        title_sealed=b"sealed title",
        creator="mentee",
        retention_days=7,
        retention_follows=False,
        downloads=True,
        password_is_pairs=True,
        keys=KEYS,
    )


async def test_days_left_open_are_the_admins(store: Store) -> None:
    async with store.database.write() as tx:
        await retention.set_policy(tx, days=12, longest_days=40, now=NOW)
    room = await a_room(store, days=None)
    async with store.database.read() as tx:
        found = await rooms.get(tx, room)
    assert found is not None
    assert (found.retention_days, found.retention_follows) == (12, True)


async def test_longer_than_allowed_is_refused(store: Store) -> None:
    async with store.database.write() as tx:
        await retention.set_policy(tx, days=12, longest_days=40, now=NOW)
    with pytest.raises(VisavisError) as refused:
        await a_room(store, days=41)
    assert refused.value.code == "retention_too_long"
    assert refused.value.more == {"longest_days": 40}


async def test_a_room_of_neither_waits_for_the_pairs_password(store: Store) -> None:
    room = await a_room(store, creator="neither")
    changed = msgspec.structs.replace(KEYS, password_offered=False, secret_sealed=b"other", argon2_salt=b"t" * 16)
    async with store.database.write() as tx:
        before = await rooms.get(tx, room)
        await rooms.set_password(tx, room, changed, by_pair=True)
        after = await rooms.get(tx, room)
    assert before is not None
    assert after is not None
    assert (before.password_is_pairs, after.password_is_pairs) == (False, True)
    assert after.keys == changed


async def test_rewrapping_does_not_undo_a_change_of_password(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        assert [found.id for found in await rooms.under_other_master_keys(tx, "new key")] == [room]
        assert await rooms.rewrap(tx, room, was=KEYS.secret_sealed, mk_id="new key", secret_sealed=b"again")
        assert await rooms.under_other_master_keys(tx, "new key") == []
        assert not await rooms.rewrap(tx, room, was=KEYS.secret_sealed, mk_id="newer", secret_sealed=b"third")
        found = await rooms.get(tx, room)
    assert found is not None
    assert (found.keys.mk_id, found.keys.secret_sealed) == ("new key", b"again")
