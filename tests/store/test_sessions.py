from server.domain.values import Seat
from server.store import seats, sessions, settings
from server.store.seats import COOKIE_MS, How
from server.store.sessions import SESSION_MS
from server.store.settings import ADMIN_SESSION_MS, LINK_MS, AdminPassword, ClockMark
from tests.store.given import NOW, Store, a_room


async def test_a_session_is_of_one_room_and_ends_after_12_hours(store: Store) -> None:
    room, elsewhere = await a_room(store), await a_room(store)
    async with store.database.write() as tx:
        made = await sessions.add(tx, room, token_hash=b"t", secret_wrapped=b"w", now=NOW)
        assert await sessions.get(tx, room, b"t", NOW + SESSION_MS - 1) == made
        assert await sessions.get(tx, room, b"t", NOW + SESSION_MS) is None
        assert await sessions.get(tx, elsewhere, b"t", NOW) is None
        await sessions.end(tx, room, b"t")
        assert await sessions.get(tx, room, b"t", NOW) is None


async def test_a_change_of_password_ends_the_others(store: Store) -> None:
    room, elsewhere = await a_room(store), await a_room(store)
    async with store.database.write() as tx:
        for token in (b"1", b"2", b"3"):
            await sessions.add(tx, room, token_hash=token, secret_wrapped=b"w", now=NOW)
        await sessions.add(tx, elsewhere, token_hash=b"4", secret_wrapped=b"w", now=NOW)
        assert await sessions.end_all_but(tx, room, b"2") == 2
        assert await sessions.get(tx, room, b"2", NOW)
        assert await sessions.get(tx, elsewhere, b"4", NOW)
        assert await sessions.end_all_but(tx, room, None) == 1


async def test_the_sweep_takes_what_has_expired_and_no_more(store: Store) -> None:
    room = await a_room(store)
    later = NOW + SESSION_MS
    async with store.database.write() as tx:
        await sessions.add(tx, room, token_hash=b"old", secret_wrapped=b"w", now=NOW)
        await sessions.add(tx, room, token_hash=b"new", secret_wrapped=b"w", now=NOW + 1)
        await seats.add_cookie(tx, room, Seat.MENTOR, token_hash=b"old", how=How.CLAIM, now=later - COOKIE_MS)
        await seats.add_cookie(tx, room, Seat.MENTOR, token_hash=b"new", how=How.CLAIM, now=later - COOKIE_MS + 1)
        assert await sessions.sweep(tx, later) == 2
        assert await sessions.get(tx, room, b"new", later)
        assert await seats.holder(tx, room, b"new", later)


async def test_an_admin_link_opens_once_within_the_hour(store: Store) -> None:
    async with store.database.write() as tx:
        await settings.add_admin_link(tx, b"first", NOW)
        assert not await settings.use_admin_link(tx, b"wrong", NOW)
        assert not await settings.use_admin_link(tx, b"first", NOW + LINK_MS)
        assert await settings.use_admin_link(tx, b"first", NOW + LINK_MS - 1)
        assert not await settings.use_admin_link(tx, b"first", NOW)
        await settings.add_admin_link(tx, b"second", NOW)
        await settings.add_admin_link(tx, b"third", NOW)
        assert not await settings.use_admin_link(tx, b"second", NOW)
        assert await settings.use_admin_link(tx, b"third", NOW)


async def test_a_new_admin_password_ends_the_sessions(store: Store) -> None:
    first, second = (AdminPassword(2, 19456, 1, b"s" * 16, bytes([number]) * 32) for number in (1, 2))
    async with store.database.write() as tx:
        assert await settings.admin_password(tx) is None
        await settings.set_admin_password(tx, first, NOW)
        await settings.add_admin_session(tx, b"t", NOW)
        assert await settings.admin_session(tx, b"t", NOW + ADMIN_SESSION_MS - 1)
        assert not await settings.admin_session(tx, b"t", NOW + ADMIN_SESSION_MS)
        await settings.set_admin_password(tx, second, NOW)
        assert await settings.admin_password(tx) == second
        assert not await settings.admin_session(tx, b"t", NOW)
        await settings.add_admin_session(tx, b"t", NOW)
        await settings.end_admin_session(tx, b"t")
        assert not await settings.admin_session(tx, b"t", NOW)


async def test_the_clocks_mark_is_remembered(store: Store) -> None:
    async with store.database.write() as tx:
        assert await settings.clock_mark(tx) is None
        for mark in (ClockMark(NOW, NOW + 1, 0, 0, None, None), ClockMark(NOW + 9, NOW, 5, 7, "boot", 12)):
            await settings.set_clock_mark(tx, mark)
            assert await settings.clock_mark(tx) == mark
