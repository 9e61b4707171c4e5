import asyncio

import pytest

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import seats
from server.store.database import Database
from server.store.seats import COOKIE_MS, How
from tests.store.given import NOW, Store, a_room


async def test_a_hundred_at_once_get_two_seats(store: Store) -> None:
    """Through two openings of the same file, as two processes would, without the lock between them."""
    room = await a_room(store)
    other = await Database.open(store.data_dir)

    async def claim(number: int) -> Seat | None:
        seat = list(Seat)[number % 2]
        database = (store.database, other)[number // 2 % 2]
        async with database.write() as tx:
            taken = await seats.claim(
                tx, room, seat, secret_hash=bytes([number]) * 32, name_sealed=bytes([number]), now=NOW
            )
        return seat if taken else None

    winners = await asyncio.gather(*(claim(number) for number in range(100)))
    await other.close()
    assert sorted(seat for seat in winners if seat) == [Seat.MENTEE, Seat.MENTOR]
    async with store.database.read() as tx:
        rows = await seats.both(tx, room)
    for seat in Seat:
        won = next(number for number, winner in enumerate(winners) if winner is seat)
        assert rows[seat] == seats.SeatRow(seat, NOW, bytes([won]), bytes([won]) * 32)


async def test_no_seat_in_a_room_that_is_not(store: Store) -> None:
    async with store.database.write() as tx:
        assert not await seats.claim(tx, "a" * 16, Seat.MENTOR, secret_hash=b"h", name_sealed=None, now=NOW)
        assert await seats.both(tx, "a" * 16) == {}


async def test_cookies_of_one_seat(store: Store) -> None:
    room, elsewhere = await a_room(store), await a_room(store)
    async with store.database.write() as tx:
        for token, how in ((b"laptop", How.CLAIM), (b"phone", How.LINK), (b"tablet", How.APPROVAL)):
            await seats.add_cookie(tx, room, Seat.MENTOR, token_hash=token, how=how, now=NOW)
        await seats.add_cookie(tx, room, Seat.MENTEE, token_hash=b"hers", how=How.CREATOR, now=NOW)
        assert await seats.holder(tx, room, b"phone", NOW) is Seat.MENTOR
        assert await seats.holder(tx, room, b"hers", NOW) is Seat.MENTEE
        assert await seats.holder(tx, elsewhere, b"phone", NOW) is None
        assert await seats.holder(tx, room, b"unknown", NOW) is None
        held = await seats.browsers(tx, room, Seat.MENTOR, NOW)
        assert {each.token_hash: each.how for each in held} == {
            b"laptop": How.CLAIM,
            b"phone": How.LINK,
            b"tablet": How.APPROVAL,
        }
        await seats.forget_cookie(tx, room, b"laptop")
        assert await seats.holder(tx, room, b"laptop", NOW) is None
        assert await seats.holder(tx, room, b"phone", NOW) is Seat.MENTOR
        await seats.forget_cookie(tx, room, b"hers")
        assert await seats.holder(tx, room, b"hers", NOW) is None


async def test_a_cookie_lives_400_days_from_its_last_use(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        await seats.add_cookie(tx, room, Seat.MENTOR, token_hash=b"laptop", how=How.CLAIM, now=NOW)
        assert await seats.holder(tx, room, b"laptop", NOW + COOKIE_MS - 1) is Seat.MENTOR
        assert await seats.holder(tx, room, b"laptop", NOW + COOKIE_MS) is None
        await seats.touch_cookie(tx, room, b"laptop", NOW + 1000)
        assert await seats.holder(tx, room, b"laptop", NOW + COOKIE_MS) is Seat.MENTOR


async def test_a_new_secret_replaces_the_old_link(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        await seats.claim(tx, room, Seat.MENTOR, secret_hash=b"old", name_sealed=None, now=NOW)
        await seats.set_secret(tx, room, Seat.MENTOR, b"new")
        await seats.set_name(tx, room, Seat.MENTOR, b"sealed name")
        row = (await seats.both(tx, room))[Seat.MENTOR]
    assert row == seats.SeatRow(Seat.MENTOR, NOW, b"sealed name", b"new")


async def test_signing_keys(store: Store) -> None:
    room = await a_room(store)
    async with store.database.write() as tx:
        await seats.add_key(tx, room, Seat.MENTOR, "k" * 16, b"spki", NOW)
        await seats.add_key(tx, room, Seat.MENTOR, "k" * 16, b"spki", NOW + 5)
        assert await seats.key(tx, room, "k" * 16) == seats.SeatKey("k" * 16, Seat.MENTOR, b"spki", NOW)
        assert await seats.key(tx, room, "q" * 16) is None
        for seat, spki in ((Seat.MENTOR, b"other"), (Seat.MENTEE, b"spki")):
            with pytest.raises(VisavisError) as refused:
                await seats.add_key(tx, room, seat, "k" * 16, spki, NOW)
            assert refused.value.code == "key_id_taken"
