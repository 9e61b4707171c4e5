"""The meeting's socket: who may open it, what it refuses, and that one person's mistakes never reach the other."""

from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from server.domain.values import Seat
from server.handlers import keys
from server.ids import new_id
from tests.live.house import NAMES, TITLE, House, meeting_in, open_house, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_both_see_each_other_come_and_go(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    assert mentor.welcome["you"] == "mentor"
    assert mentor.view["title"] == TITLE
    assert {seat: mentor.view["seats"][seat]["name"] for seat in Seat} == NAMES
    await mentor.expect("chime", kind="partner_came")
    await mentee.send("media", microphone="off", camera="none")
    await mentor.see(lambda view: view["seats"]["mentee"]["microphone"] == "off")
    await mentee.send("leave")
    await mentee.expect("bye", code="left")
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "absent")


async def test_a_lost_line_is_told_and_the_same_page_comes_back(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentee.close()
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost")
    again = await mentee.browser.enter(mentee.room_id, Seat.MENTEE, mentee.page)
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "here")
    assert again.welcome["meeting"] == mentee.welcome["meeting"]


async def test_the_newest_page_of_a_seat_wins(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    newer = await mentee.browser.enter(mentee.room_id, Seat.MENTEE)
    await mentee.expect("bye", code="replaced")
    assert await mentee.closed() == 4001
    await mentor.see(lambda view: view["seats"]["mentee"]["page"] == newer.page)
    # the same page on a new line takes the place of a line that has not noticed yet
    repaired = await mentee.browser.enter(mentee.room_id, Seat.MENTEE, newer.page)
    await newer.expect("bye", code="replaced")
    await mentor.quiet()
    assert mentor.view["seats"]["mentee"]["presence"] == "here"
    # an evicted page does not take the seat back
    old = await mentee.browser.socket(mentee.room_id, Seat.MENTEE, mentee.page)
    await old.send("hello", page=old.page, microphone="on", camera="on")
    await old.expect("bye", code="replaced")
    await repaired.quiet()


async def test_only_a_seat_from_our_own_page_gets_a_socket(house: House) -> None:
    mentor, _, room = await pair_in(house)
    address = f"{house.url}/api/rooms/{room}/socket?seat=mentor"
    for client, headers in (
        (house.browser().client, {"Origin": house.url}),
        (mentor.client, {"Origin": "https://evil.example"}),
        (mentor.client, {}),
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(address, headers=headers)
        assert refused.value.status == 403
    with pytest.raises(WSServerHandshakeError):
        await mentor.client.ws_connect(address.replace("mentor", "mentee"), headers={"Origin": house.url})
    assert (await mentor.ask("GET", f"/api/rooms/{room}/socket?seat=mentor"))[0] == 426


async def test_hello_comes_first_and_soon(house: House) -> None:
    mentor, _, room = await pair_in(house)
    tab = await mentor.socket(room, Seat.MENTOR)
    await tab.send("pulse", n=1)
    await tab.expect("error", code="hello_first")
    house.advance(5_000)
    await tab.expect("bye", code="no_hello")
    assert await tab.closed() == 4011
    tab = await mentor.enter(room, Seat.MENTOR)
    house.advance(5_000)
    await tab.send("hello", page=tab.page, microphone="on", camera="on")
    await tab.expect("error", code="already_greeted")


async def test_signals_reach_the_partners_current_page_only(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentor.send("signal", page=new_id(), description={"type": "offer", "sdp": "for a page that is gone"})
    await mentor.send("signal", page=mentee.page, description={"type": "offer", "sdp": "v=0"})
    got = await mentee.expect("signal")
    assert (got["page"], got["description"]["sdp"]) == (mentor.page, "v=0")
    await mentor.send("signal", page=mentee.page)
    await mentor.expect("error", code="malformed", about="signal")
    await mentor.send(
        "signal", page=mentee.page, description={"type": "offer"}, candidate={"candidate": "", "sdpMid": "0"}
    )
    await mentor.expect("error", code="malformed", about="signal")
    await mentee.quiet()
    assert not [message for message in mentee.inbox if message["type"] == "signal"]


async def test_too_many_messages_end_the_socket_and_only_that(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    for n in range(70):
        await mentee.send("pulse", n=n)
    await mentee.expect("error", code="flooding")
    await mentee.expect("bye", code="flooding")
    assert await mentee.closed() == 4008
    assert sum(message["type"] == "pulse" for message in mentee.inbox) < 60
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost")
    await mentor.quiet()


async def test_messages_within_the_rate_go_on_for_ever(house: House) -> None:
    mentor, _ = await meeting_in(house)
    for n in range(200):
        await mentor.send("pulse", n=n)
        await mentor.expect("pulse", n=n)
        house.advance(34)


async def test_ten_malformed_messages_in_a_row_end_the_socket(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    for _ in range(9):
        await mentee.line.send_str('{"type":"media","microphone":"loud","camera":"on"}')
        await mentee.expect("error", code="malformed", about="media")
    await mentee.quiet()
    for _ in range(10):
        await mentee.line.send_bytes(b"\x00\x01")
    await mentee.expect("bye", code="malformed")
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost")


async def test_an_oversized_message_closes_only_its_own_socket(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentee.line.send_str('{"type":"' + "x" * 70_000)
    assert await mentee.closed() == 1009
    await mentor.see(lambda view: view["seats"]["mentee"]["presence"] == "line_lost")


async def test_a_seat_has_a_bounded_number_of_sockets(house: House) -> None:
    mentor, _, room = await pair_in(house)
    for _ in range(8):
        await mentor.socket(room, Seat.MENTOR)
    with pytest.raises(WSServerHandshakeError) as refused:
        await mentor.socket(room, Seat.MENTOR)
    assert refused.value.status == 429


async def test_going_down_is_said(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await meeting_in(house)
        await house.hub.close()
        for tab in (mentor, mentee):
            await tab.expect("bye", code="going_down")
            assert await tab.closed() == 1001


async def test_breaks_are_agreed_by_the_servers_clock(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentor.send("break_propose", minutes=5)
    await mentee.see(lambda view: view["pause"] is not None)
    await mentee.send("break_answer", agree=True)
    pause = (await mentor.see(lambda view: view["pause"] and view["pause"]["state"] == "running"))["pause"]
    assert pause["until_ms"] == house.clock.now_ms() + 5 * 60_000
    house.advance(5 * 60_000)
    await mentee.expect("chime", kind="break_over")
    await mentee.see(lambda view: view["pause"]["state"] == "over")


async def test_the_welcome_names_our_own_stun(tmp_path: Path) -> None:
    async with open_house(tmp_path, stun_port=0) as house:
        mentor, _, room = await pair_in(house)
        welcome = (await mentor.enter(room, Seat.MENTOR)).welcome
        stun = house.app[keys.STUN]
        assert stun is not None
        assert [server["urls"] for server in welcome["ice_servers"]] == [[f"stun:127.0.0.1:{stun.port}"]]
