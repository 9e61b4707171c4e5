"""All settings in one frozen value. Every bad setting is found at start, and all of them are told at once, in words."""

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from server.domain.from_server import IceServer

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
GIB = 1024**3


def is_loopback(host: str) -> bool:
    """Whether a listening address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Rooms(StrEnum):
    """Who may create a room."""

    ANYONE = "anyone"
    CODE = "code"
    ADMIN = "admin"


class BadSettingsError(Exception):
    """Settings that cannot be used; `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Config:
    """What the person who runs the server has decided. Sizes in bytes, times as named."""

    data_dir: Path
    """Database, shred keys and sealed files; mode 0700."""
    master_key_file: Path
    """The master key's text; outside `data_dir`, mode 0600."""
    host: str = "127.0.0.1"
    """The address the server listens on."""
    port: int = 8080
    """TCP port; 0 takes a free one."""
    public_url: str | None = None
    """`https://host[:port]`, without a slash at the end: how people reach us. None: as asked, on localhost only."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_trial: bool = False
    """Serve https with a certificate signed by nobody but ourselves."""
    trusted_proxies: tuple[Network, ...] = ()
    """Only these may say, by X-Forwarded-For and -Proto, who is asking and how."""
    rooms: Rooms = Rooms.ANYONE
    room_code: str | None = None
    """What people must know to create a room, where `rooms` is `code`."""
    media_address: tuple[str, ...] = ()
    """The IP addresses browsers send recordings to; empty: this machine's own. The first may be outside a NAT."""
    media_ports: tuple[int, int] | None = (40000, 40199)
    """UDP ports of the recorder, first and last; None: as the system chooses."""
    stun_port: int | None = 3478
    """UDP port of our STUN server; 0 takes a free one, None is off."""
    ice_servers: tuple[IceServer, ...] = ()
    """STUN and TURN servers told to browsers besides our own."""
    max_recording_minutes: int = 180
    max_room_bytes: int = 20 * GIB
    """Sealed recordings of one room."""
    max_server_bytes: int = 200 * GIB
    """Sealed recordings of all rooms."""
    min_free_bytes: int = GIB
    """A recording is not begun, and ends, with less room than this on the disk."""
    max_rooms: int = 10_000
    max_connections: int = 20_000
    max_connections_per_address: int = 200
    """TCP connections at once from one IPv4 address or IPv6 /64."""
    max_requests_per_second: int = 100
    """From one IPv4 address or IPv6 /64, after a burst of four times as many."""
    log_level: str = "info"
    log_json: bool = False
    web_dir: Path = field(default_factory=lambda: Path(__file__).resolve().parent.parent / "web")
    """Templates, words and the built pages (`templates/`, `words/`, `dist/`)."""

    @property
    def loopback(self) -> bool:
        """Whether only this very machine can reach the server."""
        return is_loopback(self.host)

    @property
    def tls(self) -> bool:
        """Whether this process itself speaks https."""
        return self.tls_trial or self.tls_cert is not None
