"""How long recordings live. A promise made to a pair is only ever shortened."""

from msgspec import Struct

DAY_MS = 24 * 60 * 60 * 1000
LEAP_MS = DAY_MS
"""A clock that went forward by more than this beyond the time that passed has leapt."""
HOLD_MS = DAY_MS
"""How long the server must run before it destroys by a clock that has leapt."""


class Policy(Struct, frozen=True):
    """The admin's: `days` offered to new rooms, `longest_days` a room may choose."""

    days: int
    longest_days: int


def check_policy(days: int, longest_days: int) -> Policy:
    """Raises VisavisError `bad_retention` (1 <= days <= longest_days <= 3650)."""
    raise NotImplementedError


def choose_days(wanted: int, policy: Policy) -> int:
    """Days for a new room. Raises VisavisError `bad_retention`, `retention_too_long` {longest_days}."""
    raise NotImplementedError


def days_for_new_recording(room_days: int, policy: Policy) -> int:
    """What is promised for a recording to come: the room's days, at most what the admin allows now."""
    raise NotImplementedError


def shorten(promised: int, wanted: int) -> int:
    """Raises VisavisError `bad_retention`, or `retention_only_shorter` if `wanted` is longer than promised."""
    raise NotImplementedError


def shortened_due(due: int, ended_ms: int, days: int) -> int:
    """A recording's due moment after its promise was shortened to `days`: never later than it was."""
    raise NotImplementedError


def due_ms(ended_ms: int, days: int) -> int:
    """When a recording is due: the end of its last part plus `days` times 24 h, UTC."""
    raise NotImplementedError


def is_due(due: int, now: int) -> bool:
    raise NotImplementedError


class ClockWatch(Struct, frozen=True):
    """Whether the clock may be believed. Keep `wall_ms` in the database; begin with `ClockWatch(stored wall, 0)`."""

    wall_ms: int
    uptime_ms: int
    """Monotonic milliseconds since the process began, when `wall_ms` was read."""
    hold_ms: int = 0
    """How much longer the server must run before anything is destroyed."""


def look(watch: ClockWatch, wall_ms: int, uptime_ms: int, *, synchronised: bool) -> ClockWatch:
    """The watch after another look at the clocks. `synchronised`: the system says that its clock is disciplined."""
    raise NotImplementedError


def may_destroy(watch: ClockWatch) -> bool:
    raise NotImplementedError
