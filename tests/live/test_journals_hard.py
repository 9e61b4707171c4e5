"""Bad moments: a disk that refuses, a reader that does not read, a batch that belongs to no key."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from aiohttp import WSMsgType, web

from server.domain.sharing import Append, Journal, Pass, encoder
from server.domain.values import Seat
from server.handlers import sharing_socket, socket_page
from server.handlers.content import content_key
from server.handlers.sharing_socket import Paces
from server.ids import new_id
from server.live.journal_keys import Kind
from server.live.journal_snapshots import Asked
from server.live.journal_writer import JournalWriter
from server.store.database import Tx
from server.store.journals import Batch
from tests.live.deaf import deaf_socket
from tests.live.house import PATIENCE_S, House, pair_in
from tests.live.sharing import bodies, share, sharing_pair

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.slow
async def test_an_entry_is_passed_on_while_the_disk_is_busy(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"first")
    with sqlite3.connect(house.data_dir / "visavis.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        local = await mentor.append(b"second")
        said = await mentor.append(b"said", "chat")
        assert (await mentee.expect("entry", lambda message: message[2] == 2))[5] == local
        await mentee.quiet()
        assert [message for message in mentee.inbox if message[:2] == ["entry", "chat"]] == []
        assert [message for message in mentor.inbox if message[0] == "stored"] == []
        other.execute("ROLLBACK")
    other.close()
    assert (await mentor.expect("stored", lambda message: message[2] == local))[3] == 2
    assert (await mentee.expect("entry", lambda message: message[1] == "chat"))[5] == said


class _Writes:
    """A source and its work: writes a line each time there is one."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque()
        self.came = asyncio.Event()

    def turn(self) -> "_Writes | None":
        return self if self.lines else None

    async def prepare(self) -> None:
        pass

    async def write(self, tx: Tx) -> list[tuple[str, str, Batch]]:
        return []

    def written(self) -> None:
        self.lines.popleft()
        self.came.set()


async def test_what_comes_alone_is_written_at_once_and_what_follows_is_gathered(house: House) -> None:
    writer, source = JournalWriter(house.hub.services.database, gather_s=3600), _Writes()
    source.lines.append("alone")
    writer.stir(source)
    async with asyncio.timeout(PATIENCE_S):
        await source.came.wait()
    source.lines.append("follows")
    writer.stir(source)
    async with house.hub.services.database.write():
        pass  # it would have had its transaction before this one
    assert source.lines == deque(["follows"])
    await writer.close()
    assert not source.lines


