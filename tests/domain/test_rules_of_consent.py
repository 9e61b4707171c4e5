"""The rules of consent, each under its own name: a yes, the countdown, and what takes both back."""

import pytest

from server.domain.events import (
    ClosePermit,
    ConsentDeclined,
    ConsentGiven,
    ConsentWithdrawn,
    CountdownStopped,
    EndRecording,
    LegDurable,
    LimitReached,
    MintPermit,
    OpenRecording,
    RecorderFailed,
    Ring,
    RoomPolicyChanged,
)
from server.domain.values import RecordingState, Seat

from .story import MENTEE, MENTOR, MINUTE, SECOND, START, Story, assert_all_off


@pytest.fixture
def story() -> Story:
    return Story()


# --- a yes, and its meeting ---------------------------------------------------------------------------------------


def test_one_yes_records_nothing(story: Story) -> None:
    story.both_here().agree(MENTOR)
    assert story.rec().state is RecordingState.WAITING
    assert story.rec().allowed == [MENTOR]
    assert story.opened == 0


def test_recording_runs_only_with_two_yeses_a_countdown_and_two_durable_legs(story: Story) -> None:
    story.both_here().agree(MENTOR)
    story.agree(MENTEE)
    assert [type(effect) for effect in story.last] == [OpenRecording]
    assert story.rec().state is RecordingState.COUNTDOWN
    assert story.rec().until_ms == story.now + 3 * SECOND
    assert not story.permit
    story.wait(3 * SECOND - 1)
    assert story.rec().state is RecordingState.COUNTDOWN
    story.wait(1)
    assert story.rec().state is RecordingState.STARTING
    assert story.permit
    first_frame = story.now
    story.do(LegDurable(MENTOR, story.tape, 1, first_frame))
    assert story.rec().state is RecordingState.STARTING
    story.wait(2 * SECOND).do(LegDurable(MENTEE, story.tape, 1, first_frame))
    assert story.last == (Ring("recording_started", (MENTOR, MENTEE)),)
    assert story.rec().state is RecordingState.RECORDING
    assert story.rec().started_ms == first_frame == story.now - 2 * SECOND


def test_a_yes_not_met_within_two_minutes_lapses(story: Story) -> None:
    story.both_here().agree(MENTOR)
    story.wait(2 * MINUTE - 1)
    assert story.rec().allowed == [MENTOR]
    story.wait(1)
    assert story.rec().state is RecordingState.OFF
    assert story.rec().allowed == []
    assert story.rec().reason == "yes_lapsed"


def test_a_yes_that_comes_when_the_other_has_lapsed_meets_nothing_even_before_the_tick(story: Story) -> None:
    story.both_here().agree(MENTOR)
    nonce = story.ask(MENTEE)
    story.now += 2 * MINUTE
    story.do(ConsentGiven(MENTEE, nonce))
    assert story.rec().allowed == [MENTEE]
    assert story.opened == 0


def test_a_yes_needs_the_words_that_were_shown_to_this_seat_and_uses_them_up(story: Story) -> None:
    story.both_here()
    nonce = story.ask(MENTOR)
    for seat, wrong in ((MENTOR, story.new_id()), (MENTEE, nonce)):
        story.do(ConsentGiven(seat, wrong))
        assert story.refusal == "nonce_unknown"
    story.do(ConsentGiven(MENTOR, nonce))
    assert story.refusal is None
    story.do(ConsentGiven(MENTOR, nonce))
    assert story.refusal == "already_allowed"
    story.do(ConsentWithdrawn(MENTOR))
    story.do(ConsentGiven(MENTOR, nonce))
    assert story.refusal == "nonce_unknown"


def test_a_yes_needs_both_in_the_room(story: Story) -> None:
    story.come(MENTOR)
    story.ask(MENTOR)
    assert story.refusal == "partner_absent"
    story.come(MENTEE)
    nonce = story.ask(MENTOR)
    story.lose_line(MENTEE)
    story.do(ConsentGiven(MENTOR, nonce))
    assert story.refusal == "partner_absent"


@pytest.mark.parametrize("seat", Seat)
def test_not_today_ends_the_asking_for_this_meeting(story: Story, seat: Seat) -> None:
    story.both_here().agree(MENTOR)
    story.do(ConsentDeclined(seat))
    assert story.rec().state is RecordingState.OFF
    assert story.rec().declined
    assert (story.rec().reason, story.rec().reason_by) == ("declined", seat)
    for each in Seat:
        story.ask(each)
        assert story.refusal == "declined_today"


def test_a_new_meeting_may_ask_again_after_not_today(story: Story) -> None:
    story.both_here().do(ConsentDeclined(MENTEE))
    story.leave(MENTOR)
    story.leave(MENTEE)
    story.wait(5 * MINUTE)
    story.both_here().ask(MENTOR)
    assert story.refusal is None


def test_not_today_that_crosses_the_start_stops_it(story: Story) -> None:
    story.recording().do(ConsentDeclined(MENTEE))
    assert_all_off(story, "declined", MENTEE)
    assert story.rec().declined


@pytest.mark.parametrize("code", ["password_not_yours", "disk_full"])
def test_a_room_that_may_not_record_refuses_consent(code: str) -> None:
    story = Story(may_not_record=code).both_here()
    story.ask(MENTOR)
    assert story.refusal == code
    assert (story.see().may_record, story.see().may_not_record) == (False, code)
    story.do(RoomPolicyChanged(30, True, None))
    story.ask(MENTOR)
    assert story.refusal is None


