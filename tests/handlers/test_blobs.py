"""Files the two give each other: put, fetched, deleted, refused."""

import asyncio
import io
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from server.domain.values import Seat
from server.handlers.keys import BLOBS, DATABASE
from server.ids import new_id
from server.store import blobs, places, tables
from tests.live.house import PASSWORD, Browser, House, open_house, pair_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = b"<!doctype html><script>alert(document.cookie)</script>"


async def put(browser: Browser, room: str, data: bytes, seat: str = "mentor", **headers: str) -> tuple[int, Any]:
    sent = {"Origin": browser.house.url, "Content-Type": "application/octet-stream"} | headers
    address = f"{browser.house.url}/api/rooms/{room}/blobs?seat={seat}"
    async with browser.client.post(address, data=io.BytesIO(data), headers=sent) as response:
        return response.status, await response.json(content_type=None)


async def fetch(browser: Browser, room: str, blob: str) -> tuple[int, bytes]:
    async with await browser.request("GET", f"/api/rooms/{room}/blobs/{blob}") as response:
        return response.status, await response.read()


async def code(browser: Browser, method: str, room: str, blob: str) -> tuple[int, str]:
    status, told = await browser.ask(method, f"/api/rooms/{room}/blobs/{blob}")
    return status, told["code"]


def left_in(house: House, room: str) -> list[Path]:
    return [path for path in (house.data_dir / "blobs" / room).glob("*") if path.is_file()]


async def states(house: House, room: str) -> list[str]:
    async with house.app[DATABASE].read() as tx:
        asked = select(tables.blobs.c.state).where(tables.blobs.c.room == room)
        return [str(state) for state in (await tx.execute(asked)).scalars()]


async def until(house: House, room: str, so: Callable[[], bool]) -> list[str]:
    """Asks the database again and again, until it is so; what it said before."""
    before: list[str] = []
    async with asyncio.timeout(10):
        while not so():
            before = await states(house, room)
    return before


