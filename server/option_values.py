"""How the text of each kind of setting is read. Every reader raises ValueError in words that follow the setting's
name and a colon."""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server.config import Network, Rooms
from server.domain.from_server import IceServer

Reader = Callable[[str], Any]

_NAME = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_SIZE = re.compile(r"(\d+)\s*([KMGT]?)i?B?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def host(text: str) -> str:
    bare = text.strip("[]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        if _NAME.fullmatch(text) and not re.fullmatch(r"[\d.]+", text):
            return text
        raise ValueError(f"“{text}” is no address and no host name") from None


def between(low: int, high: int) -> Reader:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"“{text}” is no whole number from {low} to {high}")
        return int(text)

    return read


port = between(0, 65535)


def stun_port(text: str) -> int | None:
    """None: off."""
    if text == "off":
        return None
    try:
        return int(port(text))
    except ValueError as error:
        raise ValueError(f"{error}, nor “off”") from None


def port_range(text: str) -> tuple[int, int] | None:
    """None: any."""
    if text == "any":
        return None
    first, dash, last = text.partition("-")
    low, high = (between(1024, 65535)(part.strip()) for part in (first, last if dash else first))
    if high - low < 3:
        raise ValueError(f"“{text}” is fewer than 4 ports; a recorded meeting takes two for each address")
    return low, high


def public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        number = parts.port
    except ValueError:
        raise ValueError(f"“{text}” is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"“{text}” must begin with https:// (or http://) and a host name")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError(f"“{text}” must be a host only, without a path")
    default = {"http": 80, "https": 443}[parts.scheme]
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}" + (f":{number}" if number not in (None, default) else "")


def network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"“{text}” is no IP address or network such as 10.0.0.0/8") from None


def address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(f"“{text}” is no IP address (a host name will not do)") from None
    if found.is_unspecified or found.is_multicast:
        raise ValueError(f"“{text}” is no address that can be sent to")
    return str(found)


def ice_server(text: str) -> IceServer:
    url, *login = text.split(",")
    if not re.fullmatch(r"(stuns?|turns?):[^\s,/?]+(\?transport=(udp|tcp))?", url):
        raise ValueError("must look like stun:host:port or turn:host:port,USER,SECRET")
    if url.startswith("turn") and len(login) != 2:
        raise ValueError("a TURN server needs a user and a secret: turn:host:port,USER,SECRET")
    if url.startswith("stun") and login:
        raise ValueError("a STUN server takes no user and no secret")
    return IceServer([url], *login)


def trial(text: str) -> bool:
    if text != "trial":
        raise ValueError(f"“{text}” is unknown; only “trial” is (own certificates: --tls-cert and --tls-key)")
    return True


def rooms(text: str) -> Rooms:
    try:
        return Rooms(text)
    except ValueError:
        raise ValueError(f"“{text}” is none of anyone, code, admin") from None


def room_code(text: str) -> str:
    if not 6 <= len(text) <= 64:
        raise ValueError("a code has 6 to 64 characters")
    return text


def size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if not found or int(found[1]) == 0:
        raise ValueError(f"“{text}” is no size such as 500M, 20G or 1T")
    return int(found[1]) * _UNITS[found[2].upper()]


def path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def existing_file(text: str) -> Path:
    found = path(text)
    if not found.is_file():
        raise ValueError(f"there is no file {found}")
    return found


def log_level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError(f"“{text}” is none of debug, info, warning, error")
    return text.lower()


def yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no", "1", "0", "true", "false"):
        raise ValueError(f"“{text}” is neither yes nor no")
    return text.lower() in ("yes", "1", "true")
