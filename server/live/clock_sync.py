"""What the machine says about its own clock."""

import ctypes
import time
from pathlib import Path

_TIMESYNCD_MARK = Path("/run/systemd/timesync/synchronized")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised to a reliable server."""


def clock_is_synchronised() -> bool:
    """Whether a time service keeps the machine's clock (adjtimex(2), or systemd's mark). False when nobody can say."""
    return _adjtimex_state() not in (None, _TIME_ERROR) or _TIMESYNCD_MARK.exists()


def boot_reading() -> tuple[str | None, int | None]:
    """The id of this start of the machine and the milliseconds since then, sleep included; None where unknown."""
    try:
        return _BOOT_ID.read_text().strip(), time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    except (OSError, AttributeError):
        return None, None


def _adjtimex_state() -> int | None:
    """The kernel's word (0 to 5), or None where it cannot be asked. Only reads: `modes` is 0."""
    buffer = ctypes.create_string_buffer(
        256
    )  # struct timex: 208 bytes on 64-bit Linux; all zero means "change nothing"
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(buffer))
    except (OSError, AttributeError):
        return None
    return state if state >= 0 else None
