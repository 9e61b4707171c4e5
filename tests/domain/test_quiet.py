"""Quiet time together: one clock for both, nothing else changes."""

import pytest

from server.domain.events import (
    BreakAnswered,
    BreakProposed,
    CameBack,
    QuietAnswered,
    QuietEnded,
    QuietProposed,
    Ring,
)
from server.domain.shown import QuietView
from server.domain.values import RecordingState, Seat

from .story import MENTEE, MENTOR, MINUTE, SECOND, Story


@pytest.fixture
def story() -> Story:
    return Story().both_here()


def quiet(story: Story) -> QuietView | None:
    assert story.see(MENTOR).quiet == story.see(MENTEE).quiet
    return story.see().quiet


def begin(story: Story, minutes: int = 2) -> None:
    story.do(QuietProposed(MENTOR, minutes))
    story.do(QuietAnswered(MENTEE, True))


def test_a_proposal_waits_for_the_partner_and_lapses_after_two_minutes(story: Story) -> None:
    story.do(QuietProposed(MENTOR, 3))
    assert quiet(story) == QuietView("proposed", MENTOR, 3, story.now + 2 * MINUTE)
    rung = list(story.effects)
    story.wait(2 * MINUTE)
    assert quiet(story) is None
    assert story.effects == rung


def test_the_partner_declines_or_the_proposer_takes_it_back(story: Story) -> None:
    for seat in Seat:
        story.do(QuietProposed(MENTOR, 2))
        story.do(QuietAnswered(seat, False))
        assert story.refusal is None
        assert quiet(story) is None


def test_agreed_both_have_one_deadline_and_devices_as_they_are(story: Story) -> None:
    before = story.see().seats
    begin(story, 2)
    assert quiet(story) == QuietView("running", MENTOR, 2, story.now + 2 * MINUTE)
    assert story.see().seats == before


def test_at_its_end_both_hear_a_soft_sound(story: Story) -> None:
    begin(story, 1)
    story.wait(MINUTE - SECOND)
    assert quiet(story) is not None
    story.wait(SECOND)
    assert quiet(story) is None
    assert story.effects[-1] == Ring("quiet_over", (MENTOR, MENTEE))


@pytest.mark.parametrize("seat", Seat)
def test_either_ends_it_and_the_other_hears_it(story: Story, seat: Seat) -> None:
    begin(story)
    story.do(QuietEnded(seat))
    assert quiet(story) is None
    assert story.effects[-1] == Ring("quiet_over", (seat.other,))


def test_it_takes_two_and_comes_one_at_a_time(story: Story) -> None:
    story.do(QuietAnswered(MENTEE, True))
    assert story.refusal == "no_quiet_proposed"
    story.do(QuietEnded(MENTEE))
    assert story.refusal == "no_quiet"
    story.do(QuietProposed(MENTOR, 1))
    story.do(QuietEnded(MENTOR))
    assert story.refusal == "no_quiet"
    story.do(QuietAnswered(MENTOR, True))
    assert story.refusal == "not_yours_to_answer"
    story.do(QuietProposed(MENTEE, 1))
    assert story.refusal == "quiet_already"
    story.do(QuietAnswered(MENTEE, True))
    story.do(QuietProposed(MENTEE, 1))
    assert story.refusal == "quiet_already"
    story.leave(MENTOR)
    story.do(QuietProposed(MENTEE, 1))
    assert story.refusal == "partner_absent"


def test_nobody_agrees_alone(story: Story) -> None:
    story.do(QuietProposed(MENTOR, 1))
    story.lose_line(MENTOR)
    story.do(QuietAnswered(MENTEE, True))
    assert story.refusal == "partner_absent"


@pytest.mark.parametrize("running", [False, True])
def test_it_ends_with_ones_leaving_but_not_with_a_dropped_line(story: Story, running: bool) -> None:
    begin(story) if running else story.do(QuietProposed(MENTOR, 1))
    page = story.lose_line(MENTEE)
    assert quiet(story) is not None
    story.come(MENTEE, page)
    assert quiet(story) is not None
    story.leave(MENTEE)
    assert quiet(story) is None


def test_not_during_a_break_nor_before_both_are_back_from_it(story: Story) -> None:
    story.take_break(1)
    for waited in (0, 2 * MINUTE):
        story.wait(waited)
        story.do(QuietProposed(MENTOR, 1))
        assert story.refusal == "on_break"
    for seat in Seat:
        story.do(CameBack(seat))
    story.do(QuietProposed(MENTOR, 1))
    assert story.refusal is None


@pytest.mark.parametrize("running", [False, True])
def test_a_break_ends_it_without_a_sound(story: Story, running: bool) -> None:
    begin(story) if running else story.do(QuietProposed(MENTOR, 1))
    story.do(BreakProposed(MENTEE, 5))
    assert quiet(story) is not None
    rung = len(story.effects)
    story.do(BreakAnswered(MENTOR, True))
    assert quiet(story) is None
    assert story.effects[rung:] == []


def test_a_recording_goes_on_unchanged() -> None:
    story = Story().recording()
    before, effects = story.room.tape, len(story.effects)
    begin(story, 1)
    story.wait(MINUTE)
    assert story.room.tape == before
    assert story.rec().state is RecordingState.RECORDING
    assert story.effects[effects:] == [Ring("quiet_over", (MENTOR, MENTEE))]