def test_a_room_that_may_no_longer_record_forgets_an_unmet_yes(story: Story) -> None:
    story.both_here().agree(MENTOR)
    story.do(RoomPolicyChanged(30, True, "disk_full"))
    assert story.rec().allowed == []
    assert story.rec().reason == "disk_full"


@pytest.mark.parametrize(
    ("days", "downloads", "stands"), [(30, False, True), (7, False, True), (31, False, False), (30, True, False)]
)
def test_who_has_read_milder_terms_has_not_agreed_to_harder_ones(days: int, downloads: bool, stands: bool) -> None:
    story = Story(days=30, downloads=False).both_here()
    story.agree(MENTOR)
    nonce = story.ask(MENTEE)
    story.do(RoomPolicyChanged(days, downloads, None))
    assert story.rec().allowed == ([MENTOR] if stands else [])
    story.do(ConsentGiven(MENTEE, nonce))
    assert story.refusal == (None if stands else "nonce_unknown")


# --- the countdown and its "Stop" ---------------------------------------------------------------------------------


def test_stop_in_the_first_countdown_counts_as_withdrawal_and_drops_the_empty_recording(story: Story) -> None:
    story.counting().do(CountdownStopped(MENTEE))
    assert story.last == (
        EndRecording(story.room.last.recording if story.room.last else "", "countdown_stopped", START),
    )
    assert_all_off(story, "countdown_stopped", MENTEE)
    assert story.rec().choice is None
    story.wait(MINUTE)
    assert not any(isinstance(effect, MintPermit) for effect in story.effects)


def test_every_going_on_has_a_countdown_whose_stop_counts_as_withdrawal(story: Story) -> None:
    story.recording().wait(5 * SECOND)
    page = story.lose_line(MENTEE)
    story.wait(4 * SECOND)
    story.come(MENTEE, page)
    assert story.rec().state is RecordingState.COUNTDOWN
    story.do(CountdownStopped(MENTOR))
    assert_all_off(story, "countdown_stopped", MENTOR)
    assert (story.rec().choice, story.rec().choice_by) == ("pending", MENTOR)


def test_stop_pressed_a_moment_after_the_countdown_still_stops(story: Story) -> None:
    story.starting().do(CountdownStopped(MENTOR))
    assert_all_off(story, "countdown_stopped", MENTOR)


def test_stop_without_a_countdown_is_refused(story: Story) -> None:
    story.both_here().do(CountdownStopped(MENTOR))
    assert story.refusal == "no_countdown"


# --- what turns both switches off ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("chapter", ["counting", "starting", "recording", "paused_by_break"])
def test_withdrawal_stops_at_once_wherever_it_comes(story: Story, seat: Seat, chapter: str) -> None:
    getattr(story, chapter)()
    story.do(ConsentWithdrawn(seat))
    assert_all_off(story, "withdrawn", seat)


def test_the_permit_closes_before_anything_else_is_done(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTOR))
    assert [type(effect) for effect in story.last] == [ClosePermit, Ring, EndRecording]


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("chapter", ["counting", "starting", "recording", "paused_by_break"])
def test_leaving_turns_both_switches_off(story: Story, seat: Seat, chapter: str) -> None:
    getattr(story, chapter)().leave(seat)
    assert_all_off(story, "left", seat)


@pytest.mark.parametrize("chapter", ["counting", "starting", "recording", "paused_by_break"])
@pytest.mark.parametrize("lost", [False, True])
def test_reload_or_change_of_device_turns_both_switches_off(story: Story, chapter: str, lost: bool) -> None:
    getattr(story, chapter)()
    if lost:
        story.lose_line(MENTEE)
    story.come(MENTEE)
    assert_all_off(story, "page_changed", MENTEE)


@pytest.mark.parametrize("seat", Seat)
def test_leaving_or_reload_takes_an_unmet_yes_away_too(seat: Seat) -> None:
    for step in (Story.leave, Story.come):
        story = Story().both_here()
        story.agree(MENTOR)
        step(story, seat)
        assert story.rec().allowed == []


@pytest.mark.parametrize("reason", ["leg_failed", "leg_refused", "disk_full", "write_failed"])
def test_an_error_of_the_recorder_turns_both_switches_off(story: Story, reason: str) -> None:
    story.recording().do(RecorderFailed(story.tape, 1, MENTEE, reason))
    assert_all_off(story, reason, MENTEE)
    assert story.rec().choice == "kept"


def test_a_leg_that_is_not_up_in_fifteen_seconds_turns_both_switches_off(story: Story) -> None:
    story.starting().do(LegDurable(MENTOR, story.tape, 1, story.now))
    story.wait(15 * SECOND - 1)
    assert story.rec().state is RecordingState.STARTING
    story.wait(1)
    assert_all_off(story, "leg_timeout")


@pytest.mark.parametrize("reason", ["too_long", "disk_limit"])
def test_a_limit_ends_the_recording_and_keeps_it(story: Story, reason: str) -> None:
    story.recording().do(LimitReached(story.tape, reason))
    assert_all_off(story, reason)
    assert story.rec().choice == "kept"


def test_after_a_stop_a_new_start_needs_a_new_yes_from_each(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTOR))
    first = story.room.last
    story.agree(MENTOR)
    assert story.rec().state is RecordingState.WAITING
    assert story.opened == 1
    story.agree(MENTEE)
    assert story.opened == 2
    assert first is not None
    assert story.tape != first.recording


def test_a_waiting_yes_can_be_taken_back(story: Story) -> None:
    story.both_here().agree(MENTOR)
    story.do(ConsentWithdrawn(MENTEE))
    assert story.refusal == "no_yes"
    story.do(ConsentWithdrawn(MENTOR))
    assert (story.rec().state, story.rec().reason) == (RecordingState.OFF, "withdrawn")
