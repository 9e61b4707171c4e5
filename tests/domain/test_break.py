"""Taking a break together."""

import pytest

from server.domain.events import BreakAnswered, BreakProposed, CameBack, MediaChanged, MoreBreak, Ring
from server.domain.values import Device, Seat

from .story import MENTEE, MENTOR, MINUTE, Story


@pytest.fixture
def story() -> Story:
    return Story().both_here()


def test_a_proposal_waits_for_the_partner_and_lapses_after_two_minutes(story: Story) -> None:
    story.do(BreakProposed(MENTOR, 5))
    pause = story.see().pause
    assert pause is not None
    assert (pause.state, pause.by, pause.minutes, pause.until_ms) == ("proposed", MENTOR, 5, story.now + 2 * MINUTE)
    story.wait(2 * MINUTE)
    assert story.see().pause is None


def test_the_partner_declines_or_the_proposer_takes_it_back(story: Story) -> None:
    for seat in Seat:
        story.do(BreakProposed(MENTOR, 5))
        story.do(BreakAnswered(seat, False))
        assert story.see().pause is None


def test_nobody_agrees_to_their_own_proposal(story: Story) -> None:
    story.do(BreakProposed(MENTOR, 5))
    story.do(BreakAnswered(MENTOR, True))
    assert story.refusal == "not_yours_to_answer"


def test_agreed_it_runs_to_one_deadline_with_devices_off(story: Story) -> None:
    story.do(MediaChanged(MENTEE, Device.ON, Device.NONE))
    story.take_break(5)
    pause = story.see().pause
    assert pause is not None
    assert (pause.state, pause.until_ms) == ("running", story.now + 5 * MINUTE)
    seats = story.see().seats
    assert (seats[MENTOR].microphone, seats[MENTOR].camera) == (Device.OFF, Device.OFF)
    assert (seats[MENTEE].microphone, seats[MENTEE].camera) == (Device.OFF, Device.NONE)


def test_at_the_deadline_both_hear_a_chime_and_nobody_is_thrown_out(story: Story) -> None:
    story.take_break(1)
    story.wait(MINUTE)
    assert story.effects[-1] == Ring("break_over", (MENTOR, MENTEE))
    pause = story.see().pause
    assert pause is not None
    assert (pause.state, pause.until_ms) == ("over", None)
    assert story.room.both_here
    assert story.see().seats[MENTOR].camera is Device.OFF


@pytest.mark.parametrize("waited", [0, 10 * MINUTE])
def test_back_by_one_is_shown_and_by_both_ends_it(story: Story, waited: int) -> None:
    story.take_break()
    story.wait(waited)
    story.do(CameBack(MENTEE))
    pause = story.see().pause
    assert pause is not None
    assert pause.back == [MENTEE]
    story.do(CameBack(MENTOR))
    assert story.see().pause is None


def test_more_time_by_either_moves_the_deadline_up_to_an_hour_in_all(story: Story) -> None:
    story.take_break(5)
    start = story.now
    story.do(MoreBreak(MENTOR, 30))
    story.do(MoreBreak(MENTEE, 25))
    pause = story.see().pause
    assert pause is not None
    assert (pause.minutes, pause.until_ms) == (60, start + 60 * MINUTE)
    story.do(MoreBreak(MENTEE, 1))
    assert story.refusal == "break_too_long"


def test_more_time_after_the_deadline_counts_from_now_and_chimes_again(story: Story) -> None:
    story.take_break(1)
    story.wait(3 * MINUTE)
    story.do(MoreBreak(MENTEE, 2))
    pause = story.see().pause
    assert pause is not None
    assert (pause.state, pause.until_ms) == ("running", story.now + 2 * MINUTE)
    rung = len(story.effects)
    story.wait(2 * MINUTE)
    assert story.effects[rung:] == [Ring("break_over", (MENTOR, MENTEE))]


def test_who_leaves_takes_the_proposal_along_but_not_a_running_break(story: Story) -> None:
    story.do(BreakProposed(MENTOR, 5))
    story.leave(MENTOR)
    assert story.see().pause is None
    story.come(MENTOR)
    story.take_break()
    story.leave(MENTEE)
    assert story.see().pause is not None
    story.do(CameBack(MENTOR))
    assert story.see().pause is None


def test_a_reload_finds_the_break_as_it_was(story: Story) -> None:
    story.take_break()
    before = story.see().pause
    story.come(MENTEE)
    assert story.see().pause == before


def test_a_break_needs_two_and_comes_one_at_a_time(story: Story) -> None:
    story.do(BreakAnswered(MENTEE, True))
    assert story.refusal == "no_break_proposed"
    for event in (CameBack(MENTOR), MoreBreak(MENTOR, 5)):
        story.do(event)
        assert story.refusal == "no_break"
    story.do(BreakProposed(MENTOR, 5))
    story.do(BreakProposed(MENTEE, 5))
    assert story.refusal == "break_already"
    story.lose_line(MENTOR)
    story.do(BreakAnswered(MENTEE, True))
    assert story.refusal == "partner_absent"
    story.leave(MENTOR)
    story.do(BreakProposed(MENTEE, 5))
    assert story.refusal == "partner_absent"
