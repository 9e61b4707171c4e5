"""The rules of consent where a recording pauses, each under its own name: a lost line, a break, and the quiet after."""

import pytest

from server.domain.events import (
    BreakAnswered,
    BreakProposed,
    CameBack,
    ConsentGiven,
    ConsentWithdrawn,
    LegDurable,
    LegShut,
    MintPermit,
    PulseHeard,
    Tick,
    WentOn,
)
from server.domain.values import RecordingState, Seat

from .story import MENTEE, MENTOR, MINUTE, SECOND, Story, assert_all_off


@pytest.fixture
def story() -> Story:
    return Story()


# --- a lost line --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", ["counting", "starting", "recording"])
def test_a_lost_line_pauses_and_closes_the_permit(story: Story, chapter: str) -> None:
    getattr(story, chapter)()
    story.lose_line(MENTEE)
    assert not story.permit
    seen = story.rec()
    assert (seen.state, seen.reason, seen.reason_by) == (RecordingState.PAUSED, "line_lost", MENTEE)
    assert seen.until_ms == story.now + MINUTE
    assert seen.allowed == [MENTEE, MENTOR]
    assert story.ended == []


def test_back_in_the_same_page_within_sixty_seconds_goes_on_after_the_countdown(story: Story) -> None:
    story.recording()
    page = story.lose_line(MENTEE)
    story.wait(MINUTE - 1)
    story.come(MENTEE, page)
    assert (story.rec().state, story.permit) == (RecordingState.COUNTDOWN, False)
    story.wait(3 * SECOND)
    assert (story.rec().state, story.rec().run, story.permit) == (RecordingState.STARTING, 2, True)
    story.legs_durable()
    assert story.rec().state is RecordingState.RECORDING
    assert story.opened == 1


def test_a_line_that_is_not_back_within_sixty_seconds_counts_as_leaving(story: Story) -> None:
    story.recording()
    page = story.lose_line(MENTEE)
    story.wait(MINUTE)
    assert_all_off(story, "line_lost", MENTEE)
    story.come(MENTEE, page)
    story.wait(MINUTE)
    assert story.rec().state is RecordingState.STOPPED


def test_when_both_lines_are_lost_it_goes_on_only_when_both_are_back(story: Story) -> None:
    story.recording()
    pages = {seat: story.lose_line(seat) for seat in Seat}
    story.wait(5 * SECOND)
    story.come(MENTOR, pages[MENTOR])
    assert story.rec().state is RecordingState.PAUSED
    story.come(MENTEE, pages[MENTEE])
    assert story.rec().state is RecordingState.COUNTDOWN


@pytest.mark.parametrize("chapter", ["counting", "starting", "recording"])
def test_three_seconds_of_silence_close_the_permit_for_both(story: Story, chapter: str) -> None:
    getattr(story, chapter)()
    for _ in range(3):
        story.now += SECOND - 1
        story.do(PulseHeard(MENTOR))
        story.do(Tick())
        assert story.rec().state is not RecordingState.PAUSED
    story.now += 3
    story.do(Tick())
    assert not story.permit
    assert (story.rec().state, story.rec().reason_by) == (RecordingState.PAUSED, MENTEE)
    assert not any(isinstance(effect, MintPermit) for effect in story.last)


def test_a_silent_page_that_is_heard_again_goes_on_and_one_that_is_not_has_left(story: Story) -> None:
    story.recording().wait(3 * SECOND, pulses=False)
    story.wait(5 * SECOND, pulses=False)
    story.do(PulseHeard(MENTOR))
    assert story.rec().state is RecordingState.PAUSED
    story.do(PulseHeard(MENTEE))
    assert story.rec().state is RecordingState.COUNTDOWN
    story.wait(3 * SECOND, pulses=False)
    assert (story.rec().state, story.rec().run) == (RecordingState.PAUSED, 1)
    story.wait(MINUTE, pulses=False)
    assert story.ended == ["line_lost"]


# --- a break ------------------------------------------------------------------------------------------------------


