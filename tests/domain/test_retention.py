"""Promises of deletion, and clocks that are not to be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import retention
from server.domain.retention import DAY_MS, ClockWatch, Policy
from server.errors import VisavisError

NOW = 1_800_000_000_000
HOUR = 3_600_000


def code(error: pytest.ExceptionInfo[VisavisError]) -> str:
    return error.value.code


def test_due_is_the_end_plus_so_many_times_24_hours() -> None:
    assert retention.due_ms(NOW, 30) == NOW + 30 * 86_400_000
    assert not retention.is_due(NOW + 1, NOW)
    assert retention.is_due(NOW, NOW)


@pytest.mark.parametrize(("days", "longest"), [(0, 30), (31, 30), (1, 3651), (-1, -1)])
def test_a_policy_that_cannot_be_kept_is_refused(days: int, longest: int) -> None:
    with pytest.raises(VisavisError) as error:
        retention.check_policy(days, longest)
    assert code(error) == "bad_retention"


def test_a_room_chooses_at_most_what_the_admin_allows() -> None:
    policy = retention.check_policy(30, 90)
    assert retention.choose_days(90, policy) == 90
    with pytest.raises(VisavisError) as error:
        retention.choose_days(91, policy)
    assert (code(error), error.value.more) == ("retention_too_long", {"longest_days": 90})
    with pytest.raises(VisavisError) as error:
        retention.choose_days(0, policy)
    assert code(error) == "bad_retention"


def test_a_change_of_policy_reaches_recordings_to_come() -> None:
    assert retention.days_for_new_recording(60, Policy(14, 30)) == 30
    assert retention.days_for_new_recording(7, Policy(14, 30)) == 7


def test_a_promise_is_only_shortened() -> None:
    assert retention.shorten(30, 7) == 7
    for wanted, expected in ((31, "retention_only_shorter"), (0, "bad_retention")):
        with pytest.raises(VisavisError) as error:
            retention.shorten(30, wanted)
        assert code(error) == expected


@given(ended=st.integers(0, 2**45), promised=st.integers(1, 3650), days=st.integers(1, 3650))
def test_a_due_moment_never_moves_later(ended: int, promised: int, days: int) -> None:
    due = retention.due_ms(ended, promised)
    assert retention.shortened_due(due, ended, days) == min(due, retention.due_ms(ended, days))


def test_a_leap_forward_without_synchronisation_holds_destruction_for_24_hours_of_running() -> None:
    watch = retention.look(ClockWatch(NOW, 0), NOW + 3 * DAY_MS, 1_000, synchronised=False)
    assert not retention.may_destroy(watch)
    watch = retention.look(watch, watch.wall_ms + 23 * HOUR, watch.uptime_ms + 23 * HOUR, synchronised=False)
    assert not retention.may_destroy(watch)
    watch = retention.look(watch, watch.wall_ms + HOUR, watch.uptime_ms + HOUR, synchronised=False)
    assert retention.may_destroy(watch)


def test_time_down_does_not_count_as_running() -> None:
    held = retention.look(ClockWatch(NOW, 0), NOW + 3 * DAY_MS, 1_000, synchronised=False)
    again = retention.look(ClockWatch(held.wall_ms, 0, held.hold_ms), held.wall_ms + 20 * HOUR, 0, synchronised=False)
    assert again.hold_ms == held.hold_ms


def test_a_synchronised_clock_is_believed_and_ends_a_hold() -> None:
    watch = retention.look(ClockWatch(NOW, 0), NOW + 30 * DAY_MS, 0, synchronised=True)
    assert retention.may_destroy(watch)
    held = ClockWatch(NOW, 0, 5 * HOUR)
    assert retention.may_destroy(retention.look(held, NOW + 1, 1, synchronised=True))


@pytest.mark.parametrize("leap", [-400 * DAY_MS, 0, DAY_MS])
def test_a_leap_of_a_day_or_back_holds_nothing(leap: int) -> None:
    assert retention.may_destroy(retention.look(ClockWatch(NOW, 0), NOW + leap, 0, synchronised=False))


def test_running_for_days_is_no_leap() -> None:
    watch = ClockWatch(NOW, 0)
    for _ in range(10):
        watch = retention.look(watch, watch.wall_ms + 2 * DAY_MS, watch.uptime_ms + 2 * DAY_MS, synchronised=False)
        assert retention.may_destroy(watch)
