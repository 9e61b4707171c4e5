"""The gate: headers, names, origins, bodies, paces, deadlines; asked over real sockets."""

import asyncio
import contextlib
import gzip
import ipaddress
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import logs
from server.clock import ManualClock
from server.config import Config
from server.errors import VisavisError
from server.handlers import keys, origin
from server.handlers.guards import CONTENT_POLICY
from server.handlers.limits import Argon2Queue
from tests.conftest import Serve, in_shared
from tests.harness import Client, Server, make_config

JSON = {"Content-Type": "application/json"}
PROXY = (ipaddress.ip_network("127.0.0.1/32"),)


async def code(client: Client, method: str, path: str, status: int, **more: object) -> str:
    answer = await client.json(method, path, status=status, **more)
    assert answer["status"] == status
    return str(answer["code"])


async def raw(server: Server, text: str) -> str:
    """What comes back for bytes no client library would send, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(text.encode())
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    return answer.decode("latin-1")


def test_the_content_policy_is_the_one_that_was_tried() -> None:
    assert CONTENT_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


@in_shared
async def test_every_answer_bears_the_headers(shared_server: Server) -> None:
    client = shared_server.client()
    for path, status in [("/", 200), ("/api/password", 200), ("/healthz", 200), ("/nowhere", 404), ("/metrics", 200)]:
        response = await client.get(path)
        assert response.status == status, path
        assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=(self)" in response.headers["Permissions-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Server"] == "Visavis"
        assert "Strict-Transport-Security" not in response.headers


async def test_https_is_remembered_and_its_cookies_are_bound_to_the_host(serve: Serve) -> None:
    server = await serve(public_url="https://meet.example.org", trusted_proxies=PROXY)
    client = server.client(Host="meet.example.org", **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})
    client.origin = "https://meet.example.org"
    token = await server.admin_link()
    response = await client.post("/api/admin/setup", {"token": token, "password": "long enough, is it not"})
    assert response.status == 204
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-admin=")
    assert all(part in cookie for part in ("HttpOnly", "Path=/", "SameSite=Strict", "Secure"))
    assert "Domain" not in cookie


@in_shared
@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
        ({"Origin": "OWN.evil.example"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"X-Nothing": "said"}, True),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, True),
    ],
)
async def test_changes_come_from_our_own_pages_only(
    shared_server: Server, headers: dict[str, str], refused: bool
) -> None:
    client = shared_server.client()
    own = headers or {"Origin": client.origin}
    own = {name: value.replace("OWN", client.origin) for name, value in own.items()}
    body = {"password": "wrong"}
    async with client.session.post("/api/admin/sign-in", json=body, headers=own) as response:
        answer = await response.json(content_type=None)
    assert answer["code"] == ("cross_site" if refused else "wrong_password")


@in_shared
async def test_a_form_of_another_page_cannot_post(shared_server: Server) -> None:
    client = shared_server.client()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await code(client, "POST", "/api/admin/sign-in", 415, data="password=x", headers=form) == "needs_json"
    text = {"Content-Type": "text/plain"}
    assert await code(client, "POST", "/api/admin/sign-in", 415, data='{"password":"x"}', headers=text) == "needs_json"


@in_shared
async def test_a_socket_needs_our_origin(shared_server: Server) -> None:
    client = shared_server.client()
    path = "/api/rooms/aaaaaaaaaaaaaaaa/socket"
    for name in ("https://evil.example", "null"):
        assert await code(client, "GET", path, 403, headers={"Origin": name}) == "cross_site"
    async with client.session.get(path, headers={"Sec-Fetch-Site": "same-origin"}) as response:
        assert (await response.json(content_type=None))["code"] == "cross_site"
    assert await code(client, "GET", path, 403) == "seat_needed"


@in_shared
async def test_made_up_host_names_are_refused(shared_server: Server) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "203.0.113.9"):
        response = await shared_server.client().get("/", headers={"Host": host})
        assert response.status == 421, host
    for host in ("localhost", "localhost:9", "127.0.0.1:9", "[::1]:9", "meet.localhost"):
        assert (await shared_server.client().get("/", headers={"Host": host})).status == 200, host


async def test_behind_a_public_address_only_that_and_localhost_answer(serve: Serve) -> None:
    server = await serve(public_url="https://meet.example.org", trusted_proxies=PROXY)
    for host, status in [("meet.example.org", 200), ("MEET.example.org", 200), ("www.example.org", 421)]:
        response = await server.client().get("/", headers={"Host": host, "X-Forwarded-Proto": "https"})
        assert response.status == status


@in_shared
async def test_bodies_are_bounded_and_announced(shared_server: Server) -> None:
    client = shared_server.client()
    big = json.dumps({"password": "x" * 20_000})
    assert await code(client, "POST", "/api/admin/sign-in", 413, data=big, headers=JSON) == "too_large"

    async def trickle() -> object:
        yield b"{}"

    assert await code(client, "POST", "/api/admin/sign-in", 411, data=trickle(), headers=JSON) == "length_required"
    packed = gzip.compress(json.dumps({"password": "x" * 2000}).encode())
    squeezed = JSON | {"Content-Encoding": "gzip"}
    assert await code(client, "POST", "/api/admin/sign-in", 415, data=packed, headers=squeezed) == "encoded_body"
    async with client.session.get("/api/password", data=b"x") as response:
        assert response.status == 400


@in_shared
@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"password": 1}', '{"password": ""}', '{"password":"x","more":1}', '"x"', "\xff", "nul\x00l"],
)
async def test_malformed_bodies_are_told_without_repeating_them(shared_server: Server, body: str) -> None:
    client = shared_server.client()
    answer = await client.json("POST", "/api/admin/sign-in", status=400, data=body.encode("latin-1"), headers=JSON)
    assert answer["code"] == "bad_body"


SMUGGLING = [
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a" * 30_000 + "\r\n\r\n",
    "GET /" + "a" * 5000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "rubbish\r\n\r\n",
]


async def test_requests_that_could_be_read_two_ways_are_refused(serve: Serve) -> None:
    server = await serve()
    for text in SMUGGLING:
        answer = await raw(server, text)
        assert answer.startswith(("HTTP/1.1 400", "HTTP/1.0 400")), (text[:60], answer[:200])
        assert answer.count("HTTP/1.") == 1


@pytest.mark.parametrize(
    "text",
    ["", "GET / HTTP/1.1\r\nHost: local", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ids=["idle", "half a header", "kept alive"],
)
async def test_a_connection_that_says_nothing_more_is_closed(serve: Serve, text: str) -> None:
    server = await serve(idle_s=0.2)
    answer = await raw(server, text)  # returns only because the server closes
    assert answer.startswith("HTTP/1.1 200") == text.endswith("\r\n\r\n")


async def test_a_body_that_never_ends_is_given_up(serve: Serve) -> None:
    server = await serve(deadline_s=0.2)
    head = "Host: localhost\r\nOrigin: http://localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"POST /api/admin/sign-in HTTP/1.1\r\n{head}\r\n{{".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    assert b'"too_slow"' in await reader.readuntil(b"}")
    writer.close()


async def test_one_address_gets_its_share_of_connections(serve: Serve) -> None:
    server = await serve(max_connections_per_address=3)
    kept = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
    for _, writer in kept:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for reader, _ in kept:
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    kept[0][1].close()
    await kept[0][1].wait_closed()
    for _, one in [*kept[1:], (reader, writer)]:
        one.close()


async def test_one_address_gets_its_share_of_requests(serve: Serve, manual_clock: ManualClock) -> None:
    server = await serve(clock=manual_clock, max_requests_per_second=1)
    client = server.client()
    assert [(await client.get("/healthz")).status for _ in range(5)] == [200] * 4 + [429]
    response = await client.get("/")
    assert (response.status, response.headers["Retry-After"], response.content_type) == (429, "1", "text/html")
    manual_clock.advance(1000)
    assert (await client.get("/healthz")).status == 200


async def test_argon2_is_asked_of_few_at_a_time() -> None:
    import threading

    queue, gate = Argon2Queue(), threading.Event()
    waiting = [asyncio.ensure_future(queue.run(gate.wait)) for _ in range(34)]
    await asyncio.sleep(0)
    with pytest.raises(VisavisError) as caught:
        await queue.run(lambda: True)
    assert (caught.value.code, caught.value.status) == ("busy", 503)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 34
    assert await queue.run(lambda: True)
    queue.close()


def trusting(*networks: str) -> Config:
    from pathlib import Path

    return make_config(Path("/nowhere"), trusted_proxies=tuple(ipaddress.ip_network(one) for one in networks))


@pytest.mark.parametrize(
    ("socket_peer", "forwarded", "peer"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # a stranger's word counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what the client itself wrote is to the left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1:5678", "198.51.100.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", '"[2001:db8::1]"', "2001:db8::1"),
        ("10.0.0.1", "198.51.100.1:5678, 10.0.0.2:443", "198.51.100.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),  # a proxy that names nobody answers for them
        ("10.0.0.1", "198.51.100.1, _hidden", "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_say_who_asks(socket_peer: str, forwarded: str | None, peer: str) -> None:
    assert origin.peer(trusting("10.0.0.0/8"), socket_peer, forwarded) == peer


@given(st.text(), st.sampled_from(["10.0.0.1", "203.0.113.7"]))
def test_nothing_forwarded_breaks_the_reading(text: str, socket_peer: str) -> None:
    config = trusting("10.0.0.0/8")
    assert isinstance(origin.peer(config, socket_peer, text), str)
    assert isinstance(origin.secure(config, socket_peer, text), bool)
    assert isinstance(origin.known_host(config, text), bool)
    if socket_peer == "203.0.113.7":
        assert origin.peer(config, socket_peer, text) == socket_peer
        assert not origin.secure(config, socket_peer, "https")


async def test_a_failure_says_nothing_of_its_cause(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("the password is walnut")

    logs.configure("info", as_json=False)
    monkeypatch.setattr(server.app[keys.DATABASE], "ping", fail)
    monkeypatch.setattr(server.app[keys.DATABASE], "read", fail)
    health = await server.client().get("/healthz")
    assert health.status == 503
    page = await server.client().get("/")
    assert (page.status, page.content_type) == (500, "text/html")
    said = await health.text() + await page.text() + "".join(capsys.readouterr())
    assert "walnut" not in said
    assert "request_failed" in said
    assert "RuntimeError" in said


async def test_the_access_log_holds_no_address_and_no_secret(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", as_json=True)
    client = server.client(Cookie="session-aaaaaaaaaaaaaaaa=walnut1")
    await client.get("/r/aaaaaaaaaaaaaaaa?secret=walnut2")
    await client.post("/api/admin/sign-in", {"password": "walnut3"})
    await client.get("/walnut4")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("GET", "/r/{room}", 200),
        ("POST", "/api/admin/sign-in", 403),
        ("GET", None, 404),
    ]
    assert "walnut" not in json.dumps(lines)
