"""How long recordings live. A promise made to a pair is only ever shortened."""

from msgspec import Struct

from server.errors import VisavisError

DAY_MS = 24 * 60 * 60 * 1000
MOST_DAYS = 3650
LEAP_MS = DAY_MS
"""A clock that went forward by more than this beyond the time that passed has leapt."""
HOLD_MS = DAY_MS
"""How long the server must run before it destroys by a clock that has leapt."""


class Policy(Struct, frozen=True):
    """The admin's: `days` offered to new rooms, `longest_days` a room may choose."""

    days: int
    longest_days: int


def check_policy(days: int, longest_days: int) -> Policy:
    """Raises VisavisError `bad_retention` unless 1 <= days <= longest_days <= 3650."""
    if not 1 <= days <= longest_days <= MOST_DAYS:
        raise _bad("1 <= days <= longest days <= 3650 does not hold")
    return Policy(days, longest_days)


def choose_days(wanted: int, policy: Policy) -> int:
    """Days for a new room. Raises VisavisError `bad_retention`, or `retention_too_long` with `longest_days`."""
    if wanted < 1:
        raise _bad("retention is at least one day")
    if wanted > policy.longest_days:
        raise VisavisError(
            "retention_too_long", "longer than the administrator allows", 422, longest_days=policy.longest_days
        )
    return wanted


def days_for_new_recording(room_days: int, policy: Policy) -> int:
    """What is promised for a recording to come: the room's days, at most what the admin allows now."""
    return min(room_days, policy.longest_days)


def shorten(promised: int, wanted: int) -> int:
    """The room's days after one of the pair asks for `wanted`. Raises VisavisError `bad_retention`, or
    `retention_only_shorter` with `days` if that is longer than promised."""
    if wanted < 1:
        raise _bad("retention is at least one day")
    if wanted > promised:
        raise VisavisError("retention_only_shorter", "retention can only be shortened", 422, days=promised)
    return wanted


def due_ms(ended_ms: int, days: int) -> int:
    """When a recording is due: the end of its last part plus `days` times 24 h, UTC."""
    return ended_ms + days * DAY_MS


def shortened_due(due: int, ended_ms: int, days: int) -> int:
    """A recording's due moment after its promise was changed to `days`: never later than it was."""
    return min(due, due_ms(ended_ms, days))


def is_due(due: int, now: int) -> bool:
    """From this moment on the recording is unreadable."""
    return now >= due


class ClockWatch(Struct, frozen=True):
    """Whether the clock may be believed. Store `wall_ms` and `hold_ms` after each look; after a restart begin with the
    stored ones and `uptime_ms=0` (so the time the server was down counts as a leap, unless the clock is synchronised).
    """

    wall_ms: int
    uptime_ms: int
    """Monotonic milliseconds since the process began, when `wall_ms` was read."""
    hold_ms: int = 0
    """How much longer the server must run before anything is destroyed."""


def look(watch: ClockWatch, wall_ms: int, uptime_ms: int, *, synchronised: bool) -> ClockWatch:
    """The watch after another look at the system's clocks (`time.time`, not a clock carried on by the monotonic one).

    `synchronised`: the system says that its clock is disciplined. Then the clock is believed and any hold ends.
    Otherwise a leap forward of more than a day begins a hold of 24 h of running; time down does not count. A clock
    that went back holds nothing: by it recordings are due later.
    """
    ran = max(0, uptime_ms - watch.uptime_ms)
    leap = wall_ms - watch.wall_ms - ran
    if synchronised:
        hold = 0
    elif leap > LEAP_MS:
        hold = HOLD_MS
    else:
        hold = max(0, watch.hold_ms - ran)
    return ClockWatch(wall_ms, uptime_ms, hold)


def may_destroy(watch: ClockWatch) -> bool:
    return watch.hold_ms == 0


def _bad(detail: str) -> VisavisError:
    return VisavisError("bad_retention", detail, 422)
