"""What a journal stands on: rules of making, confirming and undoing snapshots, as a value.

A browser makes a snapshot of all entries up to a number. The journal stands on it at once for whoever comes new, but
nothing that it replaces is given up before the *other* seat has confirmed it: until then the last confirmed snapshot
(the base) and all entries since are kept, so that a compaction made in bad faith can be undone.
"""

from msgspec import Struct
from msgspec.structs import replace

from server.domain.messages import Seat
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
    """The meeting it was made in, or after."""
    confirmed: bool
    forgets: bool
    """Something was deleted for good: once this one is confirmed, nothing that it replaces may be opened again."""
    drops: tuple[str, ...]
    """Kept snapshots that still hold what was deleted: they go when this one is confirmed."""
    size: int


class Standing(Struct, frozen=True):
    """All kept snapshots of a journal, in the order they were made. At most one is unconfirmed: the last."""

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
    confirmed. An unconfirmed one before it is replaced; what that one was to forget, this one forgets.

    Raises as `check_upto`."""
    check_upto(standing, made.upto, head, made.forgets)
    kept: tuple[Kept, ...] = standing.kept
    dropped: tuple[str, ...] = ()
    before = standing.current
    if before is not None and not before.confirmed:
        kept, dropped = kept[:-1], (before.id,)
        drops = tuple(dict.fromkeys((*made.drops, *before.drops)))
        made = replace(made, forgets=made.forgets or before.forgets, drops=drops)
    known = {each.id for each in kept}
    made = replace(made, confirmed=False, drops=tuple(each for each in made.drops if each in known))
    unsettled = Standing((*kept, made))
    if not alone:
        return Step(unsettled, dropped)
    step = _settle(unsettled)
    return replace(step, dropped=(*dropped, *step.dropped))


def confirm(standing: Standing, snapshot: str, by: Seat) -> Step:
    """The other seat has seen that nothing is missing. Once more is no error.

    Raises VisavisError `no_such_snapshot` (404), `not_yours_to_confirm` (403)."""
    found = standing.get(snapshot)
    if found.confirmed:
        return Step(standing)
    if found.by is by:
        raise VisavisError("not_yours_to_confirm", "the other seat confirms a snapshot", 403)
    return _settle(standing)


def restore(standing: Standing, snapshot: str) -> Step:
    """Undoes an unconfirmed compaction: the journal stands on its base again, with all entries since.

    Raises VisavisError `no_such_snapshot` (404), `already_confirmed` (409)."""
    found = standing.get(snapshot)
    if found.confirmed:
        raise VisavisError("already_confirmed", "what it replaced is given up already", 409)
    return Step(Standing(standing.kept[:-1]), (found.id,))


def _settle(standing: Standing) -> Step:
    """The last one becomes the base; of the others each meeting's newest stays, unless it was to be dropped."""
    base = replace(standing.kept[-1], confirmed=True)
    newest: dict[str | None, Kept] = {}
    for each in (*standing.kept[:-1], base):
        if each is base or each.id not in base.drops:
            newest.pop(each.meeting, None)
            newest[each.meeting] = each
    staying = tuple(newest.values())[-MEETINGS_KEPT:]
    names = {each.id for each in staying}
    dropped = tuple(each.id for each in standing.kept if each.id not in names)
    return Step(Standing((*staying[:-1], replace(base, drops=()))), dropped, settled=True)
