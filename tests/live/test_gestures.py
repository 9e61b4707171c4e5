"""Gestures, thinking and quiet time over real sockets: both see the same, by the server's clock."""

from pathlib import Path

from server.domain.values import Seat
from server.live.happenings import About, Happening
from tests.live.house import meeting_in, open_house


async def test_a_gesture_reaches_both_and_too_many_reach_nobody(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await meeting_in(house)
        now = house.clock.now_ms()
        await mentee.send("gesture", kind="thumbs_up")
        shown = {"type": "gesture", "seat": "mentee", "kind": "thumbs_up", "at_ms": now}
        for tab in (mentor, mentee):
            assert await tab.expect("gesture") == shown
        for _ in range(4):
            await mentee.send("gesture", kind="applause")
        assert (await mentee.expect("error"))["code"] == "too_many_gestures"
        await mentee.quiet()
        await mentor.quiet()
        assert [message["type"] for message in mentor.inbox].count("gesture") == 3
        assert not any(message["type"] == "error" for message in mentor.inbox)
        house.advance(1_500)
        await mentee.send("gesture", kind="heart")
        await mentor.expect("gesture", kind="heart", at_ms=now + 1_500)
        again = await mentor.browser.enter(mentor.room_id, Seat.MENTOR)
        await again.quiet()
        assert not any(message["type"] == "gesture" for message in again.inbox), "gestures are not kept"


async def test_thinking_and_quiet_time_by_one_clock(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await meeting_in(house)
        tabs = (mentor, mentee)
        devices = {seat: (each["microphone"], each["camera"]) for seat, each in mentor.view["seats"].items()}
        await mentee.send("thinking", on=True)
        for tab in tabs:
            await tab.see(lambda view: view["seats"]["mentee"]["thinking"])
        await mentor.send("quiet_propose", minutes=2)
        await mentee.see(lambda view: view["quiet"] is not None)
        await mentee.send("quiet_answer", agree=True)
        ends = house.clock.now_ms() + 2 * 60_000
        for tab in tabs:
            view = await tab.see(lambda view: view["quiet"] is not None and view["quiet"]["state"] == "running")
            assert view["quiet"] == {"state": "running", "by": "mentor", "minutes": 2, "until_ms": ends}
            assert {seat: (each["microphone"], each["camera"]) for seat, each in view["seats"].items()} == devices
        house.advance(2 * 60_000)
        for tab in tabs:
            await tab.expect("chime", kind="quiet_over")
            await tab.see(lambda view: view["quiet"] is None and view["seats"]["mentee"]["thinking"])
        house.advance(3 * 60_000)
        for tab in tabs:
            await tab.see(lambda view: not view["seats"]["mentee"]["thinking"])


async def test_who_observes_is_told_with_the_moment_and_disturbs_nobody(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await meeting_in(house)
        task = house.hub.peek(mentor.room_id)
        assert task is not None
        seen: list[Happening] = []

        def fails(_: Happening) -> None:
            raise RuntimeError

        task.observe(fails)
        stop = task.observe(seen.append)
        start = house.clock.now_ms()
        await mentee.send("gesture", kind="nod")
        await mentee.send("thinking", on=True)
        await mentee.send("quiet_propose", minutes=1)
        await mentee.quiet()
        await mentor.send("quiet_answer", agree=True)
        await mentor.quiet()
        house.advance(20_000)
        await mentor.send("break_propose", minutes=5)
        await mentor.quiet()
        await mentee.send("break_answer", agree=True)
        await mentee.quiet()
        house.advance(5 * 60_000)
        for tab in (mentor, mentee):
            await tab.expect("chime", kind="break_over")
            await tab.send("break_back")
            await tab.quiet()
        end = start + 20_000 + 5 * 60_000
        assert seen == [
            Happening(About.GESTURE, Seat.MENTEE, start, "nod"),
            Happening(About.THINKING, Seat.MENTEE, start, "on"),
            Happening(About.QUIET, Seat.MENTEE, start, "proposed", 1),
            Happening(About.QUIET, Seat.MENTEE, start, "running", 1),
            Happening(About.BREAK, Seat.MENTOR, start + 20_000, "proposed", 5),
            Happening(About.THINKING, Seat.MENTEE, start + 20_000, "off"),
            Happening(About.BREAK, Seat.MENTOR, start + 20_000, "running", 5),
            Happening(About.QUIET, None, start + 20_000, "ended"),
            Happening(About.BREAK, Seat.MENTOR, end, "over", 5),
            Happening(About.BREAK, None, end, "ended"),
        ]
        stop()
        await mentee.send("gesture", kind="heart")
        await mentor.expect("gesture", kind="heart")
        assert len(seen) == 10
