"""For those who watch the server: is it well, and how much does it do. Numbers only."""

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from server.errors import VisavisError
from server.handlers.answers import answer
from server.handlers.keys import DATABASE, JANITOR
from server.handlers.socket import OPEN
from server.store import recordings


async def healthz(request: web.Request) -> web.Response:
    """GET /healthz (open): 200 while the database answers, else 503."""
    try:
        await request.app[DATABASE].ping()
    except Exception as error:
        raise VisavisError("database_down", "The database does not answer.", 503) from error
    return answer({"status": "ok"})


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics (operator): Prometheus text."""
    async with request.app[DATABASE].read() as tx:
        counts = await recordings.counts(tx)
    opened, janitor = request.app[OPEN], request.app[JANITOR]
    figures = {
        "visavis_rooms": ("Rooms that exist", counts.rooms),
        "visavis_rooms_live": ("Rooms with somebody in them", len(opened.rooms)),
        "visavis_sockets": ("Pages connected", opened.total),
        "visavis_meetings": ("Meetings there have been", counts.meetings),
        "visavis_recordings_running": ("Recordings that run now", counts.recordings_running),
        "visavis_recordings_kept": ("Recordings that are kept", counts.recordings_kept),
        "visavis_recordings_deleted": ("Recordings that were destroyed", counts.recordings_deleted),
        "visavis_recordings_bytes": ("Sealed bytes on the disk", counts.size),
        "visavis_deletion_held": (
            "1 while destruction waits because the clock leapt",
            janitor.held_until_ms is not None,
        ),
    }
    registry = CollectorRegistry()
    for name, (meaning, value) in figures.items():
        Gauge(name, meaning, registry=registry).set(float(value))
    return web.Response(
        body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )
