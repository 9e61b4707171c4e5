"""One byte range of RFC 9110 section 14; we serve single ranges only."""

import re

from server.errors import VisavisError

_RANGE = re.compile(r"bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))", re.IGNORECASE)


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(start, end), end exclusive; None where no range is asked for. Raises VisavisError `bad_range` 416 (size)."""
    if header is None:
        return None
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None:
        raise _refused(size)
    first, last, suffix = found.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise _refused(size)
    return start, end


def _refused(size: int) -> VisavisError:
    return VisavisError("bad_range", "One range of bytes within the part can be had.", 416, size=size)
