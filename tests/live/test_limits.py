"""Both are warned before a recording ends by itself, and hear it from the server."""

from pathlib import Path

from server.domain.values import Seat
from server.live.recording import WARN_MS, LiveRecording
from server.media.parts import Saved
from tests.live.house import House, Tab, begin_recording, meeting_in, open_house
from tests.live.recordings_made import make_recording


async def running_in(house: House) -> tuple[Tab, Tab, LiveRecording]:
    """Both have agreed and the permit is open; what the recorder would say is said by the test."""
    mentor, mentee = await meeting_in(house)
    begun = await begin_recording(house, mentor, mentee)
    task = house.hub.peek(mentor.room_id)
    assert task is not None
    tape = task.deck.get(begun["recording"])
    assert tape is not None
    await task.worker.drain()
    return mentor, mentee, tape


async def test_five_minutes_before_the_longest_length(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_recording_minutes=60) as house:
        mentor, mentee, tape = await running_in(house)
        longest = 60 * 60_000
        tape._heard(Saved(tape.id, 1, longest - WARN_MS - 1))
        for tab in (mentor, mentee):
            await tab.quiet()
            assert tab.view["notices"] == []
        tape._heard(Saved(tape.id, 1, longest - WARN_MS))
        for tab in (mentor, mentee):
            await tab.see(lambda view: view["notices"] == ["recording_ends_soon"])
        tape._heard(Saved(tape.id, 1, longest))
        assert tape.permit is not None
        assert not tape.permit.open
        for tab in (mentor, mentee):
            assert (await tab.recording("stopped"))["reason"] == "too_long"


async def test_when_nine_tenths_of_the_rooms_bytes_are_used(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_room_bytes=1_000_000) as house:
        mentor, mentee, tape = await running_in(house)
        await make_recording(house, mentor.room_id, bytes(950_000))
        tape._heard(Saved(tape.id, 1, 1_000))
        for tab in (mentor, mentee):
            await tab.expect("saved", saved_ms=1_000)
        assert tape._looking is not None
        await tape._looking
        tape._heard(Saved(tape.id, 1, 2_000))
        for tab in (mentor, mentee):
            await tab.see(lambda view: view["notices"] == ["disk_nearly_full"])
            assert tab.view["recording"]["state"] == "starting"


async def test_when_all_of_them_are_used_it_ends_and_no_other_may_begin(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_room_bytes=1_000_000) as house:
        mentor, _, tape = await running_in(house)
        await make_recording(house, mentor.room_id, bytes(1_000_000))
        tape._heard(Saved(tape.id, 1, 1_000))
        assert (await mentor.recording("stopped"))["reason"] == "disk_limit"
        view = await mentor.see(lambda view: not view["may_record"])
        assert view["may_not_record"] == "disk_limit"
        assert view["seats"][Seat.MENTEE]["presence"] == "here"  # the call goes on
