"""Where the recorder's legs listen."""

from msgspec import Struct


class MediaNet(Struct, frozen=True):
    """Addresses and ports of the recorder's legs.

    `bind`: local addresses to listen on; empty means every address of the machine, 127.0.0.1 among them.
    `advertised`: the address browsers are told instead (the host of a container, the outside of a NAT), or empty.
    `ports`: first and last UDP port, inclusive; None lets the system choose. Each leg takes one port an address.
    """

    bind: tuple[str, ...] = ()
    advertised: str = ""
    ports: tuple[int, int] | None = None
