"""The words each of the two was shown, and what they answered.

A nonce is made for one showing of the words and used up by the first answer that names it. A yes counts only once
nonce, words and signature have been checked; a no and a withdrawal count at once, and their receipt says "unsigned"
where the signature is missing or wrong.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol
from zoneinfo import ZoneInfo

from structlog import get_logger

from server.domain import consent, retention
from server.domain.events import ConsentAsked, ConsentDeclined, ConsentGiven, ConsentWithdrawn, Event
from server.domain.from_browser import ConsentAsk, ConsentNo, ConsentWithdraw, ConsentYes
from server.domain.from_server import ConsentWords, Error
from server.domain.state import MINUTE, Room
from server.domain.values import Seat
from server.ids import new_id
from server.live.page import Page
from server.live.papers import Papers, Shown
from server.live.services import Services
from server.live.worker import Job
from server.store.receipts import UNSIGNED, Entry, Kind

log = get_logger()


class Dispatch(Protocol):
    """`RoomTask.dispatch`: whether the event was accepted; `paper` is done before the event's slow effects."""

    def __call__(self, event: Event, sender: Page | None = None, *, paper: Job | None = None) -> bool: ...


class Consents:
    """One room's. `room()` gives the room as it is now."""

    def __init__(self, services: Services, room_id: str, dispatch: Dispatch, room: Callable[[], Room]) -> None:
        self._services = services
        self._id = room_id
        self._papers = Papers(services, room_id)
        self._dispatch = dispatch
        self._room = room
        self._shown: dict[Seat, Shown] = {}
        self._checking: dict[Seat, Shown] = {}
        self._given: dict[Seat, Shown] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, page: Page, message: ConsentAsk) -> None:
        """Shows the words under a fresh nonce; an earlier showing to this seat is void."""
        nonce, now = new_id(), self._services.clock.now_ms()
        if not self._dispatch(ConsentAsked(page.seat, nonce, new_id()), page):
            return
        room = self._room()
        if room.meeting is None or room.agreeing is None:
            return
        due_ms = retention.due_ms(now, room.retention_days) // MINUTE * MINUTE
        catalogue, language = self._catalogue(message.language)
        rows = consent.words(catalogue, due_ms, _zone(message.time_zone), downloads=room.downloads)
        shown = Shown(nonce, room.meeting, room.agreeing, tuple(rows), consent.words_hash(rows), language, due_ms)
        self.forget(page.seat)
        self._shown[page.seat] = shown
        page.send(
            ConsentWords(
                recording=shown.recording,
                meeting=shown.meeting,
                nonce=nonce,
                version=consent.WORDS_VERSION,
                language=language,
                rows=rows,
                words_hash=shown.words_hash,
                due_ms=due_ms,
            )
        )

    def yes(self, page: Page, message: ConsentYes) -> None:
        """Checks first. What comes in between (a withdrawal, a goodbye, new words) makes the yes void."""
        shown = self._take(page.seat, message.nonce, message.words_hash)
        if shown is None:
            page.send(Error("stale_words", "These are not the words you were shown last.", "consent_yes"))
            return
        self._checking[page.seat] = shown
        task = asyncio.get_running_loop().create_task(self._check_yes(page, shown, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def no(self, page: Page, message: ConsentNo) -> None:
        shown = self._take(page.seat, message.nonce, message.words_hash)
        self.forget(page.seat)
        paper = self._paper(Kind.NO, page.seat, shown, message.key, message.signature)
        self._dispatch(ConsentDeclined(page.seat), page, paper=paper)

    def withdraw(self, page: Page, message: ConsentWithdraw) -> None:
        """Acts first: the permit is closed when this returns. What is signed names the nonce of the yes."""
        shown = self._given.get(page.seat)
        self.forget(page.seat)
        named = shown is not None and message.nonce == shown.nonce
        paper = self._paper(
            Kind.WITHDRAW, page.seat, shown, message.key if named else None, message.signature if named else ""
        )
        self._dispatch(ConsentWithdrawn(page.seat), page, paper=paper)

    def unsigned(self, kind: Kind, seat: Seat, recording: str | None = None) -> Job:
        """The receipt of what was pressed, or left undone, without a signature."""
        return self._paper(kind, seat, self._given.get(seat), None, "", recording)

    def forget(self, seat: Seat) -> None:
        """Nothing this seat was shown so far can be answered any more."""
        self._shown.pop(seat, None)
        self._checking.pop(seat, None)

    async def settle(self) -> None:
        """Returns once no yes is being checked."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------------------------------------------------------------

    def _catalogue(self, language: str) -> tuple[Mapping[str, str], str]:
        texts, english = self._services.catalogue(language), self._services.catalogue("en")
        return texts, "en" if texts is english else language

    def _take(self, seat: Seat, nonce: str, words_hash: str) -> Shown | None:
        """What was shown under this nonce, once, if it is still what is being agreed on."""
        shown = self._shown.get(seat)
        if shown is None or shown.nonce != nonce:
            return None
        del self._shown[seat]
        room = self._room()
        current = shown.meeting == room.meeting and shown.recording == room.agreeing
        return shown if current and shown.words_hash == words_hash else None

    async def _check_yes(self, page: Page, shown: Shown, message: ConsentYes) -> None:
        seat = page.seat
        try:
            signature = await self._papers.checked(seat, shown, Kind.YES, message.key, message.signature)
        except Exception:
            log.exception("consent_not_checked", room=self._id)
            signature = UNSIGNED
        if self._checking.get(seat) is not shown:
            return
        del self._checking[seat]
        if signature == UNSIGNED:
            log.warning("consent_refused", room=self._id, seat=seat.value)
            page.send(Error("bad_signature", "The answer is not signed by this seat's key.", "consent_yes"))
            return
        entry = shown.entry(Kind.YES, seat, self._services.clock.now_ms(), message.key)

        async def file() -> None:
            await self._file_yes(entry, shown, signature)

        if self._dispatch(ConsentGiven(seat, shown.nonce), page, paper=file):
            self._given[seat] = shown

    async def _file_yes(self, entry: Entry, shown: Shown, signature: str) -> None:
        """A yes nobody can prove is no yes: without its receipt the switch goes off again."""
        try:
            await self._papers.file(entry, shown, signature)
        except Exception as error:
            log.error("receipt_not_stored", room=self._id, error=type(error).__name__)
            self._dispatch(ConsentWithdrawn(entry.seat))

    def _paper(
        self, kind: Kind, seat: Seat, shown: Shown | None, key: str | None, signature: str, recording: str | None = None
    ) -> Job:
        """The job that checks what can be checked and files the receipt; moment and names are of now."""
        room, now = self._room(), self._services.clock.now_ms()
        if shown is not None and recording in (None, shown.recording):
            entry = shown.entry(kind, seat, now, key)
        else:
            shown = None
            on_tape = room.tape.recording if room.tape is not None else room.agreeing
            entry = Entry(kind=kind, seat=seat, at_ms=now, meeting=room.meeting, recording=recording or on_tape)

        async def file() -> None:
            signed = UNSIGNED
            if shown is not None and key is not None and signature:
                signed = await self._papers.checked(seat, shown, kind, key, signature)
            await self._papers.file(entry, shown, signed)

        return file


def _zone(name: str) -> ZoneInfo:
    """The IANA zone, or UTC for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
