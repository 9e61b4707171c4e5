"""The rules of consent, each under its own name."""

import pytest
from msgspec.structs import replace

from server.domain.events import (
    BreakAnswered,
    BreakProposed,
    CameBack,
    ClosePermit,
    ConsentDeclined,
    ConsentGiven,
    ConsentWithdrawn,
    CountdownStopped,
    EndRecording,
    EraseRecording,
    KeepRecording,
    LegDurable,
    LegShut,
    LimitReached,
    MediaChanged,
    MeetingEnded,
    MintPermit,
    OpenRecording,
    OutcomeChosen,
    PulseHeard,
    RecorderFailed,
    Ring,
    RoomPolicyChanged,
    RunSealed,
    Tick,
    WentOn,
)
from server.domain.values import Choice, Device, RecordingState, Seat

from .story import DAY, MENTEE, MENTOR, MINUTE, SECOND, START, Story


@pytest.fixture
def story() -> Story:
    return Story()


def assert_all_off(story: Story, reason: str, by: Seat | None = None) -> None:
    """No permit, both switches off, ended once for this reason."""
    assert not story.permit
    assert story.rec().state is RecordingState.STOPPED
    assert story.rec().allowed == []
    assert (story.rec().reason, story.rec().reason_by) == (reason, by)
    assert story.ended == [reason]


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
    story.do(LegDurable(MENTOR, story.tape, 1))
    assert story.rec().state is RecordingState.STARTING
    story.do(LegDurable(MENTEE, story.tape, 1))
    assert story.last == (Ring("recording_started", (MENTOR, MENTEE)),)
    assert story.rec().state is RecordingState.RECORDING
    assert story.rec().started_ms == story.now


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
    story.starting().do(LegDurable(MENTOR, story.tape, 1))
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
    story.do(LegDurable(MENTOR, recording, 1))
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


# --- keep or erase ------------------------------------------------------------------------------------------------


