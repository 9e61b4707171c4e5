"""Who asks, how, and under which name: the socket's address or what a trusted proxy says of it. Pure but for config."""

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

from server.config import Config

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def trusted(config: Config, address: str) -> bool:
    """Whether X-Forwarded-* may be believed from this address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in proxy for proxy in config.trusted_proxies)


def peer(config: Config, socket_peer: str, forwarded_for: str | None) -> str:
    """The address nearest to us in X-Forwarded-For that is no trusted proxy; strangers may write what they like, and
    where a proxy names no address its own counts."""
    nearest = socket_peer
    for hop in reversed((forwarded_for or "").split(",")):
        address = _forwarded(hop.strip()) if trusted(config, nearest) else None
        if address is None:
            break
        nearest = address
    return nearest


def _forwarded(hop: str) -> str | None:
    """The address in `192.0.2.1`, `192.0.2.1:5678`, `2001:db8::1` or `[2001:db8::1]:443`, as some proxies write it."""
    bare = hop.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    return bare if is_address(bare.partition("%")[0]) else None


def secure(config: Config, socket_peer: str, forwarded_proto: str | None) -> bool:
    """Whether the browser speaks https, to us or to the trusted proxy before us."""
    if config.tls:
        return True
    if forwarded_proto is None or not trusted(config, socket_peer):
        return False
    return forwarded_proto.rpartition(",")[2].strip().lower() == "https"


def split_host(host: str) -> tuple[str, str]:
    """`name[:port]` as (name, port or ""); an IPv6 address keeps its brackets."""
    name, bracket, rest = host.rpartition("]")
    if bracket:
        return f"{name}]".lower(), rest.removeprefix(":")
    name, _, port = host.partition(":")
    return name.lower(), port


def is_local(host: str) -> bool:
    """Whether browsers treat http://`host` as a secure context."""
    name = split_host(host)[0]
    return name in LOCAL_NAMES or name.endswith(".localhost")


def known_host(config: Config, host: str) -> bool:
    """Whether we answer under this name. A made-up name is refused, or a foreign page could reach us by rebinding its
    own name to our address; a bare IP address cannot be rebound."""
    name = split_host(host)[0]
    if is_local(host):
        return True
    if config.public_url is not None:
        return host.lower() == urlsplit(config.public_url).netloc
    if config.loopback:
        return False
    return is_address(name) or name in own_names()


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


@cache
def own_names() -> frozenset[str]:
    """This machine's names in its own network."""
    name = socket.gethostname().lower()
    return frozenset({name, name.partition(".")[0], f"{name.partition('.')[0]}.local"})