def test_a_break_pauses_the_recording_and_closes_the_permit(story: Story) -> None:
    story.recording().do(BreakProposed(MENTEE, 5))
    assert story.permit
    story.do(BreakAnswered(MENTOR, True))
    assert not story.permit
    assert (story.rec().state, story.rec().reason) == (RecordingState.PAUSED, "break")


def test_after_a_break_it_goes_on_only_when_both_press_go_on(story: Story) -> None:
    story.paused_by_break().do(WentOn(MENTOR))
    assert story.refusal == "on_break"
    for seat in Seat:
        story.do(CameBack(seat))
    story.wait(10 * MINUTE)
    assert story.rec().state is RecordingState.PAUSED
    story.do(WentOn(MENTOR))
    assert story.rec().go_on == [MENTOR]
    story.wait(MINUTE)
    assert story.rec().state is RecordingState.PAUSED
    story.do(WentOn(MENTEE))
    assert (story.rec().state, story.permit) == (RecordingState.COUNTDOWN, False)
    story.wait(3 * SECOND)
    assert (story.permit, story.run) == (True, 2)


def test_after_a_break_whose_time_was_up_going_on_ends_the_break(story: Story) -> None:
    story.paused_by_break().wait(5 * MINUTE)
    for seat in Seat:
        story.do(WentOn(seat))
    assert story.rec().state is RecordingState.COUNTDOWN
    assert story.see().pause is None


def test_a_line_that_comes_back_does_not_go_on_by_itself_after_a_break(story: Story) -> None:
    story.paused_by_break().do(CameBack(MENTOR))
    story.do(CameBack(MENTEE))
    story.do(WentOn(MENTEE))
    page = story.lose_line(MENTEE)
    story.wait(10 * SECOND)
    story.come(MENTEE, page)
    story.do(WentOn(MENTOR))
    assert (story.rec().state, story.rec().go_on) == (RecordingState.PAUSED, [MENTOR])


def test_go_on_is_refused_where_nothing_waits_for_it(story: Story) -> None:
    story.recording().do(WentOn(MENTOR))
    assert story.refusal == "nothing_to_go_on"


def test_nobody_can_agree_during_a_break(story: Story) -> None:
    story.both_here().agree(MENTOR)
    nonce = story.ask(MENTEE)
    story.take_break()
    story.do(ConsentGiven(MENTEE, nonce))
    assert story.refusal == "on_break"
    assert story.opened == 0


# --- paused means quiet -------------------------------------------------------------------------------------------


def test_a_pause_is_quiet_only_when_both_legs_are_shut(story: Story) -> None:
    story.recording()
    recording = story.tape
    story.take_break()
    assert (story.rec().state, story.rec().quiet) == (RecordingState.PAUSED, False)
    story.do(LegShut(MENTOR, recording, 1))
    assert not story.rec().quiet
    story.do(LegShut(MENTEE, recording, 1))
    assert story.rec().quiet


def test_a_leg_shut_before_the_permit_closed_counts_and_a_reopened_one_does_not(story: Story) -> None:
    story.recording()
    recording = story.tape
    story.do(LegShut(MENTOR, recording, 1))
    story.do(LegShut(MENTEE, recording, 1))
    story.do(LegDurable(MENTOR, recording, 1, story.now))
    story.do(ConsentWithdrawn(MENTEE))
    assert not story.rec().quiet
    story.do(LegShut(MENTOR, recording, 1))
    assert story.rec().quiet


def test_the_wait_for_a_browser_that_does_not_say_its_leg_is_shut_ends(story: Story) -> None:
    story.recording()
    story.take_break()
    story.wait(3 * SECOND)
    assert story.rec().quiet


def test_it_goes_on_only_after_the_pause_was_quiet(story: Story) -> None:
    story.recording()
    recording, page = story.tape, story.lose_line(MENTEE)
    story.wait(SECOND)
    story.come(MENTEE, page)
    assert story.rec().state is RecordingState.PAUSED
    story.legs_shut(recording, 1)
    assert story.rec().state is RecordingState.COUNTDOWN
