"""Which browsers hold one's seat, putting others out, and hearing of one the partner let in."""

from typing import Any

import pytest
from sqlalchemy import text, update

from server.domain.values import Seat
from server.handlers.keys import DATABASE
from server.handlers.vouched import AWAY_MS
from server.ids import new_id
from server.store import tables
from tests.live.house import PASSWORD, Browser, House, pair_in
from tests.live.sharing import share

pytestmark = pytest.mark.asyncio(loop_scope="module")


def at(room: str, more: str = "") -> str:
    return f"/api/rooms/{room}/browsers{more}?seat=mentee"


async def seen(browser: Browser, room: str) -> Any:
    status, told = await browser.ask("GET", at(room))
    assert status == 200, told
    return told


async def put_out(browser: Browser, room: str, one: str | None = None) -> tuple[int, Any]:
    return await browser.ask("POST", at(room, "/out"), {"browser": one})


async def settled(house: House) -> tuple[Browser, Browser, str, str]:
    """Mentor, mentee, room, the mentee's personal secret."""
    mentor, mentee = house.browser(), house.browser()
    room = await mentor.create("mentor")
    await mentor.join(room, Seat.MENTOR)
    made = (await mentee.join(room, Seat.MENTEE, password=PASSWORD))[1]
    return mentor, mentee, room, str(made["personal"])


