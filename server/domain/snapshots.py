"""What a journal stands on: rules of making, confirming and undoing snapshots, as a value.

A browser makes a snapshot of all entries up to a number. The journal stands on it at once for whoever comes new, but
nothing that it replaces is given up before the *other* seat has confirmed it: until then the last confirmed snapshot
(the base) and all entries since are kept, so that a compaction made in bad faith can be undone.

One snapshot of each meeting stays. What was made at the end of a meeting may still wait for the other's word when the
next meeting's first one comes: both wait then, and they are confirmed in order.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from server.domain.values import Seat
from server.errors import VisavisError

MEETINGS_KEPT = 6
"""Meetings whose newest confirmed snapshot can be gone back to."""
MAX_DROPS = 64


class Kept(Struct, frozen=True):
    """A snapshot that is there."""

    id: str
    nth: int
    """In the order they were made."""
    upto: int
    by: Seat
    made_ms: int
    meeting: str | None
    """The meeting in which, or after which, the last entry in it was written; None: before the first one."""
    confirmed: bool
    forgets: bool
    """Something was deleted for good: once this one is confirmed, nothing that it replaces may be opened again."""
    drops: tuple[str, ...]
    """Kept snapshots that still hold what was deleted: they go when this one is confirmed."""
    size: int


class Standing(Struct, frozen=True):
    """All kept snapshots of a journal, in the order they were made. The last ones may be unconfirmed, one a meeting."""

    kept: tuple[Kept, ...] = ()

    @property
    def current(self) -> Kept | None:
        """What whoever comes new begins with."""
        return self.kept[-1] if self.kept else None

    @property
    def base(self) -> Kept | None:
        """The last one the other seat has confirmed: entries after it are kept."""
        return next((each for each in reversed(self.kept) if each.confirmed), None)

    @property
    def floor(self) -> int:
        """Entries up to this number are given up."""
        return self.base.upto if self.base is not None else 0

    @property
    def upto(self) -> int:
        return self.current.upto if self.current is not None else 0

    def get(self, snapshot: str) -> Kept:
        """Raises VisavisError `no_such_snapshot` (404)."""
        for each in self.kept:
            if each.id == snapshot:
                return each
        raise VisavisError("no_such_snapshot", "there is no such snapshot (any more)", 404)


class Step(Struct, frozen=True):
    """What a rule makes of it."""

    standing: Standing
    dropped: tuple[str, ...] = ()
    """Snapshots that must be destroyed."""
    settled: bool = False
    """There is a new base: what it replaces in the log must be destroyed."""


def check_upto(standing: Standing, upto: int, head: int, forgets: bool) -> None:
    """Whether a snapshot of all up to here may be made now. Raises VisavisError `snapshot_ahead` (beyond what is
    durable), `snapshot_old` (it replaces nothing), both 409."""
    if upto > head:
        raise VisavisError("snapshot_ahead", "there are no such entries yet", 409, head=head)
    if upto < standing.upto or (upto == standing.upto and not forgets) or upto == 0:
        raise VisavisError("snapshot_old", "the journal stands on a newer snapshot", 409, upto=standing.upto)


def make(standing: Standing, made: Kept, head: int, alone: bool) -> Step:
    """The journal stands on `made` from now on. `alone`: there is nobody who could confirm it, so it counts as
    confirmed. An unconfirmed one of the same meeting is replaced; what that one was to forget, this one forgets.

    Raises as `check_upto`."""
    check_upto(standing, made.upto, head, made.forgets)
    waiting = [each for each in standing.kept if not each.confirmed]
    gone = [each for each in waiting if each.meeting == made.meeting or each.id in made.drops]
    staying = [each for each in waiting if each not in gone]
    gone += staying[: -MEETINGS_KEPT + 1]
    kept = tuple(each for each in standing.kept if each not in gone)
    made = replace(_with_duties(made, gone), confirmed=False)
    known = {each.id for each in kept}
    unsettled = Standing((*kept, replace(made, drops=tuple(each for each in made.drops if each in known))))
    dropped = tuple(each.id for each in gone)
    if not alone:
        return Step(unsettled, dropped)
    step = _settle(unsettled, unsettled.kept[-1])
    return replace(step, dropped=(*dropped, *step.dropped))


def confirm(standing: Standing, snapshot: str, by: Seat) -> Step:
    """The other seat has seen that nothing is missing. Once more is no error. Unconfirmed ones before it go.

    Raises VisavisError `no_such_snapshot` (404), `not_yours_to_confirm` (403)."""
    found = standing.get(snapshot)
    if found.confirmed:
        return Step(standing)
    if found.by is by:
        raise VisavisError("not_yours_to_confirm", "the other seat confirms a snapshot", 403)
    return _settle(standing, found)


def restore(standing: Standing, snapshot: str) -> Step:
    """Undoes an unconfirmed compaction, and what was built on it: the journal stands on what was there before, with all
    entries since.

    Raises VisavisError `no_such_snapshot` (404), `already_confirmed` (409)."""
    found = standing.get(snapshot)
    if found.confirmed:
        raise VisavisError("already_confirmed", "what it replaced is given up already", 409)
    place = standing.kept.index(found)
    return Step(Standing(standing.kept[:place]), tuple(each.id for each in standing.kept[place:]))


def _with_duties(one: Kept, gone: Sequence[Kept]) -> Kept:
    """What those that go were to forget, this one forgets."""
    drops = dict.fromkeys((*one.drops, *(each for other in gone for each in other.drops)))
    return replace(one, forgets=one.forgets or any(other.forgets for other in gone), drops=tuple(drops))


def _settle(standing: Standing, found: Kept) -> Step:
    """It becomes the base. Of those before it each meeting's newest confirmed one stays, unless it is to be dropped."""
    place = standing.kept.index(found)
    before, after = standing.kept[:place], standing.kept[place + 1 :]
    base = replace(_with_duties(found, [each for each in before if not each.confirmed]), confirmed=True)
    newest: dict[str | None, Kept] = {}
    for each in before:
        if each.confirmed and each.id not in base.drops and each.meeting != base.meeting:
            newest.pop(each.meeting, None)
            newest[each.meeting] = each
    staying = (*newest.values(), replace(base, drops=()))[-MEETINGS_KEPT:]
    names = {each.id for each in (*staying, *after)}
    waiting = (replace(each, drops=tuple(name for name in each.drops if name in names)) for each in after)
    dropped = tuple(each.id for each in standing.kept if each.id not in names)
    return Step(Standing((*staying, *waiting)), dropped, settled=True)
