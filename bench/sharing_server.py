"""Our server with rooms ready for a load: prints where they are as one JSON line, serves until its input ends.

Without limits on a sender's rate where `--flood` is given: they are what a flood would otherwise measure.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
import uvloop
from yarl import URL

from server.domain.values import Seat
from server.handlers.keys import HUB
from server.handlers.sharing_socket import PACES
from server.handlers.throttle import Buckets, Pace
from server.serve import spare_the_collector
from tests.harness import Client, Server, make_config, serving
from tests.live.house import SigningKey

PASSWORD = "long enough for us"


async def a_room(server: Server, number: int) -> dict[str, Any]:
    """Two seats taken; the cookies of each."""
    creator, partner = server.client(), server.client()
    room = await creator.json(
        "POST",
        "/api/rooms",
        {
            "title": f"Room {number}",
            "password": PASSWORD,
            "retention_days": 7,
            "downloads": False,
            "seat": Seat.MENTOR,
        },
        status=201,
    )
    await partner.json("POST", f"/api/rooms/{room['room']}/join", joining(Seat.MENTEE))
    return {
        "id": room["room"],
        "cookies": {Seat.MENTOR: cookies(creator), Seat.MENTEE: cookies(partner)},
    }


def joining(seat: Seat) -> dict[str, Any]:
    key = SigningKey()
    return {"seat": seat, "name": seat.title(), "password": PASSWORD, "key": {"id": key.id, "spki": key.spki}}


def cookies(client: Client) -> str:
    held = client.session.cookie_jar.filter_cookies(URL(client.origin))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in held.items())


async def serve(rooms: int, flood: bool, folder: Path) -> None:
    config = make_config(folder)
    async with serving(config) as server:
        spare_the_collector()
        if flood:
            server.app[PACES].writes = Buckets(Pace(burst=1, every_ms=0))
            journals = server.app[HUB].journals
            journals.limits = replace(
                journals.limits,
                compact_entries=10**9,
                used_entries=10**9,
                retained_entries=10**9,
            )
        made = [await a_room(server, number) for number in range(rooms)]
        print(json.dumps({"url": server.url.replace("http", "ws"), "origin": server.url, "rooms": made}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rooms", type=int, required=True)
    parser.add_argument("--flood", action="store_true")
    arguments = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(serve(arguments.rooms, arguments.flood, Path(folder)))


if __name__ == "__main__":
    main()
