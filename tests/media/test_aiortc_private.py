"""Pins what `server/media/aiortc_private.py` takes for granted about private parts of aiortc and aioice, and throws
strangers' datagrams at a real leg."""

import asyncio
import importlib.metadata
import inspect
import os
import re
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aioice.ice
import pytest
from aioice import stun
from aioice.ice import CandidatePair, StunProtocol
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport

from bench.sender import Sender
from server.clock import SystemClock
from server.domain.values import Seat
from server.media import aiortc_private
from server.media.aiortc_private import LegConnection, LegProtocol, bound_socket, local_addresses
from server.media.net import MediaNet
from server.media.parts import Durable, RecorderEvent, Saved
from server.media.permit import Permit
from server.media.recorder import Recorder
from tests.media.samples import MemoryDisk, decoded, pictures, sound

LOOPBACK = MediaNet(bind=("127.0.0.1",))


def test_versions_are_those_the_private_names_were_read_in() -> None:
    assert importlib.metadata.version("aiortc") == "1.16.0"
    assert importlib.metadata.version("aioice") == "0.13.0"
    assert importlib.metadata.version("pylibsrtp").split(".")[0] == "1"


async def test_private_names_are_there() -> None:
    connection = aioice.ice.Connection(ice_controlling=False)
    for name in (
        "_check_list",
        "_remote_candidates",
        "_nominated",
        "_queue",
        "_protocols",
        "_local_candidates",
        "_local_candidates_start",
        "_local_candidates_end",
    ):
        assert hasattr(connection, name), name
    gatherer = RTCIceGatherer(iceServers=[])
    assert isinstance(gatherer._connection, aioice.ice.Connection)
    gatherer._connection = LegConnection(LOOPBACK)
    ice = RTCIceTransport(gatherer)
    assert ice._connection is gatherer._connection
    dtls = RTCDtlsTransport(ice, [RTCCertificate.generateCertificate()])
    assert dtls._rx_srtp is None
    assert dtls._tx_srtp is None


def test_private_signatures() -> None:
    parameters: dict[Callable[..., Any], list[str]] = {
        StunProtocol.datagram_received: ["self", "data", "addr"],
        aioice.ice.Connection.data_received: ["self", "data", "component"],
        aioice.ice.Connection.gather_candidates: ["self"],
        aioice.ice.Connection.respond_error: ["self", "request", "addr", "protocol", "error_code"],
        aioice.ice.Connection.check_incoming: ["self", "message", "addr", "protocol"],
        RTCDtlsTransport._set_role: ["self", "role"],
    }
    for function, names in parameters.items():
        assert list(inspect.signature(function).parameters) == names
    assert CandidatePair.State.SUCCEEDED.name == "SUCCEEDED"
    assert isinstance(CandidatePair.remote_addr, property)
    # Undecoded datagrams must reach nobody else: aioice calls data_received for whatever is not STUN.
    assert "self.receiver.data_received(data" in inspect.getsource(StunProtocol.datagram_received)


def test_no_other_file_names_private_parts() -> None:
    root = Path(aiortc_private.__file__).parents[1]
    for path in root.rglob("*.py"):
        text = path.read_text()
        if path.name == "aiortc_private.py" or not re.search(r"\b(aiortc|aioice|pylibsrtp)\b", text):
            continue
        assert not re.search(r"^\s*(from|import) (aiortc|aioice|pylibsrtp)", text, re.M), path


def test_loopback_is_offered_unless_told_otherwise() -> None:
    assert local_addresses(MediaNet())[-1] == "127.0.0.1"
    assert local_addresses(MediaNet(bind=("192.0.2.1",))) == ["192.0.2.1"]


def test_sockets_stay_in_their_range() -> None:
    taken = [bound_socket("127.0.0.1", (42_320, 42_322)) for _ in range(4)]
    ports = {sock.getsockname()[1] for sock in taken if sock is not None}
    assert ports == {42_320, 42_321, 42_322}
    assert taken[3] is None
    for sock in taken:
        if sock is not None:
            sock.close()


CLIENT_HELLO = bytes.fromhex(
    "16feff0000000000000000007e010000720000000000000072fefd"
    + "00" * 32
    + "0000000cc02bc02fc00ac014c009c0130100003c"
    + "00" * 60
)
JUNK = [
    CLIENT_HELLO,
    b"\x00",
    b"\x80" * 200,
    b"\x80\xc8" + os.urandom(60),
    bytes([0x17, 0xFE, 0xFD]) + os.urandom(100),
    b"\x00\x01\x00\x08\x21\x12\xa4\x42" + os.urandom(20),
    b"\x01\x01\x00\x04\x21\x12\xa4\x42" + os.urandom(12) + b"\x00\x20\x00\x50",
    os.urandom(1400),
    b"\xff" * 1400,
]


