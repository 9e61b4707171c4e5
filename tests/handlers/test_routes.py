"""Every route with every role: each cell of the matrix is asked of a real server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from server.clock import ManualClock
from server.config import Rooms
from server.crypto.keys import token_hash
from server.domain.messages import Seat
from server.handlers import cookies, keys
from server.handlers.rights import Kind, Right, Route
from server.handlers.routes import TABLE
from server.ids import new_id
from server.store import rooms, seats, sessions
from tests.harness import Client, Server, make_config, serving
from tests.store.given import KEYS

ROOM, OTHER, UNKNOWN = new_id(), new_id(), new_id()
ROLES = ("stranger", "session", "seat", "session_and_seat", "other_room", "admin")

ALLOWED: dict[Right, frozenset[str]] = {
    Right.OPEN: frozenset(ROLES),
    Right.CREATE: frozenset({"admin"}),  # the server of this test is set to --rooms admin
    Right.SESSION: frozenset({"session", "session_and_seat"}),
    Right.SEAT: frozenset({"seat", "session_and_seat"}),
    Right.SESSION_AND_SEAT: frozenset({"session_and_seat"}),
    Right.ADMIN: frozenset({"admin"}),
    Right.OPERATOR: frozenset({"admin"}),  # the test asks as if through a proxy, so that nobody is local
}
REFUSED = frozenset({"password_needed", "seat_needed", "admin_needed"})


def test_the_table_says_what_was_agreed() -> None:
    """A right that changes must be changed here too, by somebody who meant it."""
    assert {f"{row.method} {row.path}": row.right.value for row in TABLE} == {
        "GET /": "open",
        "GET /r/{room}": "open",
        "GET /r/{room}/recordings": "open",
        "GET /admin": "open",
        "GET /admin/setup": "open",
        "GET /healthz": "open",
        "GET /metrics": "operator",
        "GET /api/password": "open",
        "POST /api/rooms": "create",
        "GET /api/rooms/{room}/me": "open",
        "POST /api/rooms/{room}/join": "open",
        "POST /api/rooms/{room}/unlock": "open",
        "POST /api/rooms/{room}/logout": "open",
        "POST /api/rooms/{room}/device-requests": "open",
        "GET /api/rooms/{room}/device-requests/{request}": "open",
        "GET /api/rooms/{room}/socket": "seat",
        "POST /api/rooms/{room}/retention": "seat",
        "POST /api/rooms/{room}/password": "session_and_seat",
        "GET /api/rooms/{room}/recordings": "session",
        "GET /api/rooms/{room}/recordings/{recording}": "session",
        "GET /api/rooms/{room}/recordings/{recording}/parts/{part}": "session",
        "DELETE /api/rooms/{room}/recordings/{recording}": "session_and_seat",
        "GET /api/rooms/{room}/receipts": "session",
        "POST /api/admin/setup": "open",
        "POST /api/admin/sign-in": "open",
        "POST /api/admin/sign-out": "admin",
        "GET /api/admin/state": "admin",
        "PUT /api/admin/retention": "admin",
    }


@dataclass
class House:
    """A server with two rooms, and one browser for each role."""

    server: Server
    clients: dict[str, Client]


@pytest.fixture
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    config = make_config(tmp_path_factory.mktemp("matrix"), rooms=Rooms.ADMIN, max_requests_per_second=1000)
    async with serving(config) as server:
        for room in (ROOM, OTHER):
            await _make_room(server, room)
        clients = {
            "stranger": server.client(),
            "session": await _browser(server, ROOM, session=True),
            "seat": await _browser(server, ROOM, seat=Seat.MENTEE),
            "session_and_seat": await _browser(server, ROOM, session=True, seat=Seat.MENTOR),
            "other_room": await _browser(server, OTHER, session=True, seat=Seat.MENTOR),
            "admin": await server.admin(),
        }
        yield House(server, clients)


async def _make_room(server: Server, room: str) -> None:
    async with server.app[keys.DATABASE].write() as tx:
        await rooms.create(
            tx, room, title_sealed=b"", creator="neither", retention_days=None, downloads=True, keys=KEYS,
            now=server.clock.now_ms(),
        )  # fmt: skip


async def _browser(server: Server, room: str, *, session: bool = False, seat: Seat | None = None) -> Client:
    """A browser with valid cookies, whatever they open: what is asked here is only who gets in."""
    client, now = server.client(), server.clock.now_ms()
    jar = {}
    async with server.app[keys.DATABASE].write() as tx:
        if session:
            jar[cookies.session_name(room)] = token = cookies.new_token()
            await sessions.add(tx, room, token_hash=token_hash(token), secret_wrapped=b"?", now=now)
        if seat:
            jar[cookies.seat_name(room, seat)] = token = cookies.new_token()
            await seats.claim(tx, room, seat, secret_hash=b"?" * 32, name_sealed=None, now=now)
            await seats.add_cookie(tx, room, seat, token_hash=token_hash(token), how=seats.How.CLAIM, now=now)
    client.session.cookie_jar.update_cookies(jar, client.base)
    return client


def _address(row: Route, room: str) -> str:
    return (
        row.path.replace("{room}", room)
        .replace("{recording}", new_id())
        .replace("{part}", new_id())
        .replace("{request}", new_id())
    )


async def _ask(client: Client, row: Route, room: str = ROOM) -> tuple[int, str]:
    """Status, and the problem's code if it was one. Whatever the handler itself makes of an empty body or an unknown
    recording means that the gate let the request through."""
    response = await client.request(row.method, _address(row, room), headers={"X-Forwarded-For": "203.0.113.7"})
    if response.content_type == "application/problem+json":
        return response.status, (await response.json(content_type=None))["code"]
    return response.status, ""


async def test_every_role_at_every_route(house: House) -> None:
    wrong = []
    # signing out ends the admin's session, so it is asked last
    for row in sorted(TABLE, key=lambda row: row.path == "/api/admin/sign-out"):
        for role, client in house.clients.items():
            status, code = await _ask(client, row)
            let_in = code not in REFUSED and not (row.right is Right.CREATE and status == 401)
            if let_in != (role in ALLOWED[row.right]) or status == 500:
                wrong.append(f"{row.method} {row.path} as {role}: {status} {code}")
    assert wrong == []


async def test_a_room_that_does_not_exist_looks_like_one_that_does(house: House) -> None:
    stranger = house.clients["stranger"]
    for row in TABLE:
        if "{room}" in row.path and row.kind is not Kind.PAGE and row.path.rpartition("/")[2] not in ("join", "unlock"):
            assert await _ask(stranger, row, ROOM) == await _ask(stranger, row, UNKNOWN), row.path


async def test_the_pages_of_two_rooms_differ_in_the_id_only(house: House) -> None:
    stranger = house.clients["stranger"]
    for path in ("/r/{room}", "/r/{room}/recordings"):
        known, unknown = [await (await stranger.get(path.replace("{room}", room))).text() for room in (ROOM, UNKNOWN)]
        assert known.replace(ROOM, "") == unknown.replace(UNKNOWN, "")


async def test_a_seat_cookie_opens_the_seat_in_its_name_only(house: House) -> None:
    thief = house.server.client()
    [cookie] = list(house.clients["seat"].session.cookie_jar)
    thief.session.cookie_jar.update_cookies({cookies.seat_name(ROOM, Seat.MENTOR): cookie.value}, thief.base)
    assert await _ask(thief, next(row for row in TABLE if row.path.endswith("/retention"))) == (403, "seat_needed")


async def test_a_session_ends_after_twelve_hours(tmp_path_factory: pytest.TempPathFactory) -> None:
    clock = ManualClock()
    async with serving(make_config(tmp_path_factory.mktemp("ends")), clock=clock) as server:
        await _make_room(server, ROOM)
        client = await _browser(server, ROOM, session=True)
        row = next(row for row in TABLE if row.path.endswith("/receipts"))
        assert (await _ask(client, row))[1] != "password_needed"
        clock.advance(12 * 3_600_000)
        assert await _ask(client, row) == (401, "password_needed")


@pytest.mark.parametrize(
    "path",
    [
        "/r/short",
        "/r/AAAAAAAAAAAAAAAA",
        "/r/aaaaaaaaaaaaaaa1",
        "/r/aaaaaaaaaaaaaaaa/",
        "/r/aaaaaaaaaaaaaaaa/%2e%2e%2f%2e%2e%2fadmin",
        "/api/rooms/%2e%2e/me",
        "/nowhere",
        "/api/nowhere",
    ],
)
async def test_what_is_not_in_the_table_is_not_there(server: Server, path: str) -> None:
    response = await server.client().get(path)
    assert response.status == 404
    assert response.content_type == ("application/problem+json" if path.startswith("/api/") else "text/html")