async def by_link(house: House, room: str, secret: str) -> Browser:
    house.advance(1)
    phone = house.browser()
    assert (await phone.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    return phone


async def let_in(house: House, room: str) -> Browser:
    """A browser that holds the mentee's seat by the mentor's word."""
    house.advance(1)  # later than those before it
    tablet = house.browser()
    ask = {"seat": "mentee", "name": "Barnaby on a tablet", "password": PASSWORD}
    ticket = (await tablet.ask("POST", f"/api/rooms/{room}/device-requests", ask))[1]
    house.hub.devices.answer(room, Seat.MENTOR, ticket["request"], allow=True)
    proof = {"request": ticket["request"], "request_secret": ticket["secret"]}
    assert (await tablet.join(room, Seat.MENTEE, **proof))[0] == 200
    return tablet


async def test_a_person_sees_the_browsers_of_their_own_seat(house: House) -> None:
    mentor, mentee, room, secret = await settled(house)
    phone = await by_link(house, room, secret)
    await let_in(house, room)
    await phone.enter(room, Seat.MENTEE)
    told = await seen(mentee, room)
    assert told["link_wanted"] is False
    assert [(each["how"], each["this"], each["here"]) for each in told["browsers"]] == [
        ("claim", True, False),
        ("link", False, True),
        ("approval", False, False),
    ]
    moments = [each["since_ms"] for each in told["browsers"]]
    assert [moment - moments[0] for moment in moments] == [0, 1, 2]
    assert set(told["browsers"][0]) == {"id", "how", "since_ms", "used_ms", "here", "this"}
    # who made the room holds a seat of their own, and hears nothing of this one
    own = (await mentor.ask("GET", f"/api/rooms/{room}/browsers?seat=mentor"))[1]
    assert [(each["how"], each["this"]) for each in own["browsers"]] == [("creator", True)]
    assert own["vouched"] == []
    assert (await mentor.ask("GET", at(room)))[1]["code"] == "seat_needed"
    assert (await mentor.ask("POST", at(room, "/out"), {}))[1]["code"] == "seat_needed"


async def test_what_names_a_browser_opens_nothing(house: House) -> None:
    """The name is made of the hash of its cookie, and is not that hash."""
    _, mentee, room, _ = await settled(house)
    [one] = (await seen(mentee, room))["browsers"]
    async with house.app[DATABASE].read() as tx:
        asked = text("SELECT token_hash FROM seat_cookies WHERE room = :room AND seat = 'mentee'")
        stored = (await tx.execute(asked, {"room": room})).scalar_one()
    assert one["id"].encode() not in stored
    assert one["id"] not in stored.hex()


async def test_the_seats_own_browsers_are_told_whom_the_partner_let_in(house: House) -> None:
    _, mentee, room, _ = await settled(house)
    page = await share(mentee, room, Seat.MENTEE)
    tablet = await let_in(house, room)
    await page.expect("browsers")
    [vouched] = (await seen(mentee, room))["vouched"]
    [one] = [each for each in (await seen(mentee, room))["browsers"] if each["how"] == "approval"]
    assert vouched == {"browser": one["id"], "at_ms": one["since_ms"], "holds": True}
    # it stays told until somebody of the seat's own has answered
    assert (await seen(mentee, room))["vouched"] == [vouched]
    assert (await mentee.ask("POST", at(room, "/known"), {"browsers": [new_id()]}))[0] == 200
    assert (await seen(mentee, room))["vouched"] == [vouched]
    assert (await mentee.ask("POST", at(room, "/known"), {"browsers": [vouched["browser"]]}))[0] == 200
    assert (await seen(mentee, room))["vouched"] == []
    assert (await tablet.ask("GET", at(room)))[0] == 200


async def test_who_was_let_in_sees_itself_alone_and_hides_nothing(house: House) -> None:
    _, mentee, room, _ = await settled(house)
    tablet = await let_in(house, room)
    told = await seen(tablet, room)
    assert [(each["how"], each["this"]) for each in told["browsers"]] == [("approval", True)]
    assert (told["vouched"], told["link_wanted"]) == ([], True)
    own = next(each["id"] for each in (await seen(mentee, room))["browsers"] if each["this"])
    for path, body in (("/out", {}), ("/out", {"browser": own}), ("/known", {"browsers": [told["browsers"][0]["id"]]})):
        status, refused = await tablet.ask("POST", at(room, path), body)
        assert (status, refused["code"]) == (403, "link_wanted"), path
    # not even by giving the seat back before its person comes
    assert (await tablet.ask("POST", f"/api/rooms/{room}/logout", {"forget_seat": True}))[0] == 200
    now = await seen(mentee, room)
    assert [each["how"] for each in now["browsers"]] == ["claim"]
    assert [(each["browser"], each["holds"]) for each in now["vouched"]] == [(told["browsers"][0]["id"], False)]


async def test_with_the_personal_link_it_is_a_browser_like_any_other(house: House) -> None:
    _, mentee, room, secret = await settled(house)
    tablet = await let_in(house, room)
    assert (await tablet.join(room, Seat.MENTEE, seat_secret=secret))[0] == 200
    assert (await seen(mentee, room))["vouched"] == []
    told = await seen(tablet, room)
    assert [each["how"] for each in told["browsers"]] == ["claim", "link"]
    assert told["link_wanted"] is False


async def test_where_all_others_are_lost_it_is_taken_for_the_persons_own(house: House) -> None:
    _, mentee, room, _ = await settled(house)
    tablet = await let_in(house, room)
    async with house.app[DATABASE].write() as tx:
        cookies = tables.seat_cookies
        long_ago = {"used_ms": cookies.c.used_ms - AWAY_MS - 1}
        await tx.execute(update(cookies).where(cookies.c.room == room).values(long_ago))
    told = await seen(tablet, room)
    assert [each["how"] for each in told["browsers"]] == ["claim", "approval"]
    assert (told["vouched"], told["link_wanted"]) == ([], False)
    # the one that was lost is told all the same when it comes again
    assert len((await seen(mentee, room))["vouched"]) == 1


async def test_one_browser_is_put_out_and_its_pages_close(house: House) -> None:
    mentor, mentee, room, secret = await settled(house)
    phone = await by_link(house, room, secret)
    tablet = await let_in(house, room)
    tab, page, own = (
        await tablet.enter(room, Seat.MENTEE),
        await share(tablet, room, Seat.MENTEE),
        await share(mentee, room, Seat.MENTEE),
    )
    partner = await mentor.enter(room, Seat.MENTOR)
    await partner.see(lambda view: view["seats"]["mentee"]["presence"] == "here")
    one = next(each["id"] for each in (await seen(mentee, room))["browsers"] if each["how"] == "approval")
    assert await put_out(mentee, room, one) == (200, {"browsers_out": 1})
    await tab.expect("bye", code="seat_revoked")
    await page.expect("bye", lambda message: message[1] == "seat_revoked")
    await own.expect("browsers")
    await partner.see(lambda view: view["seats"]["mentee"]["presence"] == "absent")
    assert (await tablet.ask("GET", f"/api/rooms/{room}/sharing-keys?seat=mentee"))[1]["code"] == "seat_needed"
    assert (await tablet.join(room, Seat.MENTEE))[1]["code"] == "wrong_password"
    told = await seen(phone, room)
    assert [each["how"] for each in told["browsers"]] == ["claim", "link"]
    assert told["vouched"] == []  # that was the answer
    assert await put_out(mentee, room, one) == (200, {"browsers_out": 0})  # pressed twice


async def test_all_others_are_put_out_but_not_this_one_nor_the_partner(house: House) -> None:
    mentor, mentee, room, secret = await settled(house)
    phone = await by_link(house, room, secret)
    tablet = await let_in(house, room)
    assert await put_out(phone, room) == (200, {"browsers_out": 2})
    for gone in (mentee, tablet):
        assert (await gone.ask("GET", at(room)))[1]["code"] == "seat_needed"
    assert [each["this"] for each in (await seen(phone, room))["browsers"]] == [True]
    assert (await seen(phone, room))["vouched"] == []
    assert (await mentor.ask("GET", f"/api/rooms/{room}/browsers?seat=mentor"))[0] == 200
    async with house.app[DATABASE].read() as tx:
        asked = text("SELECT action, by FROM audit WHERE room = :room ORDER BY n DESC LIMIT 1")
        assert tuple((await tx.execute(asked, {"room": room})).one()) == ("browsers_out", "mentee")
    # the browser one sits at is none of the others
    [own] = (await seen(phone, room))["browsers"]
    assert await put_out(phone, room, own["id"]) == (200, {"browsers_out": 0})
    assert (await phone.ask("GET", at(room)))[0] == 200


async def test_a_page_on_its_way_when_its_seat_was_taken_does_not_come_in(house: House) -> None:
    _, mentee, room, secret = await settled(house)
    phone = await by_link(house, room, secret)
    late = await phone.socket(room, Seat.MENTEE)  # it has not said hello yet
    assert await put_out(mentee, room) == (200, {"browsers_out": 1})
    await late.send("hello", page=late.page, microphone="on", camera="on")
    await late.expect("bye", code="seat_revoked")
    assert await late.closed() == 4003


async def test_a_new_password_with_others_out_settles_it_too(house: House) -> None:
    _, mentee, room = await pair_in(house)
    await let_in(house, room)
    wanted = {"password": "quite another password", "others_out": True}
    assert (await mentee.ask("POST", f"/api/rooms/{room}/password?seat=mentee", wanted))[1]["browsers_out"] == 1
    assert (await seen(mentee, room))["vouched"] == []
