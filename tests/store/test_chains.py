import hashlib

import pytest
from sqlalchemy import text

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import audit, receipts
from server.store.receipts import UNSIGNED, Entry, Kind
from tests.store.given import NOW, Store, a_room

YES = Entry(
    kind=Kind.YES,
    seat=Seat.MENTEE,
    at_ms=NOW,
    meeting="m" * 16,
    recording="r" * 16,
    words_hash="0" * 64,
    words_version="1",
    language="en",
    due_ms=NOW + 1,
    nonce="n" * 16,
    key="k" * 16,
    signature="c2ln",
)


async def three_receipts(store: Store) -> str:
    room = await a_room(store)
    async with store.database.write() as tx:
        await receipts.add(tx, room, YES)
        await receipts.add(tx, room, Entry(Kind.YES, Seat.MENTOR, NOW + 1, nonce="o" * 16))
        await receipts.add(tx, room, Entry(Kind.WITHDRAW, Seat.MENTOR, NOW + 2))
    return room


async def test_receipts_come_back_in_order_and_chained(store: Store) -> None:
    room = await three_receipts(store)
    async with store.database.read() as tx:
        found = await receipts.of_room(tx, room)
        assert await receipts.verify(tx, room) is None
    assert [receipt.n for receipt in found] == [1, 2, 3]
    assert found[0].entry == YES
    assert found[2].entry.signature == UNSIGNED
    assert [receipt.previous for receipt in found] == ["0" * 64, found[0].hash, found[1].hash]


async def test_anybody_can_compute_a_receipts_hash(store: Store) -> None:
    room = await three_receipts(store)
    async with store.database.read() as tx:
        last = (await receipts.of_room(tx, room))[2]
    content = (
        '{"at_ms":1800000000002,"due_ms":null,"key":null,"kind":"withdraw","language":null,"meeting":null,"n":3,'
        f'"nonce":null,"recording":null,"room":"{room}","seat":"mentor","signature":"unsigned","words_hash":null,'
        '"words_version":null}'
    )
    assert last.hash == hashlib.sha256(f"{last.previous}\n{content}".encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "n"),
    [
        ("UPDATE receipts SET kind = 'no' WHERE n = 1", 1),
        ("UPDATE receipts SET due_ms = 5 WHERE n = 2", 2),
        ("DELETE FROM receipts WHERE n = 2", 3),
        ("UPDATE receipts SET hash = replace(hash, '0', '1') WHERE n = 2", 2),
    ],
)
async def test_a_receipt_changed_behind_our_back_is_found(store: Store, change: str, n: int) -> None:
    room = await three_receipts(store)
    async with store.database.write() as tx:
        await tx.execute(text(change))
        assert await receipts.verify(tx, room) == n


async def test_a_nonce_answers_once(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        await receipts.add(tx, room, YES)
        with pytest.raises(VisavisError, match="nonce_used"):
            await receipts.add(tx, room, YES)
        for _ in range(2):
            await receipts.add(tx, room, Entry(Kind.LAPSE, Seat.MENTEE, NOW))
        assert len(await receipts.of_room(tx, room)) == 3


async def test_words_are_kept_once_for_each_room(store: Store) -> None:
    room, other = await a_room(store), await a_room(store)
    async with store.database.write() as tx:
        for text_sealed in (b"first", b"second"):
            await receipts.keep_words(tx, room, "0" * 64, version="1", language="en", text_sealed=text_sealed)
        assert await receipts.words(tx, room, "0" * 64) == receipts.Words("1", "en", b"first")
        assert await receipts.words(tx, other, "0" * 64) is None


async def test_the_audit_log_is_chained(store: Store) -> None:
    async with store.database.write() as tx:
        await audit.append(tx, "room_created", now=NOW, by=Seat.MENTOR, room="r" * 16)
        await audit.append(tx, "retention_set", now=NOW + 1, by="admin", days=3, longest_days=9)
        second, first = await audit.latest(tx)
        assert await audit.latest(tx, 1) == [second]
        assert await audit.verify(tx) is None
        assert (first.n, first.action, first.by, first.room, first.numbers) == (
            1,
            "room_created",
            "mentor",
            "r" * 16,
            {},
        )
        assert (second.previous, second.numbers) == (first.hash, {"days": 3, "longest_days": 9})
        await tx.execute(text("UPDATE audit SET numbers = replace(numbers, '3', '4') WHERE n = 2"))
        assert await audit.verify(tx) == 2
        await tx.execute(text("DELETE FROM audit WHERE n = 1"))
        assert await audit.verify(tx) == 2
