import pytest

from server.domain.values import Seat
from server.errors import VisavisError
from server.store import notices, retention, rooms
from server.store.retention import Policy, Shortened
from tests.store.given import DAY, MINUTE, NOW, Store, a_kept_recording, a_room, a_running_recording, look_up


async def set_policy(store: Store, days: int, longest_days: int) -> Shortened:
    async with store.database.write() as tx:
        return await retention.set_policy(tx, days=days, longest_days=longest_days, now=NOW)


async def shorten(store: Store, room: str, days: int, by: Seat = Seat.MENTEE) -> Shortened:
    async with store.database.write() as tx:
        return await retention.shorten_room(tx, room, days=days, by=by, now=NOW)


async def days_of(store: Store, room: str) -> int:
    async with store.database.read() as tx:
        found = await rooms.get(tx, room)
    assert found is not None
    return found.retention_days


async def told(store: Store, room: str, seat: Seat) -> list[tuple[str, dict[str, object]]]:
    async with store.database.read() as tx:
        return [(notice.code, notice.params) for notice in await notices.of_room(tx, room, unseen_by=seat)]


async def test_the_policy_is_the_last_one_set(store: Store) -> None:
    async with store.database.read() as tx:
        assert await retention.policy(tx) == Policy(30, 365, 0)
    await set_policy(store, 5, 50)
    await set_policy(store, 6, 60)
    async with store.database.read() as tx:
        assert await retention.policy(tx) == Policy(6, 60, NOW)


@pytest.mark.parametrize(("days", "longest"), [(0, 5), (6, 5), (5, 3651)])
async def test_a_policy_out_of_range_is_refused(store: Store, days: int, longest: int) -> None:
    with pytest.raises(VisavisError, match="bad_retention"):
        await set_policy(store, days, longest)


async def test_lowering_the_offer_is_for_recordings_to_come(store: Store) -> None:
    follows, chose = await a_room(store, days=None), await a_room(store, days=20)
    kept = await a_kept_recording(store, follows, days=30)
    assert await set_policy(store, 10, 365) == Shortened((follows,), 0)
    assert (await days_of(store, follows), await days_of(store, chose)) == (10, 20)
    assert (await look_up(store, kept.id)).due_ms == kept.due_ms
    expected = ("retention_shortened_by_admin", {"days": 10, "longest_days": 365, "recordings": 0})
    assert await told(store, follows, Seat.MENTOR) == [expected]
    assert await told(store, chose, Seat.MENTOR) == []


async def test_lowering_the_longest_shortens_what_was_promised(store: Store) -> None:
    room, short = await a_room(store, days=60), await a_room(store, days=5)
    long_one = await a_kept_recording(store, room, days=60)
    short_one = await a_kept_recording(store, room, days=3)
    untouched = await a_kept_recording(store, short, days=5)
    running = await a_running_recording(store, room, days=60)
    assert await set_policy(store, 7, 7) == Shortened((room,), 2)
    assert await days_of(store, room) == 7
    assert (await look_up(store, long_one.id)).due_ms == NOW + 14 * MINUTE + 7 * DAY
    assert (await look_up(store, running)).retention_days == 7
    for kept in (short_one, untouched):
        assert await look_up(store, kept.id) == kept
    expected = ("retention_shortened_by_admin", {"days": 7, "longest_days": 7, "recordings": 2})
    for seat in Seat:
        assert await told(store, room, seat) == [expected]
        assert await told(store, short, seat) == []


async def test_a_recording_longer_than_its_room_is_shortened_too(store: Store) -> None:
    """The room was shortened before; what it promised earlier was kept short then. One that still has more days
    (made under an older promise) comes under the new longest all the same."""
    room = await a_room(store, days=5)
    kept = await a_kept_recording(store, room, days=90)
    assert await set_policy(store, 30, 30) == Shortened((room,), 1)
    assert await days_of(store, room) == 5
    assert (await look_up(store, kept.id)).retention_days == 30
    assert await told(store, room, Seat.MENTEE) == [
        ("retention_shortened_by_admin", {"days": 5, "longest_days": 30, "recordings": 1})
    ]


async def test_raising_lengthens_nothing_that_was_promised(store: Store) -> None:
    follows, chose = await a_room(store, days=None), await a_room(store, days=365)
    kept = [await a_kept_recording(store, room, days=30) for room in (follows, chose)]
    assert await set_policy(store, 300, 3650) == Shortened((), 0)
    assert (await days_of(store, follows), await days_of(store, chose)) == (30, 365)
    assert [await look_up(store, one.id) for one in kept] == kept
    assert await days_of(store, await a_room(store, days=None)) == 300


async def test_either_of_the_pair_shortens_what_there_is_and_what_comes(store: Store) -> None:
    room, other = await a_room(store), await a_room(store)
    kept, theirs = await a_kept_recording(store, room), await a_kept_recording(store, other)
    assert await shorten(store, room, 2) == Shortened((room,), 1)
    assert await days_of(store, room) == 2
    assert (await look_up(store, kept.id)).due_ms == NOW + 14 * MINUTE + 2 * DAY
    assert await look_up(store, theirs.id) == theirs
    assert await told(store, room, Seat.MENTEE) == []
    assert await told(store, room, Seat.MENTOR) == [("retention_shortened", {"days": 2, "recordings": 1})]


@pytest.mark.parametrize(("days", "code"), [(31, "retention_only_shorter"), (0, "bad_retention")])
async def test_a_pair_cannot_lengthen(store: Store, days: int, code: str) -> None:
    room = await a_room(store, days=30)
    with pytest.raises(VisavisError, match=code):
        await shorten(store, room, days)
    assert await days_of(store, room) == 30
    with pytest.raises(VisavisError, match="no_such_room"):
        await shorten(store, "a" * 16, 3)


async def test_deleted_ones_keep_the_day_they_had(store: Store) -> None:
    room = await a_room(store)
    gone = await a_kept_recording(store, room)
    await store.deletion.delete(gone.id, cause="deleted", by=Seat.MENTOR, now=NOW)
    assert (await shorten(store, room, 1)).recordings == 0
    assert (await look_up(store, gone.id)).due_ms == gone.due_ms


async def test_a_room_that_was_shortened_no_longer_follows_the_offer(store: Store) -> None:
    room = await a_room(store, days=None)
    await shorten(store, room, 20)
    await set_policy(store, 10, 365)
    assert await days_of(store, room) == 20


async def test_each_puts_a_notice_away_for_themselves(store: Store) -> None:
    room, other = await a_room(store), await a_room(store)
    async with store.database.write() as tx:
        await notices.add(tx, room, "retention_shortened", {"days": 3}, NOW)
        [notice] = await notices.of_room(tx, room)
        await notices.seen(tx, other, notice.id, Seat.MENTOR, NOW)
        assert await notices.of_room(tx, room, unseen_by=Seat.MENTOR) == [notice]
        await notices.seen(tx, room, notice.id, Seat.MENTOR, NOW)
        assert await notices.of_room(tx, room, unseen_by=Seat.MENTOR) == []
        [left] = await notices.of_room(tx, room, unseen_by=Seat.MENTEE)
    assert left.seen == (Seat.MENTOR,)
