"""Every route with every role: each cell of the matrix is asked of a real server."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

from server.clock import ManualClock
from server.config import Rooms
from server.domain.values import Seat
from server.handlers import cookies
from server.handlers.rights import Kind, Right, Route
from server.handlers.routes import TABLE
from server.ids import new_id
from tests.harness import Client, Server, make_config, serving

PASSWORD = "a password of our own"
UNKNOWN = new_id()
IN_THE_HOUSE = pytest.mark.asyncio(loop_scope="module")
ROLES = ("stranger", "session", "seat", "session_and_seat", "other_room", "admin")

ALLOWED: dict[Right, frozenset[str]] = {
    Right.OPEN: frozenset(ROLES),
    Right.CREATE: frozenset({"admin"}),  # the server of this test is set to --rooms admin
    Right.SESSION: frozenset({"session", "session_and_seat"}),
    Right.SEAT: frozenset({"seat", "session_and_seat"}),
    Right.READER: frozenset({"session", "seat", "session_and_seat"}),
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
        "GET /r/{room}/topics": "open",
        "GET /r/{room}/notes": "open",
        "GET /r/{room}/whiteboard": "open",
        "GET /r/{room}/chat": "open",
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
        "GET /api/rooms/{room}/browsers": "seat",
        "POST /api/rooms/{room}/browsers/out": "seat",
        "POST /api/rooms/{room}/browsers/known": "seat",
        "GET /api/rooms/{room}/socket": "seat",
        "POST /api/rooms/{room}/retention": "seat",
        "POST /api/rooms/{room}/password": "session_and_seat",
        "GET /api/rooms/{room}/recordings": "session",
        "GET /api/rooms/{room}/recordings/{recording}": "session",
        "GET /api/rooms/{room}/recordings/{recording}/parts/{part}": "session",
        "POST /api/rooms/{room}/recordings/{recording}/runs/{run}/shared": "seat",
        "DELETE /api/rooms/{room}/recordings/{recording}": "session_and_seat",
        "GET /api/rooms/{room}/receipts": "session",
        "GET /api/rooms/{room}/sharing-keys": "seat",
        "PUT /api/rooms/{room}/sharing-keys/notes": "seat",
        "POST /api/rooms/{room}/personal-link": "seat",
        "POST /api/rooms/{room}/blobs": "seat",
        "GET /api/rooms/{room}/blobs/{blob}": "reader",
        "DELETE /api/rooms/{room}/blobs/{blob}": "seat",
        "GET /api/rooms/{room}/sharing": "seat",
        "GET /api/rooms/{room}/journals/{journal}": "reader",
        "POST /api/rooms/{room}/journals/{journal}/entries": "seat",
        "GET /api/rooms/{room}/journals/{journal}/snapshots": "reader",
        "POST /api/rooms/{room}/journals/{journal}/snapshots": "seat",
        "GET /api/rooms/{room}/journals/{journal}/snapshots/{snapshot}": "reader",
        "POST /api/rooms/{room}/journals/{journal}/snapshots/{snapshot}/confirm": "seat",
        "POST /api/rooms/{room}/journals/{journal}/snapshots/{snapshot}/restore": "seat",
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
    room: str


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(
        make_config(tmp_path_factory.mktemp("house"), rooms=Rooms.ADMIN, max_requests_per_second=1000)
    ) as server:
        admin = await server.admin()
        room, other = await make_room(admin), await make_room(admin)
        clients = {
            "stranger": server.client(),
            "session": server.client(),
            "seat": server.client(),
            "session_and_seat": server.client(),
            "other_room": server.client(),
            "admin": admin,
        }
        await clients["session"].json("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
        await take_seat(clients["session_and_seat"], room, "mentor")
        await take_seat(clients["seat"], room, "mentee")
        await clients["seat"].request("POST", f"/api/rooms/{room}/logout", {"forget_seat": False})
        await take_seat(clients["other_room"], other, "mentor")
        yield House(server, clients, room)


async def make_room(admin: Client) -> str:
    body = {"title": "Walnut", "password": PASSWORD, "retention_days": 30, "seat": "neither", "downloads": True}
    return str((await admin.json("POST", "/api/rooms", body, status=201))["room"])


async def take_seat(client: Client, room: str, seat: str) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = {"id": new_id(), "spki": base64.urlsafe_b64encode(spki).rstrip(b"=").decode()}
    body = {"seat": seat, "name": "Quill", "password": PASSWORD, "key": key}
    await client.json("POST", f"/api/rooms/{room}/join", body)


def _address(row: Route, room: str) -> str:
    return (
        row.path.replace("{room}", room)
        .replace("{recording}", new_id())
        .replace("{part}", new_id())
        .replace("{request}", new_id())
        .replace("{blob}", new_id())
        .replace("{snapshot}", new_id())
        .replace("{run}", "1")
        .replace("{journal}", "document")
    )


async def _ask(client: Client, row: Route, room: str) -> tuple[int, str]:
    """Status, and the problem's code if it was one. Whatever the handler itself makes of an empty body or an unknown
    recording means that the gate let the request through."""
    headers = {"X-Forwarded-For": "203.0.113.7"} | ({"Content-Type": "application/octet-stream"} if row.octets else {})
    more = {"data": b""} if row.octets else {}
    response = await client.request(row.method, _address(row, room), headers=headers, **more)
    if response.content_type == "application/problem+json":
        return response.status, (await response.json(content_type=None))["code"]
    return response.status, ""


@IN_THE_HOUSE
async def test_a_room_that_does_not_exist_looks_like_one_that_does(house: House) -> None:
    stranger = house.clients["stranger"]
    for row in TABLE:
        if "{room}" in row.path and row.kind is not Kind.PAGE and row.path.rpartition("/")[2] not in ("join", "unlock"):
            assert await _ask(stranger, row, house.room) == await _ask(stranger, row, UNKNOWN), row.path


@IN_THE_HOUSE
async def test_the_pages_of_two_rooms_differ_in_the_id_only(house: House) -> None:
    stranger = house.clients["stranger"]
    for path in ("/r/{room}", "/r/{room}/recordings", "/r/{room}/topics", "/r/{room}/chat"):
        known, unknown = [
            await (await stranger.get(path.replace("{room}", room))).text() for room in (house.room, UNKNOWN)
        ]
        assert known.replace(house.room, "") == unknown.replace(UNKNOWN, "")


@IN_THE_HOUSE
async def test_a_seat_cookie_opens_the_seat_in_its_name_only(house: House) -> None:
    thief = house.server.client()
    [cookie] = list(house.clients["seat"].session.cookie_jar)
    swapped = {cookies.seat_name(house.room, Seat.MENTOR): cookie.value}
    thief.session.cookie_jar.update_cookies(swapped, thief.base)
    assert await _ask(thief, _row("/retention"), house.room) == (403, "seat_needed")


@IN_THE_HOUSE
async def test_every_role_at_every_route(house: House) -> None:
    wrong = []
    # what ends a role's own session is asked last
    for row in sorted(TABLE, key=lambda row: row.path.endswith(("/sign-out", "/logout"))):
        for role, client in house.clients.items():
            status, code = await _ask(client, row, house.room)
            let_in = code not in REFUSED and not (row.right is Right.CREATE and status == 401)
            if let_in != (role in ALLOWED[row.right]) or status == 500:
                wrong.append(f"{row.method} {row.path} as {role}: {status} {code}")
    assert wrong == []


async def test_a_session_ends_after_twelve_hours(still_server: Server, manual_clock: ManualClock) -> None:
    client = still_server.client()
    room = await make_room(client)
    await client.json("POST", f"/api/rooms/{room}/unlock", {"password": PASSWORD})
    manual_clock.advance(12 * 3_600_000 - 1)
    assert await _ask(client, _row("/receipts"), room) == (200, "")
    manual_clock.advance(1)
    assert await _ask(client, _row("/receipts"), room) == (401, "password_needed")


def _row(ending: str) -> Route:
    return next(row for row in TABLE if row.path.endswith(ending))


NOWHERE = (
    "/r/short",
    "/r/AAAAAAAAAAAAAAAA",
    "/r/aaaaaaaaaaaaaaa1",
    "/r/aaaaaaaaaaaaaaaa/",
    "/r/aaaaaaaaaaaaaaaa/%2e%2e%2f%2e%2e%2fadmin",
    "/api/rooms/%2e%2e/me",
    "/nowhere",
    "/api/nowhere",
    "/assets/..%2f..%2fpackage.json",
    "/assets/nothing.js",
)


async def test_what_is_not_in_the_table_is_not_there(server: Server) -> None:
    client = server.client()
    for path in NOWHERE:
        response = await client.get(URL(path, encoded=True))
        assert response.status == 404, path
        is_page = not path.startswith(("/api/", "/assets/"))
        assert response.content_type == ("text/html" if is_page else "application/problem+json"), path
    response = await client.request("PATCH", "/api/password")
    assert (response.status, (await response.json(content_type=None))["code"]) == (405, "method_not_allowed")
