import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.stun import Bucket, StunServer, answer, serve_stun

REQUEST = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST))


@pytest.fixture
async def server() -> AsyncIterator[StunServer]:
    server = await serve_stun("127.0.0.1", 0, per_source=5, overall=1000)
    yield server
    await server.close()


class Client:
    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))

    async def ask(self, data: bytes = REQUEST) -> bytes | None:
        """The answer, or None if a request sent right after it was answered first."""
        loop = asyncio.get_running_loop()
        self.socket.send(data)
        async with asyncio.timeout(5):
            return await loop.sock_recv(self.socket, 2000)


async def test_tells_the_address_it_sees(server: StunServer) -> None:
    client = Client(server.port)
    reply = await client.ask()
    assert reply is not None
    message = stun.parse_message(reply)
    assert message.message_class is stun.Class.RESPONSE
    assert message.attributes["XOR-MAPPED-ADDRESS"] == client.socket.getsockname()
    assert message.transaction_id == stun.parse_message(REQUEST).transaction_id
    client.socket.close()


async def test_ipv6() -> None:
    server = await serve_stun("::1", 0)
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect(("::1", server.port))
    sock.send(REQUEST)
    reply = await asyncio.get_running_loop().sock_recv(sock, 2000)
    assert stun.parse_message(reply).attributes["XOR-MAPPED-ADDRESS"] == sock.getsockname()[:2]
    sock.close()
    await server.close()


async def test_silent_to_everything_else(server: StunServer) -> None:
    client = Client(server.port)
    indication = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE))
    for junk in (b"", b"x", indication, REQUEST[:-1], REQUEST + b"1", b"\x16\xfe\xff" + bytes(100)):
        client.socket.send(junk)
    mine = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST))
    reply = await client.ask(mine)
    assert reply is not None
    assert reply[8:20] == mine[8:20]
    client.socket.close()


async def test_a_flooding_source_is_cut_off(server: StunServer) -> None:
    client = Client(server.port)
    for _ in range(200):
        client.socket.send(REQUEST)
    replies = 0
    try:
        async with asyncio.timeout(0.5):
            while True:
                await asyncio.get_running_loop().sock_recv(client.socket, 2000)
                replies += 1
    except TimeoutError:
        pass
    assert 10 <= replies <= 15
    client.socket.close()


async def test_remembers_a_bounded_number_of_sources(server: StunServer) -> None:
    for i in range(6000):
        server.datagram_received(b"junk", (f"10.{i >> 8}.{i & 255}.1", 1000))
    assert server.sources <= 4096


async def test_close_frees_the_port() -> None:
    server = await serve_stun("127.0.0.1", 0)
    port = server.port
    await server.close()
    again = await serve_stun("127.0.0.1", port)
    await again.close()


def test_bucket() -> None:
    bucket = Bucket(2, 0.0)
    assert [bucket.take(0.0) for _ in range(5)] == [True, True, True, True, False]
    assert bucket.take(0.5)
    assert not bucket.take(0.5)


def test_unknown_required_attributes_are_not_answered() -> None:
    attribute = struct.pack("!HH", 0x0031, 0)
    request = REQUEST[:2] + struct.pack("!H", len(attribute)) + REQUEST[4:] + attribute
    assert answer(request, "127.0.0.1", 1) is None


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=700), st.binary(max_size=60).map(lambda tail: REQUEST + tail)), st.ip_addresses())
def test_never_raises_and_never_amplifies(data: bytes, host: object) -> None:
    reply = answer(data, str(host), 1234)
    assert reply is None or len(reply) <= 44
