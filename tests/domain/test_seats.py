"""Coming, going, coming back."""

import pytest

from server.domain.events import (
    BreakProposed,
    CameBack,
    ConsentAsked,
    ConsentDeclined,
    ConsentGiven,
    ConsentWithdrawn,
    CountdownStopped,
    Event,
    EvictPage,
    LineLost,
    MediaChanged,
    MeetingBegan,
    MeetingEmpty,
    MeetingEnded,
    OutcomeChosen,
    PageLeft,
    PulseHeard,
    Refuse,
    Ring,
    WentOn,
)
from server.domain.room import resumed
from server.domain.state import NOBODY
from server.domain.values import Choice, Device, Presence, RecordingState, Seat

from .story import MENTEE, MENTOR, MINUTE, SECOND, START, Story, make_id


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_first_to_come_begins_the_meeting_and_the_second_is_announced(story: Story) -> None:
    story.come(MENTOR)
    assert [type(effect) for effect in story.last] == [MeetingBegan]
    story.come(MENTEE)
    assert story.last == (Ring("partner_came", (MENTOR,)),)
    assert story.see().seats[MENTEE].presence is Presence.HERE


def test_a_seat_is_seen_with_its_name_only_once_it_is_claimed(story: Story) -> None:
    from server.domain.view import view

    seen = view(story.room, MENTOR, 0, title="Talk", names={MENTOR: "Ingrid", MENTEE: None}).seats
    assert (seen[MENTOR].claimed, seen[MENTOR].name) == (True, "Ingrid")
    assert (seen[MENTEE].claimed, seen[MENTEE].name) == (False, "")


def test_the_newest_page_wins_and_the_older_one_does_not_take_the_seat_back(story: Story) -> None:
    first = story.come(MENTOR)
    second = story.come(MENTOR)
    assert story.last == (EvictPage(MENTOR, first, "replaced"),)
    before = story.room
    story.do(LineLost(MENTOR, first))
    story.come(MENTOR, first)
    assert story.refusal == "replaced"
    assert story.room == before
    assert story.page(MENTOR) == second


def test_an_older_page_whose_line_was_gone_too_long_does_not_push_out_the_newer_one(story: Story) -> None:
    first = story.come(MENTOR)
    story.lose_line(MENTOR)
    story.wait(MINUTE)
    second = story.come(MENTOR)
    story.come(MENTOR, first)
    assert story.page(MENTOR) == second


def test_a_page_that_was_replaced_may_come_once_the_seat_is_free(story: Story) -> None:
    first = story.come(MENTOR)
    story.come(MENTOR)
    story.leave(MENTOR)
    story.come(MENTOR, first)
    assert story.page(MENTOR) == first


def test_a_repaired_line_is_not_an_arrival(story: Story) -> None:
    story.both_here()
    page = story.lose_line(MENTEE)
    assert story.see().seats[MENTEE].presence is Presence.LINE_LOST
    story.come(MENTEE, page)
    assert story.last == ()
    assert story.see().seats[MENTEE].presence is Presence.HERE


def test_a_line_gone_for_sixty_seconds_is_absence_also_without_a_recording(story: Story) -> None:
    story.both_here().lose_line(MENTEE)
    story.wait(MINUTE)
    assert story.see().seats[MENTEE].presence is Presence.ABSENT
    assert story.see().seats[MENTEE].page is None


def test_a_silent_page_that_is_given_up_has_its_socket_closed(story: Story) -> None:
    story.recording().wait(3 * SECOND, pulses=False)
    page = story.page(MENTEE)
    story.wait(MINUTE, pulses=False)
    assert EvictPage(MENTEE, page, "too_slow") in story.effects
    story.do(PulseHeard(MENTEE))
    assert story.refusal == "not_here"


@pytest.mark.parametrize(
    "event",
    [
        PageLeft(MENTOR, make_id(9)),
        MediaChanged(MENTOR, Device.ON, Device.ON),
        PulseHeard(MENTOR),
        BreakProposed(MENTOR, 5),
        CameBack(MENTOR),
        ConsentAsked(MENTOR, make_id(1), make_id(2)),
        ConsentGiven(MENTOR, make_id(1)),
        ConsentDeclined(MENTOR),
        ConsentWithdrawn(MENTOR),
        CountdownStopped(MENTOR),
        WentOn(MENTOR),
        OutcomeChosen(MENTOR, make_id(1), Choice.KEEP),
    ],
    ids=lambda event: type(event).__name__,
)
def test_nothing_comes_from_an_empty_seat(story: Story, event: Event) -> None:
    before = story.room
    assert story.do(event) == (Refuse(MENTOR, "not_here"),)
    assert story.room == before


