"""The rules of consent once a recording is over, each under its own name: keep or erase, and how long it lasts."""

import pytest
from msgspec.structs import replace

from server.domain.events import (
    CameBack,
    ConsentGiven,
    ConsentWithdrawn,
    EndRecording,
    EraseRecording,
    KeepRecording,
    LegDurable,
    LegShut,
    LimitReached,
    MediaChanged,
    MeetingEnded,
    OpenRecording,
    OutcomeChosen,
    RecorderFailed,
    RoomPolicyChanged,
    RunSealed,
    WentOn,
)
from server.domain.values import Choice, Device, RecordingState, Seat

from .story import DAY, MENTEE, MENTOR, MINUTE, SECOND, START, Story, assert_all_off


@pytest.fixture
def story() -> Story:
    return Story()


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
        LegDurable(MENTOR, other, 1, story.now),
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
