"""Guessing is slowed, and nobody who is known can be locked out by strangers."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import VisavisError
from server.handlers.throttle import KNOWN, NETWORK, ROOM, Buckets, GuessThrottle, Pace, RequestPace, network

START = 1_800_000_000_000
ROOM_ID = "a" * 16


def guess(throttle: GuessThrottle, peer: str, now: int, known: str | None = None) -> bool:
    """One wrong try; whether it was let through."""
    try:
        throttle.check(ROOM_ID, peer, known, now)
    except VisavisError as error:
        if error.code != "too_many_tries":
            raise
        return False
    throttle.failed(ROOM_ID, peer, known, now)
    return True


def test_one_network_gets_its_burst_and_then_its_pace() -> None:
    throttle = GuessThrottle()
    hour = 3_600_000
    through = sum(guess(throttle, "203.0.113.7", START + ms) for ms in range(0, hour, 360))
    assert NETWORK.burst <= through <= NETWORK.burst + hour // NETWORK.every_ms


def test_ten_thousand_networks_share_the_rooms_budget() -> None:
    throttle = GuessThrottle()
    hour = 3_600_000
    through = sum(
        guess(throttle, str(ipaddress.IPv4Address(0x0B000000 + n)), START + n * hour // 10_000) for n in range(10_000)
    )
    assert ROOM.burst <= through <= ROOM.burst + hour // ROOM.every_ms + 1


def test_retry_after_tells_when_the_next_try_is_let_through() -> None:
    throttle = GuessThrottle()
    while guess(throttle, "203.0.113.7", START):
        pass
    with pytest.raises(VisavisError) as caught:
        throttle.check(ROOM_ID, "203.0.113.7", None, START)
    assert caught.value.status == 429
    wait = caught.value.more["retry_after_s"]
    assert wait == 30
    assert not guess(throttle, "203.0.113.7", START + wait * 1000 - 1)
    assert guess(throttle, "203.0.113.7", START + wait * 1000)


def test_strangers_cannot_lock_a_known_browser_out() -> None:
    throttle = GuessThrottle()
    for n in range(2000):
        guess(throttle, f"203.0.{n % 250}.7", START)
    # even from the guesser's own network
    assert guess(throttle, "203.0.1.7", START, known="cookie-of-ann")


def test_a_known_browser_has_a_pace_too() -> None:
    throttle = GuessThrottle()
    through = sum(guess(throttle, "203.0.113.7", START, known="cookie-of-ann") for _ in range(100))
    assert through == KNOWN.burst


def test_being_right_costs_nothing() -> None:
    throttle = GuessThrottle()
    for _ in range(1000):
        throttle.check(ROOM_ID, "203.0.113.7", None, START)
        throttle.succeeded(ROOM_ID, "203.0.113.7", None, START)


def test_made_up_rooms_do_not_help() -> None:
    throttle = GuessThrottle()
    through = 0
    for n in range(1000):
        try:
            throttle.check(f"room{n}", "203.0.113.7", None, START)
        except VisavisError:
            continue
        throttle.failed(f"room{n}", "203.0.113.7", None, START)
        through += 1
    assert through == 60


def test_a_pace_of_many_a_second_is_met() -> None:
    buckets = Buckets(Pace.a_second(60, burst=240))
    assert sum(buckets.draw(("k",), START) for _ in range(1000)) == 240
    assert sum(buckets.draw(("k",), START + ms) for ms in range(10_001)) == 600
    assert not buckets.draw(("k",), START + 10_000)
    assert buckets.draw(("another",), START + 10_000)


def test_memory_is_bounded() -> None:
    buckets = Buckets(Pace(1, 1000), limit=100)
    for n in range(1000):
        buckets.take((str(n),), START)
    assert len(buckets) == 100
    assert buckets.wait_ms(("999",), START) == 1000


@pytest.mark.parametrize(
    ("peer", "held_to"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_home_counts_as_one(peer: str, held_to: str) -> None:
    assert network(peer) == held_to


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=200), st.integers(1, 10), st.integers(1, 3000))
def test_a_bucket_never_gives_more_than_burst_and_pace(gaps: list[int], burst: int, every: int) -> None:
    buckets = Buckets(Pace(burst, every))
    now, through = START, 0
    for gap in gaps:
        now += gap
        if buckets.wait_ms(("k",), now) == 0:
            buckets.take(("k",), now)
            through += 1
    assert through <= burst + (now - START) // every


def test_requests_have_a_pace() -> None:
    pace = RequestPace(10)
    for _ in range(40):
        pace.check("203.0.113.7", START)
    with pytest.raises(VisavisError) as caught:
        pace.check("203.0.113.7", START)
    assert caught.value.code == "too_many_requests"
    pace.check("203.0.113.7", START + 100)
