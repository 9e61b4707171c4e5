"""What of a meeting outlives the process it was held in, and for how long."""

import pytest
from sqlalchemy import text

from server.domain.state import MEETING_ENDS_MS
from server.domain.values import Seat
from server.ids import new_id
from server.store import meetings, receipts, recordings, settings
from server.store.meetings import GoingOn
from tests.store.given import MINUTE, NOW, Store, a_room


async def begun(store: Store, room: str, at_ms: int = NOW) -> str:
    meeting = new_id()
    async with store.database.write() as tx:
        await recordings.begin_meeting(tx, meeting, room, at_ms)
    return meeting


async def alive(store: Store, at_ms: int) -> None:
    """The janitor has looked."""
    async with store.database.write() as tx:
        await settings.set_clock_mark(tx, settings.ClockMark(at_ms, at_ms, 0, 0, None, None))


async def settled(store: Store, now: int) -> list[str]:
    async with store.database.write() as tx:
        return await meetings.settle(tx, now)


async def going_on(store: Store, room: str) -> GoingOn | None:
    async with store.database.read() as tx:
        return await meetings.going_on(tx, room)


async def ended_ms(store: Store, meeting: str) -> int | None:
    async with store.database.read() as tx:
        found = await tx.execute(text("SELECT ended_ms FROM meetings WHERE id = :id"), {"id": meeting})
        moment: int | None = found.scalar_one()
        return moment


async def test_it_goes_on_for_five_minutes_from_the_last_sign_of_life(store: Store) -> None:
    room = await a_room(store)
    meeting, last = await begun(store, room), NOW + 40 * MINUTE
    await alive(store, last)
    assert await settled(store, last + MEETING_ENDS_MS - 1) == [room]
    assert await going_on(store, room) == GoingOn(meeting, last, None)
    # another start, with nobody there in between: it does not begin to count anew
    await alive(store, last + 3 * MINUTE)
    assert await settled(store, last + MEETING_ENDS_MS - 1) == [room]
    assert await settled(store, last + MEETING_ENDS_MS) == []
    assert await going_on(store, room) is None
    assert await ended_ms(store, meeting) == last + MEETING_ENDS_MS


async def test_where_it_was_empty_already_that_counts(store: Store) -> None:
    room = await a_room(store)
    meeting = await begun(store, room)
    async with store.database.write() as tx:
        await meetings.note_empty(tx, meeting, NOW + MINUTE)
    await alive(store, NOW + 5 * MINUTE)
    assert await settled(store, NOW + 7 * MINUTE) == []
    assert await ended_ms(store, meeting) == NOW + 6 * MINUTE


async def test_where_somebody_came_back_that_is_forgotten(store: Store) -> None:
    room = await a_room(store)
    meeting = await begun(store, room)
    async with store.database.write() as tx:
        await meetings.note_empty(tx, meeting, NOW + MINUTE)
        await meetings.note_empty(tx, meeting, None)
    await alive(store, NOW + 5 * MINUTE)
    assert await settled(store, NOW + 7 * MINUTE) == [room]
    assert await going_on(store, room) == GoingOn(meeting, NOW + 5 * MINUTE, None)


@pytest.mark.parametrize("looked_ms", [None, NOW - 9 * MINUTE, NOW + 99 * MINUTE])
async def test_one_that_began_since_the_last_look_and_a_clock_that_went_back(
    store: Store, looked_ms: int | None
) -> None:
    room = await a_room(store)
    meeting = await begun(store, room)
    if looked_ms is not None:
        await alive(store, looked_ms)
    assert await settled(store, NOW + MINUTE) == [room]
    since_ms = NOW + MINUTE if looked_ms == NOW + 99 * MINUTE else NOW
    assert await going_on(store, room) == GoingOn(meeting, since_ms, None)


async def test_who_said_not_today_in_it_and_in_no_other(store: Store) -> None:
    room, other = await a_room(store), await a_room(store)
    former = await begun(store, room, NOW - 90 * MINUTE)
    meeting, elsewhere = await begun(store, room), await begun(store, other)
    async with store.database.write() as tx:
        await recordings.end_meeting(tx, former, NOW - 30 * MINUTE)
        for kind, seat, of in (("no", Seat.MENTOR, former), ("yes", Seat.MENTOR, meeting), ("no", "mentee", meeting)):
            entry = receipts.Entry(kind=receipts.Kind(kind), seat=Seat(seat), at_ms=NOW, meeting=of)
            await receipts.add(tx, room, entry)
    assert await going_on(store, room) == GoingOn(meeting, NOW, Seat.MENTEE)
    assert await going_on(store, other) == GoingOn(elsewhere, NOW, None)