async def test_both_and_whoever_has_the_password_fetch_what_one_put(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    listener, data = house.browser(), secrets.token_bytes(200_000)
    status, made = await put(mentor, room, data)
    assert (status, made["bytes"]) == (200, len(data))
    await listener.ask("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    for browser in (mentor, mentee, listener):
        assert await fetch(browser, room, made["id"]) == (200, data)
    [file] = left_in(house, room)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert data[:64] not in file.read_bytes()


async def test_nobody_else_fetches_it(house: House) -> None:
    mentor, _, room = await pair_in(house)
    elsewhere, _, other = await pair_in(house)
    made = (await put(mentor, room, b"for two"))[1]["id"]
    assert await code(house.browser(), "GET", room, made) == (401, "password_needed")
    assert await code(elsewhere, "GET", room, made) == (401, "password_needed")
    assert await code(elsewhere, "GET", other, made) == (404, "no_such_blob")
    assert await code(mentor, "GET", room, new_id()) == (404, "no_such_blob")


@pytest.mark.parametrize("data", [PAGE, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.7"])
async def test_it_is_never_shown_as_a_page(house: House, data: bytes) -> None:
    mentor, _, room = await pair_in(house)
    made = (await put(mentor, room, data))[1]["id"]
    async with await mentor.request("GET", f"/api/rooms/{room}/blobs/{made}?name=x.html&type=text/html") as response:
        assert await response.read() == data
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        policy = response.headers.getall("Content-Security-Policy")
        assert policy == ["default-src 'none'; sandbox; frame-ancestors 'none'"]


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/json", "multipart/form-data", "text/plain"]
)
async def test_other_types_are_not_taken(house: House, kind: str) -> None:
    mentor, _, room = await pair_in(house)
    status, told = await put(mentor, room, PAGE, **{"Content-Type": kind})
    assert (status, told["code"]) == (415, "needs_octets")
    status, told = await put(mentor, room, PAGE, Origin="https://elsewhere.example")
    assert (status, told["code"]) == (403, "cross_site")


async def test_the_largest_goes_through_and_one_byte_more_does_not(house: House) -> None:
    mentor, _, room = await pair_in(house)
    data = secrets.token_bytes(1024) * 10 * 1024
    status, made = await put(mentor, room, data)
    assert (status, made["bytes"]) == (200, 10 * 1024 * 1024)
    assert (await fetch(mentor, room, made["id"]))[1] == data
    for refused, told in ((data + b"x", (413, "too_large")), (b"", (422, "empty_file"))):
        status, answer = await put(mentor, room, refused)
        assert (status, answer["code"]) == told


async def test_only_who_put_it_deletes_it_and_then_it_is_gone(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    made = (await put(mentor, room, b"gone soon"))[1]["id"]
    shred = house.hub.services.shred
    assert list(await shred.things(room, blobs.KIND)) == [made]
    assert await code(mentee, "DELETE", room, made) == (403, "not_allowed")
    assert (await mentor.ask("DELETE", f"/api/rooms/{room}/blobs/{made}"))[0] == 200
    assert await shred.things(room, blobs.KIND) == {}
    assert (left_in(house, room), await states(house, room)) == ([], [])
    for method in ("GET", "DELETE"):
        assert await code(mentor, method, room, made) == (404, "no_such_blob")


async def test_a_body_that_breaks_off_leaves_nothing(house: House) -> None:
    mentor, _, room = await pair_in(house)
    cookies = "; ".join(f"{each.key}={each.value}" for each in mentor.client.cookie_jar)
    _, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    lines = [
        f"POST /api/rooms/{room}/blobs?seat=mentor HTTP/1.1",
        f"Host: {house.url.removeprefix('http://')}",
        f"Origin: {house.url}",
        f"Cookie: {cookies}",
        "Content-Type: application/octet-stream",
        "Content-Length: 100000",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode() + bytes(70_000))
    await writer.drain()
    await until(house, room, lambda: bool(left_in(house, room)))
    writer.close()
    await writer.wait_closed()
    assert await until(house, room, lambda: not left_in(house, room)) == ["coming"]
    await house.app[BLOBS].settled()
    assert await states(house, room) == []
    assert await house.hub.services.shred.things(room, blobs.KIND) == {}


async def test_a_seat_holds_so_much(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    made = (await put(mentor, room, b"x" * 10))[1]["id"]
    async with house.app[DATABASE].write() as tx:
        one = tables.blobs.c.id == made
        await tx.execute(update(tables.blobs).where(one).values(size=blobs.SEAT_BYTES - 10))
    assert (await put(mentor, room, b"x" * 10))[0] == 200
    status, told = await put(mentor, room, b"x")
    assert (status, told["code"]) == (507, "blobs_full")
    assert (told["limit"], told["used"]) == (blobs.SEAT_BYTES, blobs.SEAT_BYTES)
    assert (await put(mentee, room, b"x", seat="mentee"))[0] == 200
    assert (await mentor.ask("DELETE", f"/api/rooms/{room}/blobs/{made}"))[0] == 200
    assert (await put(mentor, room, b"x"))[0] == 200


async def test_the_servers_bounds_hold_for_files_too(tmp_path: Path) -> None:
    async with open_house(tmp_path, max_server_bytes=2**30, max_room_bytes=2**30) as house:
        mentor, _, room = await pair_in(house)
        made = (await put(mentor, room, b"x"))[1]["id"]
        async with house.app[DATABASE].write() as tx:
            await tx.execute(update(tables.blobs).where(tables.blobs.c.id == made).values(size=2**30, room=room))
        other, _, elsewhere = await pair_in(house)
        status, told = await put(other, elsewhere, b"x")
        assert (status, told["code"]) == (507, "disk_limit")


async def test_the_disk_keeps_some_room(tmp_path: Path) -> None:
    async with open_house(tmp_path, min_free_bytes=2**60) as house:
        mentor, _, room = await pair_in(house)
        status, told = await put(mentor, room, b"x")
        assert (status, told["code"]) == (507, "disk_full")


async def test_thirty_at_once_then_one_every_two_seconds(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    for _ in range(30):
        assert (await put(mentor, room, b""))[1]["code"] == "empty_file"
    status, told = await put(mentor, room, b"x")
    assert (status, told["code"], told["retry_after_s"]) == (429, "too_many_files", 2)
    assert (await put(mentee, room, b"x", seat="mentee"))[0] == 200
    house.advance(2_000)
    assert (await put(mentor, room, b"x"))[0] == 200


async def test_what_a_file_lost_is_not_given_out(house: House) -> None:
    mentor, _, room = await pair_in(house)
    cut, gone = [(await put(mentor, room, bytes(100_000)))[1]["id"] for _ in range(2)]
    path = places.blob_path(house.data_dir, room, cut)
    path.write_bytes(path.read_bytes()[:70_000])
    places.blob_path(house.data_dir, room, gone).unlink()
    assert await code(mentor, "GET", room, cut) == (500, "damaged")
    assert await code(mentor, "GET", room, gone) == (404, "no_such_blob")


async def test_a_seat_whose_cookie_cannot_open_the_room_is_told(house: House) -> None:
    mentor, mentee, room = await pair_in(house)
    made = (await put(mentor, room, b"x"))[1]["id"]
    await mentee.ask("POST", f"/api/rooms/{room}/logout")
    async with house.app[DATABASE].write() as tx:
        theirs = (tables.seat_cookies.c.room == room, tables.seat_cookies.c.seat == Seat.MENTEE)
        await tx.execute(update(tables.seat_cookies).where(*theirs).values(content_sealed=None))
    assert await code(mentee, "GET", room, made) == (403, "content_locked")
    assert (await put(mentee, room, b"x", seat="mentee"))[1]["code"] == "content_locked"
