"""The words a person reads before a yes, and the statement their seat's key signs.

The words belong to the catalogue (`consent.row.*`); their version is here. Whoever changes what is said gives it a
new version: a receipt names hash and version.
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from server.domain.messages import Seat

WORDS_VERSION = "1"

Row = tuple[str, str]


def words(catalogue: Mapping[str, str], due_ms: int, zone: tzinfo, *, downloads: bool) -> list[Row]:
    """The rows (label, text) of one language, in the order they are shown. `catalogue`: key -> text with
    {placeholders}; `due_ms`: when the recording would be destroyed if it ended now; `zone`: where the reader is."""
    raise NotImplementedError


def words_hash(rows: Sequence[Row]) -> str:
    """SHA-256 in lower-case hex over UTF-8 of label TAB text LF, row by row."""
    raise NotImplementedError


def statement(
    answer: str,
    *,
    room: str,
    meeting: str,
    recording: str,
    seat: Seat,
    nonce: str,
    words_hash: str,
    words_version: str,
    language: str,
    due_ms: int,
) -> bytes:
    """What is signed: UTF-8 lines joined by LF, the first one `visavis consent v1`, no LF at the end. `answer` is
    `yes`, `no` or `withdraw`."""
    raise NotImplementedError