@pytest.mark.slow
async def test_what_ails_one_room_keeps_no_other_from_being_written(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    other, _ = await sharing_pair(house)
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON journal_batches"
        f" WHEN NEW.room = '{mentor.room}' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    database = house.hub.services.database
    async with database.write() as tx:
        await tx.exec_driver_sql(refuse)
    local = await mentor.append(b"waits")
    assert (await mentee.expect("entry"))[6] == b"waits"
    assert await other.store(b"goes on") == 1
    status, problem = await mentor.browser.ask("GET", mentor.path(""))
    assert (status, problem["code"]) == (507, "disk_full")
    healthy = house.hub.journals.peek(other.room)
    assert healthy is not None
    healthy.room.put(Seat.MENTOR, Journal.DOCUMENT, new_id(), b"in the same round", lambda _: None)
    await healthy.room.flush()
    assert bodies(await other.read()) == [b"goes on", b"in the same round"]
    async with database.write() as tx:
        await tx.exec_driver_sql("DROP TRIGGER refuse")
    assert (await mentor.expect("stored"))[2] == local
    assert bodies(await mentor.read()) == [b"waits"]


@pytest.mark.slow
async def test_what_cannot_be_written_for_long_makes_no_more_keys(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    services = house.hub.services
    async with services.database.write() as tx:
        await tx.exec_driver_sql(
            "CREATE TRIGGER silence BEFORE INSERT ON chat_entries"
            f" WHEN NEW.room = '{mentor.room}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    said = [await mentor.append(b"said", "chat") for _ in range(5)]
    await mentor.quiet()
    for _ in range(3):  # each reading asks for all to be written first
        status, problem = await mentor.browser.ask("GET", mentor.path("", "chat"))
        assert (status, problem["code"]) == (507, "disk_full")
    assert len(await services.shred.things(mentor.room, Kind.CHAT)) == 5
    async with services.database.write() as tx:
        await tx.exec_driver_sql("DROP TRIGGER silence")
    for local in said:
        assert (await mentee.expect("entry"))[5] == local
    assert bodies(await mentee.read(journal="chat")) == [b"said"] * 5
    assert len(await services.shred.things(mentor.room, Kind.CHAT)) == 5


@pytest.mark.slow
async def test_who_does_not_read_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_page, "FAREWELL_S", 0.1)  # it would not read a longer one either
    mentor, mentee, room = await pair_in(house)
    tab = await share(mentor, room, Seat.MENTOR)
    deaf = await deaf_socket(mentee, room, "sharing", Seat.MENTEE)
    assert await tab.expect("partner", lambda message: message[1] is True)
    gone = asyncio.create_task(tab.expect("partner", lambda message: message[1] is False))
    while not gone.done():
        for _ in range(20):
            await tab.send("pass", bytes(16_000))  # left out where the line is slow: that ends nobody
            await tab.append(bytes(40_000))
        await tab.quiet()
        house.advance(1_000)
        if house.hub.journals.peek(room).room.document.used > 15_000_000:  # type: ignore[union-attr]
            await tab.snapshot(b"small", upto=await tab.store(b"last"))
    await gone
    deaf.close()


@pytest.mark.slow
async def test_a_long_journal_is_read_in_portions_and_whole(house: House) -> None:
    mentor, _ = await sharing_pair(house)
    sizes = [1, 300_000, 5, 2_000_000, 700_000, 3]
    for n, size in enumerate(sizes, 1):
        status, made = await mentor.octets(mentor.path("/entries", local=new_id()), bytes([n]) * size)
        assert (status, made["n"]) == (200, n)
    for n in range(7, 107):
        await mentor.append(bytes([n]) * n)
    await mentor.expect("stored", lambda message: message[3] == 106)
    expected = [bytes([n]) * size for n, size in enumerate([*sizes, *range(7, 107)], 1)]
    assert bodies(await mentor.read()) == expected
    assert bodies(await mentor.read(after=50)) == expected[50:]
    # one that is opened after a snapshot reached into the middle of what was written together
    made = await mentor.snapshot(b"fifty", upto=50)
    assert (await mentor.decide(made, "restore"))[0] == 200
    assert bodies(await mentor.read()) == expected


@pytest.mark.slow
async def test_a_batch_is_cut_where_the_snapshot_ends_and_its_names_stay_known(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    names = [new_id() for _ in range(60)]
    for n, name in enumerate(names, 1):
        await mentor.append(b"%d" % n, local=name)
    await mentor.expect("stored", lambda message: message[3] == 60)
    made = await mentor.snapshot(b"thirty-three", upto=33)
    assert (await mentee.decide(made, "confirm"))[0] == 200
    await mentor.close()
    await mentee.close()
    assert house.hub.journals.peek(mentor.room) is None
    again = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert again.here[4] == [made, 33, 60]
    assert bodies((await again.read())[1:]) == [b"%d" % n for n in range(34, 61)]
    for n in (1, 33, 34, 60):
        assert await again.store(b"once more", local=names[n - 1]) == n
    assert await again.store(b"new") == 61
    with sqlite3.connect(house.data_dir / "visavis.db") as raw:
        asked = "SELECT sum(sealed IS NULL), sum(last - first + 1) FROM journal_batches WHERE room = ?"
        given_up, entries = raw.execute(asked, (mentor.room,)).fetchone()
    raw.close()
    assert given_up >= 1
    assert entries == 61


class _Page:
    """The server's end of a mentor's page that hears nothing."""

    seat = Seat.MENTOR
    proof = b""
    closing = False

    def send(self, frame: bytes) -> None:
        pass

    def pass_on(self, frame: bytes) -> None:
        pass

    def bye(self, code: str) -> None:
        pass


class _Flood:
    """A socket on which a stroke follows another, or an entry."""

    def __init__(self, entries: bool = False) -> None:
        self.read = 0
        self._entries = entries

    async def __aiter__(self) -> AsyncIterator[SimpleNamespace]:
        while True:
            self.read += 1
            said = Append(Journal.DOCUMENT, new_id(), b"x") if self._entries else Pass(b"stroke")
            yield SimpleNamespace(type=WSMsgType.BINARY, data=encoder.encode(said))


async def test_a_line_is_not_read_while_more_comes_than_may(house: House) -> None:
    mentor, _ = await sharing_pair(house)
    live = house.hub.journals.peek(mentor.room)
    assert live is not None
    flood: Any = _Flood()
    page: Any = _Page()
    reading = asyncio.create_task(sharing_socket.Reading(live.room, page, Paces(), house.clock).run(flood))
    await mentor.store(b"meanwhile")
    assert flood.read == 61  # as many as may be passed on in a burst, and one
    reading.cancel()


async def test_what_waits_is_not_taken_from_a_page_that_is_let_go_meanwhile(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    live = house.hub.journals.peek(mentor.room)
    assert live is not None
    flood: Any = _Flood(entries=True)
    page: Any = _Page()
    live.room.come(page)
    reading = asyncio.create_task(sharing_socket.Reading(live.room, page, Paces(), house.clock).run(flood))
    await mentee.expect("entry", lambda message: message[2] == 240)
    page.closing = True
    house.advance(1_000)
    await reading
    live.room.gone(page)
    assert flood.read == 241
    assert await mentee.store(b"the next") == 241


class _Leaves(_Page):
    """A page of the mentor that gives its own request up in the moment it hears that the journal stands anew."""

    request: "asyncio.Task[object]"

    def send(self, frame: bytes) -> None:
        if msgspec.msgpack.decode(frame)[0] == "changed":
            self.request.cancel()


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_who_gives_up_while_a_snapshot_settles_takes_nothing_away(house: House) -> None:
    browser = house.browser()
    room = await browser.create("mentor")
    assert (await browser.join(room, Seat.MENTOR))[0] == 200
    tab = await share(browser, room, Seat.MENTOR)
    for n in (1, 2):
        await tab.store(b"update %d" % n)
    live = house.hub.journals.peek(room)
    assert live is not None
    page, log = _Leaves(), live.room.document
    asked = Asked(upto=2, by=Seat.MENTOR, meeting=None, forgets=False, drops=())
    live.room.come(page)
    page.request = asyncio.create_task(live.snapshots.make(log, asked, _once(b"both")))
    with pytest.raises(asyncio.CancelledError):
        await page.request
    live.room.gone(page)
    assert await tab.store(b"update 3") == 3
    read = await tab.read()
    assert read[0][0] == "snapshot"
    assert read[0][3] == b"both"
    assert bodies(read[1:]) == [b"update 3"]
    # nor is anything sealed under a key that a later process destroys
    await tab.close()
    await house.hub.journals.start()
    again = await share(browser, room, Seat.MENTOR)
    assert bodies((await again.read())[1:]) == [b"update 3"]


async def test_a_message_struck_out_twice_at_once_is_one_less(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"kept", "chat")
    await mentor.store(b"struck", "chat")
    await asyncio.gather(*(mentor.send("strike", 2) for _ in range(4)))
    await mentor.quiet()
    for _ in range(4):
        await mentee.expect("struck")
    live = house.hub.journals.peek(mentor.room)
    assert live is not None
    assert live.room.chat.living.total() == 1


async def test_a_seat_that_is_taken_away_while_its_socket_opens_is_not_held(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = house.browser()
    room = await browser.create("mentor")
    assert (await browser.join(room, Seat.MENTOR))[0] == 200

    async def meanwhile(request: web.Request) -> bytes:
        key = await content_key(request)
        assert (await browser.ask("POST", f"/api/rooms/{room}/logout", {"forget_seat": True}))[0] == 200
        return key

    monkeypatch.setattr(sharing_socket, "content_key", meanwhile)
    tab = await share(browser, room, Seat.MENTOR)
    assert (await tab.expect("bye"))[1] == "seat_revoked"
    assert await tab.closed() is not None


async def test_a_room_that_is_opened_for_nobody_is_not_kept(house: House) -> None:
    room, journals = await house.browser().create("mentor"), house.hub.journals

    async def hold() -> None:
        async with journals.hold(room, bytes(32)):
            raise AssertionError("it was to be cancelled while it waits")

    waiting = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0)
    [opening] = journals._opening.values()
    for each in waiting:
        each.cancel()
    await asyncio.wait([opening, *waiting])
    assert opening.exception() is None
    assert all(each.cancelled() for each in waiting)
    assert journals.peek(room) is None
