"""The one file that names private attributes of aiortc and aioice; `tests/media/test_aiortc_private.py` pins them.

A leg uses aiortc's ICE and DTLS and nothing above them: no RTCPeerConnection, no decoder, no jitter buffer.
Datagrams are looked at as they come off the socket:

- STUN goes to aioice, which authenticates it;
- anything else counts only from the remote address of a pair whose check has succeeded, because aioice by itself
  queues any stranger's datagram without end, and one stray ClientHello would break the handshake;
- DTLS goes into aioice's queue, which is bounded here;
- SRTP and SRTCP are decrypted on the spot and handed on: no queue, no task between the socket and the frame.

Importing this costs 0.6 s of CPU (aiortc, PyAV): only `leg` does, when the first leg is opened.
"""

import asyncio
import logging
import random
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import ifaddr
import pylibsrtp
from aioice import Candidate, Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import CandidatePair, StunProtocol
from aioice.stun import Message
from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceParameters

from server.errors import VisavisError
from server.media.net import MediaNet
from server.media.rtcp import is_rtcp
from server.media.sdp_answer import LocalTransport, setup_role
from server.media.sdp_check import CheckedOffer, Fingerprint

# Their lower levels print SDP, addresses and ICE passwords.
for _name in ("aioice", "aiortc"):
    logging.getLogger(_name).setLevel(logging.WARNING)

OnPacket = Callable[[bytes, float], None]
"""Called with a decrypted packet and the loop's time in seconds at which it arrived."""

MAX_ADDRESSES = 8
MAX_PEER_ADDRESSES = 16
MAX_QUEUED = 64
"""DTLS datagrams waiting; a handshake needs a handful."""
MAX_EARLY = 256
"""Encrypted packets kept while the handshake's last step is being taken."""
_SOCKET_BUFFER = 256 * 1024


class LegProtocol(StunProtocol):
    """A leg's socket."""

    def __init__(self, receiver: "LegConnection") -> None:
        super().__init__(receiver)
        self._leg = receiver
        self._peer: tuple[str, int] | None = None

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        if not isinstance(data, bytes) or not data:
            return
        leg = self._leg
        source = (addr[0], addr[1])
        first = data[0]
        if first < 4:
            try:
                super().datagram_received(data, source)
            except Exception:
                # aioice means to raise ValueError alone and catches that; a stranger's bytes must never do more.
                leg.refused += 1
            return
        if source != self._peer and not self._is_peer(source):
            leg.refused += 1
            return
        now = leg.loop.time()
        leg.heard = now
        if 127 < first < 192:
            leg.media_received(data, now)
        elif 19 < first < 64:
            leg.data_received(data, 1)

    def _is_peer(self, source: tuple[str, int]) -> bool:
        """Whether a connectivity check to this address has succeeded from this socket."""
        for pair in self._leg._check_list:
            if pair.protocol is self and pair.remote_addr == source and pair.state is CandidatePair.State.SUCCEEDED:
                self._peer = source
                return True
        return False


class LegConnection(Connection):
    """aioice's connection with our sockets, and with ears for the peer alone."""

    def __init__(self, net: MediaNet) -> None:
        super().__init__(ice_controlling=False)
        self._net = net
        self.loop = asyncio.get_running_loop()
        self.heard = self.loop.time()
        """When the peer last sent something that is not STUN."""
        self.refused = 0
        """Datagrams dropped: a stranger's, or not for us."""
        self._srtp: pylibsrtp.Session | None = None
        self._on_packet: OnPacket | None = None
        self._muted = False
        self._early: deque[tuple[bytes, float]] = deque(maxlen=MAX_EARLY)

    async def gather_candidates(self) -> None:
        self._local_candidates_start = True
        for address in local_addresses(self._net):
            protocol = await self._open(address)
            if protocol is not None:
                self._protocols.append(protocol)
                self._local_candidates.append(protocol.local_candidate)
        if not self._local_candidates:
            raise VisavisError("ports_exhausted", "no UDP port is free for a recorder leg", 503)
        self._local_candidates_end = True

    async def _open(self, address: str) -> LegProtocol | None:
        sock = bound_socket(address, self._net.ports)
        if sock is None:
            return None
        try:
            _, protocol = await self.loop.create_datagram_endpoint(lambda: LegProtocol(self), sock=sock)
        except OSError:
            sock.close()
            return None
        host, port = protocol.transport.get_extra_info("sockname")[:2]
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", host),
            component=1,
            transport="udp",
            priority=candidate_priority(1, "host"),
            host=host,
            port=port,
            type="host",
        )
        return protocol

    def respond_error(
        self, request: Message, addr: tuple[str, int], protocol: StunProtocol, error_code: tuple[int, str]
    ) -> None:
        """Whoever cannot name our credentials gets no answer: nothing here may be bounced off to somebody else."""
        if error_code[0] in (400, 401):
            self.refused += 1
        else:
            super().respond_error(request, addr, protocol, error_code)

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        """A browser has a few addresses. One that claims ever more would make us send checks wherever it likes."""
        known = any(c.host == addr[0] and c.port == addr[1] for c in self._remote_candidates)
        if known or len(self._remote_candidates) < MAX_PEER_ADDRESSES:
            super().check_incoming(message, addr, protocol)
        else:
            self.refused += 1

    def data_received(self, data: bytes, component: int) -> None:
        """DTLS only. aioice calls it too, for what begins like STUN and is none: that is dropped."""
        if 19 < data[0] < 64 and self._queue.qsize() < MAX_QUEUED:
            self._queue.put_nowait((data, component))
        else:
            self.refused += 1

    def take_media(self, srtp: pylibsrtp.Session, on_packet: OnPacket) -> None:
        self._srtp = srtp
        self._on_packet = on_packet
        while self._early:
            self.media_received(*self._early.popleft())

    def mute(self) -> None:
        self._muted = True
        self._srtp = None
        self._early.clear()

    def media_received(self, data: bytes, now: float) -> None:
        if self._srtp is None or self._on_packet is None:
            # The browser may send with its last handshake message; its first key frame is worth keeping.
            if not self._muted:
                self._early.append((data, now))
            return
        try:
            plain = self._srtp.unprotect_rtcp(data) if is_rtcp(data) else self._srtp.unprotect(data)
        except (pylibsrtp.Error, ValueError):
            self.refused += 1
            return
        self._on_packet(plain, now)

    def send_now(self, data: bytes) -> None:
        """Send to the peer without a task. Dropped where there is none."""
        pair = self._nominated.get(1)
        if pair is not None and not pair.protocol.transport.is_closing():
            pair.protocol.transport.sendto(data, pair.remote_addr)


