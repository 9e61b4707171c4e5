"""What the two write together: numbered, stamped, passed on, stored; over real sockets and a real database."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from server.domain.values import Seat
from server.ids import new_id
from server.store import blobs
from tests.live.house import House, pair_in
from tests.live.sharing import Message, SharingTab, bodies, share, sharing_pair

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _of(journal: str, message: Message) -> bool:
    return bool(message[1] == journal)


async def test_an_entry_is_passed_on_stored_and_read(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    assert mentor.here[1] == "mentor"
    assert mentor.here[3] is False
    assert mentee.here[3] is True
    local = await mentor.append(b"one")
    assert await mentee.expect("entry") == ["entry", "document", 1, "mentor", house.clock.now_ms(), local, b"one", 3]
    assert await mentor.expect("stored") == ["stored", "document", local, 1, house.clock.now_ms()]
    assert await mentee.expect("durable") == ["durable", "document", 1]
    assert await mentee.store(b"two") == 2
    assert bodies(await mentor.read()) == [b"one", b"two"]
    assert bodies(await mentor.read(after=1)) == [b"two"]
    assert await mentor.read(after=2) == [["end", 2]]
    again = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert again.here[4] == [None, 0, 2]


@pytest.mark.slow
async def test_the_same_entry_said_again_is_stored_once(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    for journal in ("document", "chat", "notes"):
        local = new_id()
        for _ in range(3):
            await mentor.append(b"said", journal, local)
        stored = [await mentor.expect("stored", partial(_of, journal)) for _ in range(3)]
        assert [message[3] for message in stored] == [1, 1, 1]
        assert bodies(await mentor.read(journal=journal)) == [b"said"]
        # another seat's name for its own is another entry
        assert await mentee.store(b"mine", journal, local) == (1 if journal == "notes" else 2)


@pytest.mark.slow
async def test_it_is_known_again_when_nobody_was_there_meanwhile(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    local, said = new_id(), new_id()
    assert await mentor.store(b"once", "document", local) == 1
    assert await mentor.store(b"hello", "chat", said) == 1
    await mentor.close()
    await mentee.close()
    assert house.hub.journals.peek(mentor.room) is None  # and with it the room's key
    again = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert again.here[4:6] == [[None, 0, 1], [None, 0, 1]]
    assert await again.store(b"once", "document", local) == 1
    assert await again.store(b"hello", "chat", said) == 1
    assert await again.store(b"twice") == 2


async def test_chat_comes_when_it_is_durable_and_can_be_struck_out(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    local = await mentor.append(b'{"text":"walnut"}', "chat")
    entry = await mentee.expect("entry")
    assert entry == ["entry", "chat", 1, "mentor", house.clock.now_ms(), local, b'{"text":"walnut"}', 17]
    assert bodies(await mentee.read(journal="chat")) == [b'{"text":"walnut"}']
    await mentee.send("strike", 1)
    assert (await mentee.expect("refused"))[1] == "not_yours"
    await mentor.send("strike", 7)
    assert (await mentor.expect("refused"))[1] == "no_such_entry"
    await mentor.send("strike", 1)
    assert await mentee.expect("struck") == ["struck", 1, house.clock.now_ms()]
    await mentor.send("strike", 1)
    assert await mentor.expect("struck") == ["struck", 1, house.clock.now_ms()]
    [entry, end] = await mentee.read(journal="chat")
    assert (entry[6], entry[7], end) == (None, 0, ["end", 1])


async def test_notes_are_ones_own(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    page = await share(mentor.browser, mentor.room, Seat.MENTOR)
    assert await mentor.store(b"secret", "notes") == 1
    assert (await page.expect("entry"))[6] == b"secret"
    assert await mentee.store(b"other", "notes") == 1
    await mentee.quiet()
    assert [message for message in mentee.inbox if message[0] == "entry"] == []
    assert bodies(await mentee.read(journal="notes")) == [b"other"]
    assert bodies(await mentor.read(journal="notes")) == [b"secret"]
    # the seat is what the cookie says, whatever the address says
    status, problem = await mentee.browser.ask("GET", f"/api/rooms/{mentee.room}/journals/notes?seat=mentor")
    assert (status, problem["code"]) == (403, "seat_needed")


@pytest.mark.slow
async def test_who_has_a_session_alone_reads_what_is_shared_and_no_notes(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tab = await share(mentor, room, Seat.MENTOR)
    await tab.store(b"shared")
    visitor = house.browser()
    assert (await visitor.ask("GET", f"/api/rooms/{room}/journals/document"))[0] in (401, 403)
    assert (await visitor.ask("POST", f"/api/rooms/{room}/unlock", {"password": "a password of our own"}))[0] == 200
    assert (await visitor.ask("GET", f"/api/rooms/{room}/journals/document"))[0] == 200
    assert (await visitor.ask("GET", f"/api/rooms/{room}/journals/notes"))[0] == 403


@pytest.mark.slow
async def test_what_passes_reaches_all_other_pages_and_is_kept_nowhere(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    page = await share(mentor.browser, mentor.room, Seat.MENTOR)
    await mentor.send("pass", b"stroke")
    assert await mentee.expect("passed") == ["passed", "mentor", b"stroke"]
    assert await page.expect("passed") == ["passed", "mentor", b"stroke"]
    assert await mentor.read() == [["end", 0]]
    assert [message for message in mentor.inbox if message[0] == "passed"] == []


@pytest.mark.slow
async def test_what_is_large_goes_by_http_and_the_socket_says_so(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    large, local = bytes(range(256)) * 4000, new_id()
    await mentor.store(b"before")
    path = mentor.path("/entries", local=local)
    status, made = await mentor.octets(path, large)
    assert (status, made) == (200, {"n": 2, "at_ms": house.clock.now_ms()})
    entry = await mentee.expect("entry", lambda message: message[2] == 2)
    assert entry[5:] == [local, None, len(large)]
    assert bodies(await mentee.read(after=1)) == [large]
    assert (await mentor.octets(path, large))[1]["n"] == 2
    assert (await mentor.octets(path, b""))[0] == 422
    assert (await mentor.octets(mentor.path("/entries", local="no id"), b"x"))[0] == 400
    assert (await mentor.octets(mentor.path("/entries", local=new_id()), bytes(4 * 1024 * 1024 + 1)))[0] == 413


async def test_malformed_frames_end_one_line_and_nobody_elses(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    frames: list[bytes] = [
        b"",
        b"\xc1",
        b"\x93\xa6append",
        b"[]",
        b"\x81\xa6append\x01",
        bytes(300),
        b"\xdd\xff\xff\xff\xff",
    ]
    for frame in frames:
        await mentee.line.send_bytes(frame)
        assert (await mentee.expect("refused"))[1] == "malformed"
    await mentee.quiet()  # ten in a row would end it
    good = new_id()
    wrong: list[list[object]] = [
        ["append", "board", good, b"x"],
        ["append", "document", "A", b"x"],
        ["append", "document", good, b""],
        ["append", "document", good, "text"],
        ["append", "document", good, b"x", 1],
        ["append", "document", good, bytes(48 * 1024 + 1)],
        ["pass", bytes(16 * 1024 + 1)],
        ["strike", 0],
    ]
    for message in wrong:
        await mentee.send(*message)
        assert (await mentee.expect("refused"))[1] == "malformed"
    await mentee.quiet()
    await mentee.line.send_str("text")
    assert (await mentee.expect("refused"))[1] == "malformed"
    for _ in range(9):
        await mentee.send("nonsense")
    assert await mentee.closed() == 4010
    other = await share(mentee.browser, mentee.room, Seat.MENTEE)
    await other.line.send_bytes(bytes(56 * 1024 + 1))
    assert await other.closed() == 1009
    assert await mentor.expect("partner", lambda message: message[1] is False)
    assert await mentor.store(b"unharmed") == 1


@pytest.mark.slow
async def test_a_flood_waits_at_its_own_end_and_what_passes_too_fast_is_left_out(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    for _ in range(100):
        await mentor.send("pass", b"stroke")
    for _ in range(60):
        await mentee.expect("passed")
    house.advance(1_000)  # the one that was read is left out; those that waited go on
    for _ in range(39):
        await mentee.expect("passed")
    for number in range(300):
        await mentor.send("append", "document", new_id(), number.to_bytes(2, "big"))
    await mentor.expect("stored", lambda message: message[3] == 240)
    assert await mentee.store(b"meanwhile") == 241
    house.advance(1_000)
    await mentor.expect("stored", lambda message: message[3] == 301)
    sent = [number.to_bytes(2, "big") for number in range(300)]
    assert bodies(await mentor.read()) == [*sent[:240], b"meanwhile", *sent[240:]]
    assert not [message for message in mentor.inbox if message[0] == "refused"]


@pytest.mark.slow
async def test_a_seat_may_send_no_more_over_several_sockets(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    tabs = [mentor, *[await share(mentor.browser, mentor.room, Seat.MENTOR) for _ in range(2)]]
    for tab in tabs:
        for _ in range(100):
            await tab.send("append", "document", new_id(), b"x")
    await mentee.expect("entry", lambda message: message[2] == 240)
    # nor by HTTP, nor by coming back, and the other seat's share is its own
    status, refused = await tabs[0].octets(tabs[0].path("/entries", local=new_id()), b"x")
    assert (status, refused["code"], refused["retry_after_s"]) == (429, "flooding", 1)
    await tabs[-1].close()
    back = await share(mentor.browser, mentor.room, Seat.MENTOR)
    await back.append(b"x")
    assert await mentee.store(b"mine") == 241
    assert len(bodies(await mentor.read())) == 241
    house.advance(2_000)
    assert await back.store(b"later") > 241


@pytest.mark.slow
async def test_who_comes_back_too_often_waits(house: House) -> None:
    mentor, _, room = await pair_in(house)
    for _ in range(32):
        await (await share(mentor, room, Seat.MENTOR)).close()
    address = f"/api/rooms/{room}/sharing?seat=mentor"
    headers = {"Upgrade": "websocket", "Origin": house.url}
    status, problem = await mentor.ask("GET", address, headers=headers)
    assert (status, problem["code"], problem["retry_after_s"]) == (429, "flooding", 1)
    house.advance(1_000)
    assert (await share(mentor, room, Seat.MENTOR)).here


@pytest.mark.slow
async def test_seven_of_eight_sockets_and_no_ninth(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tabs = [await share(mentor, room, Seat.MENTOR) for _ in range(8)]
    status, problem = await mentor.ask(
        "GET", f"/api/rooms/{room}/sharing?seat=mentor", headers={"Upgrade": "websocket"}
    )
    assert (status, problem["code"]) == (429, "too_many_sockets")
    for tab in tabs:
        await tab.close()


@pytest.mark.slow
async def test_observers_hear_document_and_chat(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    heard: list[tuple[object, ...]] = []
    stop = house.hub.journals.subscribe(mentor.room, lambda *entry: heard.append(entry))
    await mentor.store(b"drawn")
    await mentee.store(b"said", "chat")
    await mentee.store(b"private", "notes")
    stop()
    await mentor.store(b"unheard")
    now = house.clock.now_ms()
    assert heard == [("document", 1, "mentor", now, b"drawn"), ("chat", 1, "mentee", now, b"said")]


@pytest.mark.slow
async def test_who_loses_the_seat_loses_the_line(house: House) -> None:
    mentor, mentee = await sharing_pair(house)
    assert (await mentee.browser.ask("POST", f"/api/rooms/{mentee.room}/logout", {"forget_seat": True}))[0] == 200
    assert await mentee.closed() == 4003
    assert await mentor.store(b"still here") == 1


@pytest.mark.parametrize(
    "path", ["journals/document/entries?local=LOCAL", "journals/document/snapshots?upto=1", "blobs?"]
)
async def test_what_is_on_its_way_when_the_seat_is_lost_is_not_taken(house: House, path: str) -> None:
    mentor, mentee = await sharing_pair(house)
    await mentor.store(b"before")

    async def body() -> AsyncIterator[bytes]:
        yield b"begun with a seat, "
        assert (await mentor.browser.ask("POST", f"/api/rooms/{mentor.room}/logout", {"forget_seat": True}))[0] == 200
        yield b"ended without"

    path = f"/api/rooms/{mentor.room}/{path.replace('LOCAL', new_id())}&seat=mentor"
    status, problem = await mentor.octets(path, body(), size=32)
    assert (status, problem["code"]) == (403, "seat_needed")
    assert bodies(await mentee.read()) == [b"before"]
    assert await mentee.snapshots() == []
    async with house.hub.services.database.read() as tx:
        assert await blobs.used(tx, mentor.room) == (0, 0)


@pytest.mark.slow
async def test_two_write_at_once_and_both_read_the_same(house: House) -> None:
    mentor, mentee = await sharing_pair(house)

    async def write(tab: SharingTab, word: str) -> list[int]:
        return [await tab.store(f"{word} {n}".encode()) for n in range(8)]

    numbers = await asyncio.gather(write(mentor, "a"), write(mentee, "b"))
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 17))
    read = bodies(await mentor.read())
    assert read == bodies(await mentee.read())
    assert [read[n - 1] for n in numbers[0]] == [f"a {n}".encode() for n in range(8)]
