"""Gestures pass to both and leave nothing behind; thinking is a sign that ends by itself."""

import pytest

from server.domain.events import GestureMade, LineLost, PageCame, PassGesture, ThinkingSet
from server.domain.state import GESTURE_BURST, GESTURE_EVERY_MS, THINKING_MS
from server.domain.values import Device, GestureKind, Seat

from .story import MENTEE, MENTOR, SECOND, Story


@pytest.fixture
def story() -> Story:
    return Story().both_here()


def thinks(story: Story, seat: Seat = MENTEE) -> bool:
    """As the partner sees it, who sees what oneself sees."""
    assert story.see(MENTOR).seats == story.see(MENTEE).seats
    return story.see().seats[seat].thinking


@pytest.mark.parametrize("kind", GestureKind)
def test_a_gesture_goes_to_both_with_its_moment(story: Story, kind: GestureKind) -> None:
    assert story.do(GestureMade(MENTEE, kind)) == (PassGesture(MENTEE, kind, story.now),)


def test_a_gesture_is_not_seen_in_the_room(story: Story) -> None:
    before = [story.see(seat) for seat in Seat]
    story.do(GestureMade(MENTEE, GestureKind.HEART))
    assert [story.see(seat) for seat in Seat] == before


def test_a_few_at_once_then_one_at_a_time(story: Story) -> None:
    def make(seat: Seat = MENTOR) -> str | None:
        story.do(GestureMade(seat, GestureKind.NOD))
        return story.refusal

    assert [make() for _ in range(GESTURE_BURST + 1)] == [None] * GESTURE_BURST + ["too_many_gestures"]
    assert make(MENTEE) is None, "the other's are counted apart"
    story.now += GESTURE_EVERY_MS - 1
    assert make() == "too_many_gestures"
    story.now += 1
    assert [make(), make()] == [None, "too_many_gestures"]
    story.now += 10 * GESTURE_EVERY_MS
    assert [make() for _ in range(GESTURE_BURST + 1)] == [None] * GESTURE_BURST + ["too_many_gestures"]


def test_coming_anew_does_not_buy_more_gestures(story: Story) -> None:
    for _ in range(GESTURE_BURST):
        story.do(GestureMade(MENTOR, GestureKind.SMILE))
    story.leave(MENTOR)
    story.come(MENTOR)
    story.do(GestureMade(MENTOR, GestureKind.SMILE))
    assert story.refusal == "too_many_gestures"


def test_a_gesture_needs_somebody_to_see_it(story: Story) -> None:
    story.leave(MENTEE)
    story.do(GestureMade(MENTOR, GestureKind.NOD))
    assert story.refusal == "partner_absent"
    story.do(GestureMade(MENTEE, GestureKind.NOD))
    assert story.refusal == "not_here"


def test_thinking_shows_to_both_until_it_is_pressed_again(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    assert thinks(story)
    assert not thinks(story, MENTOR)
    story.do(ThinkingSet(MENTEE, False))
    assert not thinks(story)


def test_thinking_ends_by_itself_after_five_minutes(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    story.wait(THINKING_MS - SECOND)
    assert thinks(story)
    story.wait(SECOND)
    assert not thinks(story)


def test_thinking_ends_with_leaving(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    story.leave(MENTEE)
    assert not thinks(story)


def test_thinking_ends_with_the_line_and_does_not_come_back_with_it(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    page = story.lose_line(MENTEE)
    assert not thinks(story)
    story.come(MENTEE, page)
    assert not thinks(story)


def test_thinking_ends_with_a_reload(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    story.come(MENTEE)
    assert not thinks(story)


def test_a_repaired_line_that_nobody_missed_ends_nothing(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    story.do(PageCame(MENTEE, story.page(MENTEE), Device.ON, Device.ON, story.new_id()))
    assert thinks(story)
    story.do(LineLost(MENTEE, story.new_id()))
    assert thinks(story)


def test_a_break_ends_thinking_and_has_no_gestures(story: Story) -> None:
    story.do(ThinkingSet(MENTEE, True))
    story.take_break(1)
    assert not thinks(story)
    for waited in (0, 2 * 60 * SECOND):  # while it runs, and when its time is up
        story.wait(waited)
        for event in (ThinkingSet(MENTEE, True), GestureMade(MENTEE, GestureKind.NOD)):
            story.do(event)
            assert story.refusal == "on_break"
    story.do(ThinkingSet(MENTEE, False))
    assert story.refusal is None


def test_a_recording_goes_on_under_thinking_and_gestures() -> None:
    story = Story().recording()
    before = story.room.tape
    story.do(ThinkingSet(MENTEE, True))
    story.do(GestureMade(MENTOR, GestureKind.APPLAUSE))
    assert story.room.tape == before
    assert story.permit
