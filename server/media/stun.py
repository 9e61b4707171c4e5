"""A STUN Binding responder (RFC 8489): tells a browser its address as seen from here, and does nothing else."""

from typing import Protocol


class Closable(Protocol):
    @property
    def port(self) -> int: ...

    async def close(self) -> None: ...


async def serve_stun(host: str, port: int, *, per_source: float = 20.0, overall: float = 2000.0) -> Closable:
    """Answer Binding requests on UDP host:port (port 0: any; see `port`).

    `per_source` and `overall` are answers a second, with bursts of twice as many. Everything that is not a
    well-formed Binding request is dropped in silence. Raises OSError if the port is taken.
    """
    raise NotImplementedError