def test_what_is_said_by_a_lost_line_is_refused(story: Story) -> None:
    story.both_here().lose_line(MENTEE)
    story.do(PulseHeard(MENTEE))
    assert story.refusal == "not_here"


def test_a_remembered_page_list_stays_short(story: Story) -> None:
    for _ in range(50):
        story.come(MENTOR)
    assert len(story.room.mentor.evicted) <= 8


def test_each_seat_is_its_own(story: Story) -> None:
    story.both_here()
    story.do(MediaChanged(MENTEE, Device.OFF, Device.NONE))
    assert story.see().seats[MENTOR].camera is Device.ON
    assert len(story.see().seats) == len(Seat) == 2


# --- a meeting that a former process began ----------------------------------------------------------------------------


def resumed_story(empty_ms: int, declined_by: Seat | None = None) -> Story:
    story = Story()
    story.room = resumed(story.room, make_id(999), empty_ms, declined_by)
    return story


def test_who_comes_back_soon_after_a_restart_is_in_the_same_meeting() -> None:
    story = resumed_story(START - 4 * MINUTE)
    story.wait(MINUTE - 1).come(MENTOR)
    assert list(story.last) == [MeetingEmpty(make_id(999), None)]
    assert (story.room.meeting, story.room.empty_ms) == (make_id(999), None)
    story.come(MENTEE)
    assert list(story.last) == [Ring("partner_came", (MENTOR,))]


def test_who_comes_back_later_begins_another() -> None:
    story = resumed_story(START - 4 * MINUTE)
    story.wait(MINUTE)
    assert MeetingEnded(make_id(999), START + MINUTE) in story.effects
    story.come(MENTOR)
    [began] = story.last
    assert isinstance(began, MeetingBegan)
    assert story.room.meeting == began.meeting != make_id(999)


def test_who_comes_back_much_later_than_the_server_begins_another_too() -> None:
    story = resumed_story(START - 9 * MINUTE)
    story.come(MENTOR)
    assert [type(effect) for effect in story.last] == [MeetingEnded, MeetingBegan]


def test_no_switch_and_no_question_outlives_a_restart() -> None:
    story = resumed_story(START - MINUTE)
    story.both_here()
    assert (story.room.yes, story.room.agreeing, story.room.tape, story.room.last) == (NOBODY, None, None, None)
    assert story.see().recording.state is RecordingState.OFF
    story.agree(MENTOR)
    assert story.room.tape is None, "a start needs a yes of each"
    story.agree(MENTEE)
    assert story.room.tape is not None


def test_not_today_outlives_a_restart_but_not_the_meeting() -> None:
    story = resumed_story(START - MINUTE, MENTEE)
    story.both_here()
    seen = story.see().recording
    assert (seen.declined, seen.reason, seen.reason_by) == (True, "declined", MENTEE)
    story.ask(MENTOR)
    assert story.refusal == "declined_today"
    story.leave(MENTOR)
    story.leave(MENTEE)
    story.wait(5 * MINUTE).both_here().ask(MENTOR)
    assert story.refusal is None
    assert story.see().recording.declined is False


def test_since_when_nobody_is_there_is_told_and_that_somebody_is_again(story: Story) -> None:
    story.come(MENTOR)
    meeting = story.room.meeting or ""
    page = story.lose_line(MENTOR)
    assert list(story.last) == [MeetingEmpty(meeting, START)]
    story.come(MENTOR, page)
    assert list(story.last) == [MeetingEmpty(meeting, None)]
    story.come(MENTEE)
    story.leave(MENTOR)
    assert list(story.last) == []
    story.leave(MENTEE)
    assert list(story.last) == [MeetingEmpty(meeting, START)]
    story.wait(5 * MINUTE)
    assert story.last[-1] == MeetingEnded(meeting, START + 5 * MINUTE)
    assert story.room.empty_ms is None