def test_who_withdraws_is_asked_and_the_other_is_not(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    for seat in Seat:
        assert (story.rec(seat).choice, story.rec(seat).choice_by) == ("pending", MENTEE)
    story.do(OutcomeChosen(MENTOR, story.rec().recording or "", Choice.ERASE))
    assert story.refusal == "not_yours_to_choose"


def test_keep_is_kept(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    recording = story.rec().recording or ""
    story.do(OutcomeChosen(MENTEE, recording, Choice.KEEP))
    assert story.last == (KeepRecording(recording),)
    assert (story.rec().choice, story.rec().choice_by) == ("kept", None)
    assert story.rec().due_ms == story.now + 30 * DAY


def test_erase_is_immediate_and_final(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    recording = story.rec().recording or ""
    story.do(OutcomeChosen(MENTEE, recording, Choice.ERASE))
    assert story.last == (EraseRecording(recording, MENTEE),)
    assert (story.rec().choice, story.rec().due_ms) == ("erased", None)
    for choice in Choice:
        story.do(OutcomeChosen(MENTEE, recording, choice))
        assert story.refusal == "already_erased"


def test_when_both_withdraw_either_may_erase(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    story.do(ConsentWithdrawn(MENTOR))
    assert [story.rec(seat).choice_by for seat in Seat] == [MENTOR, MENTEE]
    recording = story.rec().recording or ""
    story.do(OutcomeChosen(MENTOR, recording, Choice.ERASE))
    assert story.last == (EraseRecording(recording, MENTOR),)


def test_when_both_withdraw_one_keep_does_not_settle_it_and_erase_wins_over_it(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    story.do(ConsentWithdrawn(MENTOR))
    recording = story.rec().recording or ""
    story.do(OutcomeChosen(MENTOR, recording, Choice.KEEP))
    assert (story.last, story.rec().choice, story.rec().choice_by) == ((), "pending", MENTEE)
    story.do(OutcomeChosen(MENTEE, recording, Choice.KEEP))
    story.do(OutcomeChosen(MENTOR, recording, Choice.ERASE))
    assert story.effects[-2:] == [KeepRecording(recording), EraseRecording(recording, MENTOR)]


def test_silence_until_the_next_recording_means_kept(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    recording = story.rec().recording or ""
    story.agree(MENTOR)
    assert (story.rec().choice, story.rec().recording) == ("pending", recording)
    story.agree(MENTEE)
    assert [type(effect) for effect in story.last] == [KeepRecording, OpenRecording]
    story.do(OutcomeChosen(MENTEE, recording, Choice.ERASE))
    assert story.refusal == "not_the_last_recording"


def test_silence_until_the_meeting_ends_means_kept(story: Story) -> None:
    story.recording().do(ConsentWithdrawn(MENTEE))
    recording = story.rec().recording or ""
    story.leave(MENTOR)
    story.leave(MENTEE)
    story.wait(5 * MINUTE)
    assert [type(effect) for effect in story.effects[-2:]] == [KeepRecording, MeetingEnded]
    story.come(MENTEE)
    story.do(OutcomeChosen(MENTEE, recording, Choice.ERASE))
    assert story.refusal == "not_the_last_recording"


def test_a_withdrawal_while_paused_may_erase_too(story: Story) -> None:
    story.paused_by_break().do(ConsentWithdrawn(MENTOR))
    assert (story.rec().choice, story.rec().recorded_ms) == ("pending", 10 * SECOND)


def test_there_is_nothing_to_choose_when_nothing_came_of_it(story: Story) -> None:
    story.starting()
    recording = story.tape
    story.do(ConsentWithdrawn(MENTOR))
    story.do(RunSealed(recording, 1, 0))
    assert story.rec().choice is None
    story.do(OutcomeChosen(MENTOR, recording, Choice.ERASE))
    assert story.refusal == "nothing_to_choose"


# --- meetings and promises ----------------------------------------------------------------------------------------


def test_a_meeting_ends_once_the_room_has_been_empty_for_five_minutes(story: Story) -> None:
    story.both_here().leave(MENTOR)
    story.wait(10 * MINUTE)
    story.lose_line(MENTEE)
    story.wait(5 * MINUTE - 1)
    meeting = story.room.meeting
    assert meeting is not None
    story.wait(1)
    assert story.last == (MeetingEnded(meeting, story.now),)


def test_a_meeting_goes_on_when_somebody_is_back_in_time(story: Story) -> None:
    story.both_here()
    meeting = story.room.meeting
    for seat in Seat:
        story.leave(seat)
    story.wait(5 * MINUTE - 1)
    story.come(MENTEE)
    story.wait(10 * MINUTE)
    assert story.room.meeting == meeting


def test_no_consent_outlives_the_meeting(story: Story) -> None:
    story.both_here()
    nonce = story.ask(MENTEE)
    for seat in Seat:
        story.lose_line(seat)
    story.wait(5 * MINUTE)
    story.both_here()
    story.agree(MENTOR)
    story.do(ConsentGiven(MENTEE, nonce))
    assert story.refusal == "nonce_unknown"
    assert story.opened == 0


def test_the_promise_of_a_recording_is_only_ever_shortened(story: Story) -> None:
    story.recording()
    for days, promised in ((60, 30), (7, 7), (30, 7)):
        story.do(RoomPolicyChanged(days, True, None))
        assert story.rec().due_ms == START + promised * DAY
    story.do(LimitReached(story.tape, "too_long"))
    story.do(RoomPolicyChanged(2, True, None))
    assert story.rec().due_ms == story.now + 2 * DAY


def test_retention_counts_from_the_end_of_the_last_run(story: Story) -> None:
    story.paused_by_break()
    paused_at = story.now
    story.wait(3 * MINUTE)
    story.do(ConsentWithdrawn(MENTOR))
    assert story.last == (EndRecording(story.rec().recording or "", "withdrawn", paused_at),)
    assert story.rec().due_ms == paused_at + 30 * DAY


def test_the_day_shown_is_that_of_the_last_part_and_never_later(story: Story) -> None:
    """A run that brought nothing (no leg came up, a line was silent) does not put the day off."""
    story.recording().wait(10 * SECOND)
    last_part = story.now - 2 * SECOND
    page = story.lose_line(MENTEE)
    assert story.rec().due_ms == story.now + 30 * DAY
    recording = story.tape
    story.do(RunSealed(recording, 1, 8 * SECOND, last_part))
    assert story.rec().due_ms == last_part + 30 * DAY
    story.wait(20 * SECOND)
    assert story.rec().due_ms == last_part + 30 * DAY
    story.legs_shut(recording, 1)
    story.come(MENTEE, page)
    story.wait(3 * SECOND)
    assert story.rec().state is RecordingState.STARTING
    story.wait(16 * SECOND)
    story.do(RunSealed(recording, 2, 0, last_part))
    assert story.rec().state is RecordingState.STOPPED
    assert story.rec().due_ms == last_part + 30 * DAY


def test_lengths_of_runs_add_up_also_when_they_come_late(story: Story) -> None:
    story.paused_by_break()
    recording = story.tape
    story.do(RunSealed(recording, 1, 99))
    assert story.rec().recorded_ms == 10 * SECOND
    for seat in Seat:
        story.do(CameBack(seat))
    for seat in Seat:
        story.do(WentOn(seat))
    story.wait(3 * SECOND).legs_durable()
    story.do(ConsentWithdrawn(MENTOR))
    story.do(RunSealed(recording, 2, 7 * SECOND))
    assert story.rec().recorded_ms == 17 * SECOND


@pytest.mark.parametrize("chapter", ["both_here", "counting", "recording", "paused_by_break"])
def test_late_answers_of_the_recorder_change_nothing(story: Story, chapter: str) -> None:
    getattr(story, chapter)()
    before = story.room
    other = story.new_id()
    for event in (
        LegDurable(MENTOR, other, 1),
        LegShut(MENTOR, other, 1),
        RunSealed(other, 1, 5),
        RecorderFailed(other, 1, None, "write_failed"),
        LimitReached(other, "too_long"),
    ):
        assert story.do(event) == ()
        assert story.room == before


def test_a_leg_that_broke_matters_only_in_the_run_that_is_on_and_a_full_disk_always(story: Story) -> None:
    story.paused_by_break()
    story.do(RecorderFailed(story.tape, 1, MENTOR, "leg_failed"))
    assert story.ended == []
    story.do(RecorderFailed(story.tape, 1, None, "disk_full"))
    assert_all_off(story, "disk_full")


def test_pulses_and_moments_within_a_minute_leave_the_view_as_it_is(story: Story) -> None:
    story.recording()
    before = story.see()
    story.wait(20 * SECOND)
    assert story.see() == before
    story.do(MediaChanged(MENTOR, Device.OFF, Device.ON))
    assert story.see() != before


def test_frozen_values_do_not_leak_from_one_room_to_another(story: Story) -> None:
    story.recording()
    assert replace(story.room, tape=None) != story.room
    assert Story().room == Story().room
