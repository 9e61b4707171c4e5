"""The words a person reads before a yes, and the statement their seat's key signs.

The words belong to the catalogue (`consent.row.*`); their version is here. Whoever changes what is said gives it a
new version: a receipt names hash and version.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from server.domain.values import Seat

WORDS_VERSION = "3"
"""Of the rows, in all languages together. A test pins what each version says."""

ANSWERS = ("yes", "no", "withdraw")

Row = tuple[str, str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def words(catalogue: Mapping[str, str], due_ms: int, zone: tzinfo, *, downloads: bool) -> list[Row]:
    """The rows (label, text) of one language, in the order they are shown.

    `catalogue`: key -> text with {placeholders}; `due_ms`: when the recording would be destroyed if it ended now;
    `zone`: the reader's time zone. Raises KeyError where the catalogue lacks a key.
    """
    copies = "offered" if downloads else "not_offered"
    texts = {
        "what": catalogue["consent.row.what.text"],
        "until": catalogue["consent.row.until.text"].format(moment=moment(catalogue, due_ms, zone)),
        "stop": catalogue["consent.row.stop.text"],
        "who": catalogue["consent.row.who.text"],
        "copies": catalogue[f"consent.row.copies.{copies}"],
        "purpose": catalogue["consent.row.purpose.text"],
        "where": catalogue["consent.row.where.text"],
    }
    return [(catalogue[f"consent.row.{row}"], text) for row, text in texts.items()]


def moment(catalogue: Mapping[str, str], at_ms: int, zone: tzinfo) -> str:
    """A moment in words, with the names of the catalogue: "Friday 18 December 2026, 14:36 (CET)"."""
    # Not fromtimestamp(): that one asks the platform, and platforms disagree about far years.
    at = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    return catalogue["consent.moment"].format(
        weekday=catalogue[f"consent.weekday.{at.isoweekday()}"],
        day=at.day,
        month=catalogue[f"consent.month.{at.month}"],
        year=at.year,
        time=f"{at:%H:%M}",
        zone=at.tzname(),
    )


def words_hash(rows: Sequence[Row]) -> str:
    """SHA-256 in lower-case hex over UTF-8 of label TAB text LF, row by row."""
    return hashlib.sha256("".join(f"{label}\t{text}\n" for label, text in rows).encode()).hexdigest()


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
    """What is signed: UTF-8 lines joined by LF, no LF at the end. The first line is `visavis consent v1`, then one line
    each for the arguments, in their order here. `answer` is `yes`, `no` or `withdraw`."""
    # Every value is an identifier, a number or a hash, so that no value can hold a line of its own.
    lines = [answer, room, meeting, recording, seat.value, nonce, words_hash, words_version, language, str(due_ms)]
    return "\n".join(["visavis consent v1", *lines]).encode()
