"""The rules of snapshots: nothing is lost on one seat's word, and what was to be forgotten is."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import snapshots as rules
from server.domain.snapshots import MEETINGS_KEPT, Kept, Standing, Step
from server.domain.values import Seat
from server.errors import VisavisError


def made(nth: int, upto: int, by: Seat = Seat.MENTOR, **more: object) -> Kept:
    fields: dict[str, object] = {
        "id": f"snapshot{nth:08}",
        "nth": nth,
        "upto": upto,
        "by": by,
        "made_ms": nth,
        "meeting": "meeting",
        "confirmed": False,
        "forgets": False,
        "drops": (),
        "size": 1,
    }
    return Kept(**(fields | more))  # type: ignore[arg-type]


@dataclass
class World:
    """A journal as it is told from outside: what there is, and what was promised."""

    standing: Standing = field(default_factory=Standing)
    head: int = 0
    floor: int = 0
    nth: int = 0
    destroyed: set[str] = field(default_factory=set)
    to_forget: set[str] = field(default_factory=set)
    """What the next confirmation must destroy."""

    def take(self, step: Step) -> None:
        before, after = {each.id for each in self.standing.kept}, {each.id for each in step.standing.kept}
        gone = set(step.dropped)
        assert len(gone) == len(step.dropped)
        assert not gone & after
        assert not gone & self.destroyed
        assert before <= after | gone, "nothing disappears without being destroyed"
        if self.standing.base is not None and not step.settled:
            assert self.standing.base in step.standing.kept, "only a confirmation gives up the base"
        if not step.settled:
            assert step.standing.floor == self.floor, "only a confirmation gives up entries"
        self.destroyed |= gone
        self.standing = step.standing
        self.floor = step.standing.floor
        self.hold()

    def hold(self) -> None:
        kept = self.standing.kept
        assert [each.nth for each in kept] == sorted(each.nth for each in kept)
        assert [each.upto for each in kept] == sorted(each.upto for each in kept)
        confirmed = [each for each in kept if each.confirmed]
        assert kept[: len(confirmed)] == tuple(confirmed), "only the last may be unconfirmed"
        for some in (confirmed, [each for each in kept if not each.confirmed]):
            assert len(some) <= MEETINGS_KEPT
            assert len({each.meeting for each in some}) == len(some)
        assert self.floor <= self.standing.upto <= self.head


seats = st.sampled_from(Seat)
steps = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 5)),
    st.tuples(
        st.just("make"), seats, st.integers(0, 12), st.booleans(), st.booleans(), st.integers(0, 8), st.integers(0, 7)
    ),
    st.tuples(st.just("confirm"), seats, st.integers(0, 3)),
    st.tuples(st.just("restore"), st.integers(0, 3)),
)


@given(st.lists(steps, max_size=40))
def test_whatever_they_do(story: list[tuple[object, ...]]) -> None:
    world = World()
    for step in story:
        _play(world, *step)


def _play(world: World, what: object, *args: object) -> None:
    if what == "write":
        world.head += args[0]  # type: ignore[operator]
    elif what == "make":
        _make(world, *args)  # type: ignore[arg-type]
    elif what == "confirm":
        _confirm(world, *args)  # type: ignore[arg-type]
    else:
        _restore(world, *args)  # type: ignore[arg-type]


def _make(world: World, by: Seat, behind: int, forgets: bool, alone: bool, meeting: int, drops: int) -> None:
    world.nth += 1
    dropped = tuple(each.id for each in world.standing.kept[:drops]) if forgets else ()
    new = made(world.nth, world.head - behind, by, meeting=f"meeting{meeting}", forgets=forgets, drops=dropped)
    try:
        step = rules.make(world.standing, new, world.head, alone)
    except VisavisError as error:
        assert error.code in ("snapshot_ahead", "snapshot_old")  # noqa: PT017
        return
    if dropped:
        world.to_forget |= set(dropped)
    world.take(step)
    assert world.standing.current is not None
    assert world.standing.current.id == new.id
    assert step.settled is alone
    _is_forgotten(world, step)


def _confirm(world: World, by: Seat, which: int) -> None:
    kept = world.standing.kept
    snapshot = kept[-1 - which] if which < len(kept) else made(10**6, 1)
    try:
        step = rules.confirm(world.standing, snapshot.id, by)
    except VisavisError as error:
        assert (error.code == "no_such_snapshot") == (snapshot not in kept)  # noqa: PT017
        assert error.code == "no_such_snapshot" or snapshot.by is by  # noqa: PT017
        return
    assert snapshot.confirmed or snapshot.by is not by, "nobody confirms their own"
    world.take(step)
    _is_forgotten(world, step)


def _is_forgotten(world: World, step: Step) -> None:
    if step.settled:
        waiting = {each for kept in world.standing.kept for each in kept.drops}
        assert world.to_forget - waiting <= world.destroyed
        world.to_forget = waiting


def _restore(world: World, which: int) -> None:
    kept = world.standing.kept
    snapshot = kept[-1 - which] if which < len(kept) else made(10**6, 1)
    try:
        step = rules.restore(world.standing, snapshot.id)
    except VisavisError as error:
        assert snapshot.confirmed if snapshot in kept else error.code == "no_such_snapshot"  # noqa: PT017
        return
    world.take(step)
    assert world.standing.kept == kept[: kept.index(snapshot)], "what was there before stands again"
    # the person said "bring it back"; what others that wait were to forget is forgotten with them
    world.to_forget = {each for kept in world.standing.kept for each in kept.drops}


def test_what_a_replaced_one_was_to_forget_the_next_one_forgets() -> None:
    first = rules.make(Standing(), made(1, 1), 9, alone=True).standing
    second = rules.make(first, made(2, 2, forgets=True, drops=("snapshot00000001",)), 9, alone=False).standing
    third = rules.make(second, made(3, 3), 9, alone=False).standing
    assert third.kept[-1].forgets
    assert rules.confirm(third, "snapshot00000003", Seat.MENTEE).dropped == ("snapshot00000001",)


def test_six_meetings_can_be_gone_back_to_and_one_state_of_each() -> None:
    standing = Standing()
    for nth in range(1, 21):
        standing = rules.make(standing, made(nth, nth, meeting=f"meeting{nth // 2}"), 99, alone=True).standing
    assert [each.nth for each in standing.kept] == [11, 13, 15, 17, 19, 20]


@pytest.mark.parametrize(("upto", "code"), [(0, "snapshot_old"), (3, "snapshot_old"), (4, "snapshot_ahead")])
def test_what_may_not_be_made(upto: int, code: str) -> None:
    standing = rules.make(Standing(), made(1, 3), 3, alone=True).standing
    with pytest.raises(VisavisError) as refused:
        rules.make(standing, made(2, upto), 3, alone=False)
    assert refused.value.code == code
    # deleting without writing anything else is no reason to refuse
    assert rules.make(standing, made(2, 3, forgets=True), 3, alone=True).standing.upto == 3


def test_the_end_of_a_meeting_waits_beside_what_the_next_one_makes() -> None:
    standing = rules.make(Standing(), made(1, 1, meeting="first"), 9, alone=False).standing
    step = rules.make(standing, made(2, 2, meeting="second"), 9, alone=False)
    assert (step.dropped, [each.nth for each in step.standing.kept]) == ((), [1, 2])
    # the next of the same meeting takes the place of that meeting's alone
    step = rules.make(step.standing, made(3, 3, meeting="second"), 9, alone=False)
    assert [each.nth for each in step.standing.kept] == [1, 3]
    settled = rules.confirm(step.standing, "snapshot00000001", Seat.MENTEE)
    assert (settled.settled, settled.standing.floor, settled.standing.upto) == (True, 1, 3)
    settled = rules.confirm(settled.standing, "snapshot00000003", Seat.MENTEE)
    assert [(each.nth, each.confirmed) for each in settled.standing.kept] == [(1, True), (3, True)]
    # confirmed out of order, the one nobody has looked at is no state to go back to
    assert rules.confirm(step.standing, "snapshot00000003", Seat.MENTEE).dropped == ("snapshot00000001",)
    # undone, it takes with it what came after
    assert rules.restore(step.standing, "snapshot00000001").standing == Standing()
    assert [each.nth for each in rules.restore(step.standing, "snapshot00000003").standing.kept] == [1]


def test_what_still_holds_the_deleted_goes_also_where_nobody_confirmed_it() -> None:
    standing = rules.make(Standing(), made(1, 1, meeting="first"), 9, alone=False).standing
    forgetting = made(2, 2, meeting="second", forgets=True, drops=("snapshot00000001",))
    assert rules.make(standing, forgetting, 9, alone=False).dropped == ("snapshot00000001",)
