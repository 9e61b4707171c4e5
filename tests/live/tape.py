"""Recordings of what two share, without the film: runs begin and end when a test says so."""

from typing import Any

from server.crypto import keys
from server.domain.shared_part import Frame, Written, unpack
from server.domain.sharing import Journal
from server.domain.values import Seat
from server.handlers import keys as app_keys
from server.ids import new_id
from server.live.parts import PartFiles
from server.live.shared_part import SharedPart
from server.live.table import RoomTable
from server.media.parts import PartInfo
from server.media.permit import Permit
from server.store import recordings, rooms
from tests.live.house import Browser, House, Tab, meeting_in
from tests.live.sharing import SharingTab, share


async def post(browser: Browser, path: str, body: bytes) -> tuple[int, Any]:
    headers = {"Origin": browser.house.url, "Content-Type": "application/octet-stream"}
    async with browser.client.post(browser.house.url + path, data=body, headers=headers) as response:
        return response.status, await response.json()


def shared_path(room: str, recording: str, run: int, seat: Seat, upto: int = 0) -> str:
    return f"/api/rooms/{room}/recordings/{recording}/runs/{run}/shared?seat={seat}&upto={upto}"


async def parts_of(browser: Browser, room: str, recording: str) -> list[dict[str, Any]]:
    status, manifest = await browser.ask("GET", f"/api/rooms/{room}/recordings/{recording}")
    assert status == 200, manifest
    return list(manifest["shared"])


async def frames_of(browser: Browser, room: str, recording: str, part: dict[str, Any]) -> list[Frame]:
    """As the player reads them."""
    path = f"/api/rooms/{room}/recordings/{recording}/parts/{part['id']}"
    status, raw = await browser.ask("GET", path)
    assert (status, len(raw) < part["bytes"]) == (200, True)
    assert (await browser.ask("GET", f"{path}?download=1"))[0] == 403, "it is no film"
    return list(unpack(raw))


class Tape:
    """A recording of a room without its meeting: runs begin and end when a test says so. One second of media, so that
    it is kept."""

    def __init__(self, house: House, tab: SharingTab) -> None:
        self.house = house
        self.tab = tab
        self.id = new_id()
        self.permit = Permit(self.id, 0)

    async def open(self) -> None:
        services, room, now = self.house.hub.services, self.tab.room, self.house.clock.now_ms()
        meeting, shred = new_id(), keys.new_shred_key()
        await services.shred.put(self.id, keys.seal_shred_key(services.masters, room, self.id, shred), now)
        async with self.house.app[app_keys.DATABASE].write() as tx:
            row = await rooms.get(tx, room)
            assert row is not None
            await recordings.begin_meeting(tx, meeting, room, now)
            await recordings.create(tx, self.id, room=room, meeting=meeting, retention_days=30, downloads=True, now=now)
        self.files = PartFiles(services, room, self.id, row.keys.public_key, shred)

    async def run(self) -> SharedPart:
        """Begins the next one."""
        services, now = self.house.hub.services, self.house.clock.now_ms()
        self.permit = Permit(self.id, self.permit.run + 1)
        async with services.database.write() as tx:
            await recordings.open_run(tx, self.id, self.permit.run, now)
        task = await self.house.hub.get(self.tab.room)
        table = RoomTable(services, self.tab.room, self.house.hub.journals, task.observe, lambda: task.room)
        self.started_ms = now
        return SharedPart(self.files, table, self.permit, services.clock)

    async def end_run(self, shared: SharedPart) -> None:
        self.permit.close()
        await shared.finish()
        sink = await self.files(Seat.MENTOR, PartInfo(self.id, self.permit.run, Seat.MENTOR, self.started_ms, 0, False))
        await sink.write(b"sound", 0)
        await sink.finish(1_000)
        async with self.house.hub.services.database.write() as tx:
            await recordings.close_run(tx, self.id, self.permit.run, length_ms=1_000, now=self.house.clock.now_ms())

    async def end(self) -> None:
        async with self.house.hub.services.database.write() as tx:
            await recordings.finish(tx, self.id, reason="left", now=self.house.clock.now_ms())


def numbers_of(frames: list[Frame], journal: Journal = Journal.DOCUMENT) -> list[int]:
    return [frame.n for frame in frames if isinstance(frame, Written) and frame.journal is journal]


async def content_of(tab: SharingTab) -> bytes:
    live = tab.browser.house.hub.journals.peek(tab.room)
    assert live is not None
    return live.room.keys._content


async def all_in(house: House) -> tuple[Tab, Tab, SharingTab, SharingTab]:
    """Both in the meeting, and what they share open."""
    mentor, mentee = await meeting_in(house)
    first = await share(mentor.browser, mentor.room_id, Seat.MENTOR)
    return mentor, mentee, first, await share(mentee.browser, mentee.room_id, Seat.MENTEE)
