"""The recorder with real sockets, DTLS and SRTP: stock aiortc sends over loopback what was encoded beforehand."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest

from bench.sender import Sender
from server.clock import SystemClock
from server.domain.values import Seat
from server.errors import VisavisError
from server.media.net import MediaNet
from server.media.parts import Durable, LegFailed, PartFinished, RecorderEvent, Saved, WriteFailed
from server.media.permit import Permit
from server.media.recorder import Recorder
from tests.media.samples import MemoryDisk, decoded, pictures, sound

pytestmark = pytest.mark.slow
LOOPBACK = MediaNet(bind=("127.0.0.1",))


class Room:
    """A recorder, what it said, and the senders that record into it."""

    def __init__(self, net: MediaNet = LOOPBACK) -> None:
        self.disk = MemoryDisk()
        self.events: list[RecorderEvent] = []
        self._changed = asyncio.Condition()
        self.recorder = Recorder(net, self.disk, self._report, SystemClock())
        self.permit = Permit("recordingaaaaaaa", 1)
        self.recorder.open_run(self.permit)
        self.senders: list[Sender] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def _report(self, event: RecorderEvent) -> None:
        self.events.append(event)
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition: Callable[[RecorderEvent], bool]) -> RecorderEvent:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: any(condition(event) for event in self.events))
        return next(event for event in self.events if condition(event))

    async def send(self, seat: Seat, sender: Sender, video: bool = True) -> Sender:
        self.senders.append(sender)
        await sender.accept(await self.recorder.offer(seat, await sender.offer(), video))
        return sender

    async def durable(self, run: int, seat: Seat) -> Durable:
        found = await self.until(lambda event: isinstance(event, Durable) and (event.run, event.seat) == (run, seat))
        assert isinstance(found, Durable)
        return found

    async def saved(self, ms: int) -> None:
        await self.until(lambda event: isinstance(event, Saved) and event.saved_ms >= ms)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    yield room
    await room.recorder.close()
    for sender in room.senders:
        await sender.close()


async def test_two_seats_are_recorded_whole(room: Room) -> None:
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.send(Seat.MENTEE, Sender(pictures(), sound()))
    durable = [await room.durable(1, seat) for seat in Seat]
    await room.saved(3000)
    result = await room.recorder.finish_run()
    # whoever came later is counted from the same first frame
    first = room.disk.parts[0].info
    assert [event.since_ms for event in durable] == [first.started_ms, first.started_ms]
    assert {part.seat for part in result.parts} == {Seat.MENTOR, Seat.MENTEE}
    assert min(part.offset_ms for part in result.parts) == 0
    assert 3000 <= result.length_ms < 8000
    for sink in room.disk.parts:
        film = decoded(bytes(sink.data))
        assert sink.length_ms is not None
        assert film.duration == pytest.approx(sink.length_ms / 1000, abs=0.1)
        assert film.duration == pytest.approx(film.times["video"][-1], abs=0.5)
        assert film.video == pytest.approx(film.duration * 15, abs=4)
        assert film.audio == pytest.approx(film.duration * 50, abs=6)
        assert abs(film.starts["video"] - film.starts["audio"]) < 0.05
    assert sum(isinstance(event, PartFinished) for event in room.events) == 2


async def test_nothing_is_taken_after_the_permit_is_closed(room: Room) -> None:
    sender = await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.saved(1000)
    room.permit.close()
    sent = await sender.sends(15) - 15
    result = await room.recorder.finish_run()
    film = decoded(bytes(room.disk.parts[0].data))
    # The sender goes on counting; what was sent after the close would be a second and more.
    assert film.video <= sent + 1
    assert result.parts[0].length_ms <= (sent + 1) * 67 + 100
    with pytest.raises(VisavisError, match="no_permit"):
        await room.recorder.offer(Seat.MENTOR, "v=0", True)


@pytest.mark.parametrize("percent", [5])
async def test_lost_packets_are_fetched_again(room: Room, percent: int) -> None:
    luck = random.Random(7)
    lost = 0

    def drop(data: bytes) -> bool:
        nonlocal lost
        gone = 127 < data[0] < 192 and luck.random() * 100 < percent
        lost += gone
        return gone

    await room.send(Seat.MENTOR, Sender(pictures(width=320, height=240, kbit=1200), sound(), drop=drop))
    await room.saved(5000)
    await room.recorder.finish_run()
    film = decoded(bytes(room.disk.parts[0].data))
    assert lost > 5
    assert film.video >= film.duration * 15 * 0.93
    assert film.audio >= film.duration * 50 * 0.88


async def test_an_outage_ends_with_a_clean_key_frame(room: Room) -> None:
    gone = False
    sender = await room.send(
        Seat.MENTOR,
        Sender(
            pictures(count=60, every=60, width=320, height=240, kbit=1500),
            sound(),
            drop=lambda data: gone and 127 < data[0] < 192,
        ),
    )
    await room.saved(1000)
    plis = sender.plis
    gone = True
    await sender.sends(23)
    gone = False
    await room.saved(4500)
    await room.recorder.finish_run()
    assert sender.plis > plis
    film = decoded(bytes(room.disk.parts[0].data))
    assert film.duration > 4
    # 1.5 s are missing, more than the sender can repeat, and no more than what a new key frame takes.
    gaps = [b - a for a, b in zip(film.times["video"], film.times["video"][1:], strict=False)]
    assert sum(gap > 0.4 for gap in gaps) == 1
    assert 1.2 < max(gaps) < 2.6


async def test_sound_alone(room: Room) -> None:
    await room.send(Seat.MENTEE, Sender(None, sound()), video=False)
    await room.saved(1500)
    result = await room.recorder.finish_run()
    assert not result.parts[0].video
    assert decoded(bytes(room.disk.parts[0].data)).audio >= 70


async def test_picture_alone(room: Room) -> None:
    await room.send(Seat.MENTEE, Sender(pictures(), None))
    await room.saved(1500)
    await room.recorder.finish_run()
    film = decoded(bytes(room.disk.parts[0].data))
    assert film.video >= 20
    assert film.audio == 0


async def test_a_leg_the_browser_closes_is_told(room: Room) -> None:
    sender = await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.saved(900)
    await sender.close()
    event = await room.until(lambda event: isinstance(event, LegFailed))
    assert event == LegFailed("recordingaaaaaaa", 1, Seat.MENTOR, "leg_failed")
    assert room.disk.parts[0].length_ms is not None


async def test_a_leg_that_is_shut_first_is_no_failure(room: Room) -> None:
    sender = await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.saved(900)
    await sender.close()
    room.recorder.shut(Seat.MENTOR)
    result = await room.recorder.finish_run()
    assert len(result.parts) == 1
    assert not any(isinstance(event, LegFailed) for event in room.events)


async def test_a_new_leg_makes_a_new_part_on_the_same_axis(room: Room) -> None:
    await room.send(Seat.MENTOR, Sender(None, sound()), video=False)
    await room.saved(1500)
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.until(lambda event: isinstance(event, PartFinished))
    await room.saved(3000)
    result = await room.recorder.finish_run()
    first, second = sorted(result.parts, key=lambda part: part.offset_ms)
    assert (first.video, second.video) == (False, True)
    assert second.offset_ms >= first.offset_ms + first.length_ms - 50
    assert result.length_ms == second.offset_ms + second.length_ms


async def test_next_run(room: Room) -> None:
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.saved(900)
    await room.recorder.finish_run()
    room.events.clear()
    room.permit = Permit("recordingaaaaaaa", 2)
    room.recorder.open_run(room.permit)
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.durable(2, Seat.MENTOR)
    result = await room.recorder.finish_run()
    assert (result.run, result.parts[0].offset_ms) == (2, 0)


async def test_a_full_disk_ends_the_taking(room: Room) -> None:
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.saved(900)
    room.disk.error = OSError(28, "No space left on device")
    event = await room.until(lambda event: isinstance(event, WriteFailed))
    assert event == WriteFailed("recordingaaaaaaa", 1, "disk_full")
    result = await room.recorder.finish_run()
    assert result.parts == ()
    sink = room.disk.parts[0]
    assert sink.aborted
    assert decoded(sink.interrupted()).video >= 10


async def test_a_stuck_disk_costs_no_memory(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.media.part_writer.MAX_QUEUE", 64 * 1024)
    await room.send(Seat.MENTOR, Sender(pictures(), sound()))
    await room.until(lambda event: isinstance(event, Durable))
    room.disk.gate.clear()
    event = await room.until(lambda event: isinstance(event, WriteFailed))
    assert event == WriteFailed("recordingaaaaaaa", 1, "too_slow")
    room.disk.gate.set()
    assert (await room.recorder.finish_run()).parts == ()


async def test_a_leg_nobody_connects_times_out(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    monkeypatch.setattr("server.media.leg.UP_WITHIN", 0.5)
    sender = Sender(pictures(), sound())
    room.senders.append(sender)
    await room.recorder.offer(Seat.MENTOR, await sender.offer(), True)
    event = await room.until(lambda event: isinstance(event, LegFailed))
    assert event == LegFailed("recordingaaaaaaa", 1, Seat.MENTOR, "leg_timeout")


async def test_ports_of_the_range_and_the_advertised_address() -> None:
    room = Room(MediaNet(bind=("127.0.0.1",), advertised="192.0.2.7", ports=(42_310, 42_311)))
    offers = [Sender(pictures(), sound()), Sender(pictures(), sound()), Sender(pictures(), sound())]
    answers = [
        await room.recorder.offer(seat, await sender.offer(), True)
        for seat, sender in zip([Seat.MENTOR, Seat.MENTEE], offers, strict=False)
    ]
    lines = [line for answer in answers for line in answer.splitlines() if line.startswith("a=candidate")]
    assert {line.split()[4] for line in lines} == {"192.0.2.7"}
    assert {line.split()[5] for line in lines} == {"42310", "42311"}
    other = Room(MediaNet(bind=("127.0.0.1",), ports=(42_310, 42_311)))
    with pytest.raises(VisavisError, match="ports_exhausted"):
        await other.recorder.offer(Seat.MENTOR, await offers[2].offer(), True)
    await room.recorder.close()
    await other.recorder.close()
    for sender in offers:
        await sender.close()