def local_addresses(net: MediaNet) -> list[str]:
    """Where to listen, best first."""
    if net.bind:
        return list(net.bind)[:MAX_ADDRESSES]
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if isinstance(ip.ip, str):
                found.append(ip.ip)
            elif ip.ip[2] == 0 and ip.ip[0] != "::1":
                found.append(ip.ip[0])
    # The loopback address comes last: it is right only for a browser on this machine.
    outside = [address for address in dict.fromkeys(found) if not address.startswith("127.")]
    loopback = [] if net.advertised and outside else ["127.0.0.1"]
    return outside[: MAX_ADDRESSES - len(loopback)] + loopback


def bound_socket(address: str, ports: tuple[int, int] | None) -> socket.socket | None:
    """A UDP socket on a free port of the range, looked for from a random place; None if there is none."""
    candidates = [0]
    if ports is not None:
        first, last = ports
        start = random.randint(first, last)  # noqa: S311 - to spread them, not to hide them
        candidates = [*range(start, last + 1), *range(first, start)]
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SOCKET_BUFFER)
    for port in candidates:
        try:
            sock.bind((address, port))
        except OSError:
            continue
        return sock
    sock.close()
    return None


class LegTransport:
    """ICE and DTLS of one leg. Single use: `gather`, `connect`, `close`."""

    def __init__(self, net: MediaNet) -> None:
        self._net = net
        self._connection = LegConnection(net)
        gatherer = RTCIceGatherer(iceServers=[])
        gatherer._connection = self._connection
        self._ice = RTCIceTransport(gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        self._closing: asyncio.Task[None] | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the peer has closed, or the connection is lost."""
        self._dtls.on("statechange", self._dtls_changed)
        self._ice.on("statechange", self._ice_changed)

    @property
    def heard(self) -> float:
        """Loop time at which the peer last sent something that is not STUN."""
        return self._connection.heard

    @property
    def refused(self) -> int:
        """Datagrams that were dropped unread."""
        return self._connection.refused

    @property
    def queued(self) -> int:
        """DTLS datagrams waiting to be read."""
        return self._connection._queue.qsize()

    async def gather(self) -> LocalTransport:
        """Open the sockets. Raises VisavisError `ports_exhausted`."""
        await self._ice.iceGatherer.gather()
        ice = self._ice.iceGatherer.getLocalParameters()
        return LocalTransport(
            ufrag=ice.usernameFragment or "",
            password=ice.password or "",
            fingerprints=tuple(
                Fingerprint(p.algorithm, p.value)
                for p in self._dtls.getLocalParameters().fingerprints
                if p.algorithm == "sha-256"
            ),
            candidates=tuple(
                (self._net.advertised or candidate.host, candidate.port)
                for candidate in self._connection.local_candidates
            ),
        )

    async def connect(self, offer: CheckedOffer, on_packet: OnPacket) -> bool:
        """ICE, then DTLS; True when media can flow, False when it has failed for good."""
        self._dtls._set_role("server" if setup_role(offer) == "passive" else "client")
        await self._ice.start(RTCIceParameters(usernameFragment=offer.ufrag, password=offer.password))
        if self._ice.state != "completed":
            return False
        await self._dtls.start(
            RTCDtlsParameters(
                fingerprints=[RTCDtlsFingerprint(algorithm=p.algorithm, value=p.value) for p in offer.fingerprints]
            )
        )
        if self._dtls.state != "connected":
            return False
        self._connection.take_media(self._dtls._rx_srtp, on_packet)
        return True

    def send_rtcp(self, data: bytes) -> None:
        """Encrypt and send; dropped before the handshake and after the end."""
        if self._dtls.state == "connected":
            self._connection.send_now(self._dtls._tx_srtp.protect_rtcp(data))

    def mute(self) -> None:
        """From now on nothing is decrypted any more."""
        self._connection.mute()

    async def close(self) -> None:
        """Say goodbye (DTLS) and let go of the sockets. May be called at any time, twice too; a caller that is
        cancelled does not leave sockets open."""
        self.mute()
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        await self._dtls.stop()
        await self._ice.stop()
        self._end()

    def _dtls_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._end()

    def _ice_changed(self) -> None:
        if self._ice.state in ("closed", "failed"):
            self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