class Stranger:
    """A socket that is nobody's peer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(("127.0.0.1", port))
        self.thrown = 0

    async def throw(self, times: int) -> None:
        for i in range(times):
            for data in JUNK:
                self._socket.send(data)
                self.thrown += 1
            if i % 5 == 4:
                await asyncio.sleep(0)

    def close(self) -> None:
        self._socket.close()


def port_of(answer: str) -> int:
    match = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)", answer)
    assert match is not None
    return int(match[1])


@pytest.mark.slow
async def test_strangers_change_nothing() -> None:
    disk = MemoryDisk()
    events: asyncio.Queue[RecorderEvent] = asyncio.Queue()
    recorder = Recorder(LOOPBACK, disk, events.put_nowait, SystemClock())
    permit = Permit("recordingaaaaaaa", 1)
    recorder.open_run(permit)
    sender = Sender(pictures(), sound())
    answer = await recorder.offer(Seat.MENTOR, await sender.offer(), True)
    stranger = Stranger(port_of(answer))
    async with asyncio.timeout(30):
        # Before the browser has spoken, and while the handshake runs.
        await stranger.throw(20)
        connecting = asyncio.create_task(sender.accept(answer))
        await stranger.throw(20)
        await connecting
        while not isinstance(await events.get(), Durable):
            await stranger.throw(1)
        leg = recorder._legs[Seat.MENTOR].leg
        assert leg is not None
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        refused = leg.refused
        for _ in range(20):
            await stranger.throw(50)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        while not (isinstance(event := await events.get(), Saved) and event.saved_ms >= 2000):
            pass
    assert leg.refused > refused
    assert leg._transport.queued <= aiortc_private.MAX_QUEUED
    # 9000 datagrams of up to 1400 bytes were thrown: kept, they would be megabytes. The recording itself takes some.
    assert grown < 1_000_000
    await recorder.finish_run()
    film = decoded(bytes(disk.parts[0].data))
    assert film.video >= film.duration * 15 * 0.8
    stranger.close()
    await sender.close()


async def test_a_leg_listens_to_no_stranger_and_keeps_nothing() -> None:
    connection = LegConnection(LOOPBACK)
    await connection.gather_candidates()
    protocol = connection._protocols[0]
    assert isinstance(protocol, LegProtocol)
    for data in JUNK * 50:
        protocol.datagram_received(data, ("127.0.0.1", 9))
    protocol.datagram_received(b"", ("127.0.0.1", 9))
    assert connection._queue.qsize() == 0
    assert not connection._early
    assert connection.refused > 0
    await connection.close()


def check(connection: LegConnection, password: str) -> bytes:
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{connection.local_username}:peer"
    request.attributes["PRIORITY"] = 1
    request.attributes["ICE-CONTROLLING"] = 1
    request.add_message_integrity(password.encode())
    return bytes(request)


async def test_only_who_knows_the_password_is_answered() -> None:
    connection = LegConnection(LOOPBACK)
    await connection.gather_candidates()
    candidate = connection.local_candidates[0]
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setblocking(False)
    client.connect((candidate.host, candidate.port))
    client.send(bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)))
    client.send(check(connection, "wrong password"))
    right = check(connection, connection.local_password)
    client.send(right)
    async with asyncio.timeout(5):
        reply = await asyncio.get_running_loop().sock_recv(client, 2000)
    assert reply[8:20] == right[8:20]
    assert connection.refused == 2
    client.close()
    await connection.close()


async def test_a_peer_cannot_send_our_checks_anywhere_it_likes() -> None:
    connection = LegConnection(LOOPBACK)
    await connection.gather_candidates()
    connection.remote_username, connection.remote_password = "peer", "p" * 22
    connection._early_checks_done = True
    protocol = connection._protocols[0]
    for port in range(20_000, 20_500):
        protocol.datagram_received(check(connection, connection.local_password), ("127.0.0.1", port))
    assert len(connection._check_list) == aiortc_private.MAX_PEER_ADDRESSES
    await connection.close()


async def test_even_the_peers_datagrams_are_bounded() -> None:
    connection = LegConnection(LOOPBACK)
    await connection.gather_candidates()
    protocol = connection._protocols[0]
    assert isinstance(protocol, LegProtocol)
    protocol._peer = ("127.0.0.1", 9)
    for _ in range(1000):
        protocol.datagram_received(CLIENT_HELLO, ("127.0.0.1", 9))
        protocol.datagram_received(b"\x80" * 100, ("127.0.0.1", 9))
    assert connection._queue.qsize() == aiortc_private.MAX_QUEUED
    assert len(connection._early) == aiortc_private.MAX_EARLY
    await connection.close()
