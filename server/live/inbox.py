"""A message from a page becomes an event of the room, or is answered on the spot."""

from typing import assert_never

from server.domain import events as ev
from server.domain import from_browser as msg
from server.domain.from_server import Error, PulseBack, SignalFrom
from server.domain.values import Choice, Seat
from server.errors import VisavisError
from server.live.devices import DeviceRequests
from server.live.page import Page
from server.live.room_task import RoomTask
from server.store.receipts import Kind

Pause = msg.BreakPropose | msg.BreakAnswer | msg.BreakBack | msg.BreakMore
Calm = msg.Thinking | msg.QuietPropose | msg.QuietAnswer | msg.QuietEnd
Consent = (
    msg.ConsentAsk | msg.ConsentYes | msg.ConsentNo | msg.ConsentWithdraw | msg.CountdownStop | msg.GoOn | msg.Outcome
)


def receive(  # noqa: C901 - one line a message
    task: RoomTask, devices: DeviceRequests, page: Page, message: msg.FromBrowser, now: int
) -> None:
    """Acts on one valid message of the seat's current page. What is refused is told to its sender alone."""
    match message:
        case msg.Hello():
            page.send(Error("already_greeted", "This socket has said hello before.", "hello"))
        case msg.Signal():
            _relay(task, page, message)
        case msg.Media():
            task.dispatch(ev.MediaChanged(page.seat, message.microphone, message.camera), page)
        case msg.BreakPropose() | msg.BreakAnswer() | msg.BreakBack() | msg.BreakMore():
            task.dispatch(_pause(page.seat, message), page)
        case msg.Gesture():
            task.dispatch(ev.GestureMade(page.seat, message.kind), page)
        case msg.Thinking() | msg.QuietPropose() | msg.QuietAnswer() | msg.QuietEnd():
            task.dispatch(_calm(page.seat, message), page)
        case msg.Pulse():
            task.dispatch(ev.PulseHeard(page.seat), page)
            page.send(PulseBack(n=message.n, now_ms=now))
        case msg.LegOffer():
            task.deck.leg_offer(page, message)
        case msg.LegClosed():
            task.deck.leg_closed(page, message)
            task.dispatch(ev.LegShut(page.seat, message.recording, message.run), page)
        case msg.DeviceAnswer():
            try:
                devices.answer(task.id, page.seat, message.request, allow=message.allow)
            except VisavisError as error:
                page.send(Error(error.code, error.detail, "device_answer"))
        case msg.Leave():
            task.leave(page)
        case _:
            _consent(task, page, message)


def _relay(task: RoomTask, page: Page, message: msg.Signal) -> None:
    if (message.description is None) == (message.candidate is None):
        page.send(Error("malformed", "A signal carries either a description or a candidate.", "signal"))
        return
    partner = task.page_of(page.seat.other)
    if partner is not None and partner.page == message.page:
        partner.send(SignalFrom(page=page.page, description=message.description, candidate=message.candidate))


def _pause(seat: Seat, message: Pause) -> ev.Event:
    match message:
        case msg.BreakPropose():
            return ev.BreakProposed(seat, message.minutes)
        case msg.BreakAnswer():
            return ev.BreakAnswered(seat, message.agree)
        case msg.BreakBack():
            return ev.CameBack(seat)
        case msg.BreakMore():
            return ev.MoreBreak(seat, message.minutes)
        case _:
            assert_never(message)


def _calm(seat: Seat, message: Calm) -> ev.Event:
    match message:
        case msg.Thinking():
            return ev.ThinkingSet(seat, message.on)
        case msg.QuietPropose():
            return ev.QuietProposed(seat, message.minutes)
        case msg.QuietAnswer():
            return ev.QuietAnswered(seat, message.agree)
        case msg.QuietEnd():
            return ev.QuietEnded(seat)
        case _:
            assert_never(message)


def _consent(task: RoomTask, page: Page, message: Consent) -> None:
    consents = task.consents
    match message:
        case msg.ConsentAsk():
            consents.ask(page, message)
        case msg.ConsentYes():
            consents.yes(page, message)
        case msg.ConsentNo():
            consents.no(page, message)
        case msg.ConsentWithdraw():
            consents.withdraw(page, message)
        case msg.CountdownStop():
            task.dispatch(ev.CountdownStopped(page.seat), page, paper=consents.unsigned(Kind.WITHDRAW, page.seat))
        case msg.GoOn():
            task.dispatch(ev.WentOn(page.seat), page)
        case msg.Outcome():
            kind = Kind.ERASE if message.choice is Choice.ERASE else Kind.KEEP
            event = ev.OutcomeChosen(page.seat, message.recording, message.choice)
            task.dispatch(event, page, paper=consents.unsigned(kind, page.seat, message.recording))
        case _:
            assert_never(message)
