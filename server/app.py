"""The one place where things are put together."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from aiohttp import web

from server.clock import Clock, SystemClock
from server.config import BadSettingsError, Config
from server.crypto.master import MasterKeys
from server.crypto.passwords import Argon2Params
from server.handlers import keys, origin
from server.handlers.assets import Assets
from server.handlers.blobs import PACE as BLOB_PACE
from server.handlers.guards import add_headers, guard
from server.handlers.journals import SNAPSHOT_PACE
from server.handlers.limits import Argon2Queue, AtOnce, limit_connections
from server.handlers.octets import HELD_BODIES, MOST_HELD
from server.handlers.pages import Pages
from server.handlers.routes import add_routes
from server.handlers.sharing_socket import OPEN_SHARING, PACES, Paces
from server.handlers.socket import OPEN, SOCKETS_A_SEAT
from server.handlers.throttle import Buckets, GuessThrottle, RequestPace
from server.handlers.words import Words
from server.live.clock_sync import clock_is_synchronised
from server.live.hub import Hub
from server.live.janitor import Janitor
from server.live.readers import Readers
from server.live.services import Limits, Services
from server.logs import AccessLog
from server.media.net import MediaNet
from server.media.stun import serve_stun
from server.store.blobs import Blobs
from server.store.database import Database
from server.store.deletion import Deletion
from server.store.shred import ShredKeys

COOKIES_BYTES = 20 * 1024
"""A browser keeps up to 180 cookies for us, some 80 bytes each, and sends them all in one line."""
IDLE_S = 20.0
"""A connection that sends no whole request for so long is closed; aiohttp's own default is an hour."""


def build_app(
    config: Config,
    masters: MasterKeys,
    *,
    clock: Clock | None = None,
    synchronised: Callable[[], bool] = clock_is_synchronised,
    hashing: Argon2Params | None = None,
) -> web.Application:
    """The application. What must be opened is opened at its start-up and closed at its clean-up. `hashing` is what a
    new password's hash costs; tests take less."""
    app = web.Application(middlewares=[guard], client_max_size=64 * 1024)
    words = Words.load(config.web_dir / "words")
    app[keys.CONFIG] = config
    app[keys.CLOCK] = clock or SystemClock()
    app[keys.MASTER_KEYS] = masters
    app[keys.WORDS] = words
    app[keys.HASHING] = hashing or Argon2Params()
    app[keys.PAGES] = Pages(config.web_dir, words)
    app[keys.GUESSES] = GuessThrottle()
    app[keys.UPLOADS] = Buckets(BLOB_PACE)
    app[keys.SNAPSHOTS] = Buckets(SNAPSHOT_PACE)
    app[keys.PACE] = RequestPace(config.max_requests_per_second)
    app[OPEN] = AtOnce(SOCKETS_A_SEAT)
    app[OPEN_SHARING] = AtOnce(SOCKETS_A_SEAT)
    app[PACES] = Paces()
    app[HELD_BODIES] = AtOnce(MOST_HELD)
    app[keys.ROUTES] = add_routes(app, Assets(config.web_dir))
    app.on_response_prepare.append(add_headers)

    async def parts(app: web.Application) -> AsyncIterator[None]:
        async for _ in _run_parts(app, synchronised):
            yield

    app.cleanup_ctx.append(parts)
    app.on_shutdown.append(_say_goodbye)
    return app


async def _run_parts(app: web.Application, synchronised: Callable[[], bool]) -> AsyncIterator[None]:
    config, clock, masters = app[keys.CONFIG], app[keys.CLOCK], app[keys.MASTER_KEYS]
    async with AsyncExitStack() as opened:  # what is open is closed again, also when the next step fails
        database = app[keys.DATABASE] = await Database.open(config.data_dir)
        opened.push_async_callback(database.close)
        shred = await ShredKeys.open(config.data_dir)
        opened.push_async_callback(shred.close)
        readers = app[keys.READERS] = Readers(clock)
        deletion = app[keys.DELETION] = Deletion(database, shred, readers.drop_recording)
        blobs = app[keys.BLOBS] = Blobs(database, shred, masters)
        opened.push_async_callback(blobs.settled)
        await blobs.recover()
        texts = app[keys.WORDS].texts
        services = Services(
            clock=clock,
            database=database,
            shred=shred,
            masters=masters,
            deletion=deletion,
            readers=readers,
            catalogue=lambda _language: texts,
            net=media_net(config),
            limits=limits(config),
        )
        app[keys.ARGON2] = argon2 = Argon2Queue()
        opened.callback(argon2.close)
        app[keys.STUN] = stun = await _open_stun(config)
        if stun is not None:
            opened.push_async_callback(stun.close)
        janitor = app[keys.JANITOR] = Janitor(database, deletion, clock, synchronised)
        opened.push_async_callback(janitor.close)
        hub = app[keys.HUB] = Hub(services)
        opened.push_async_callback(hub.close)
        await hub.start()
        await janitor.start()
        yield


def limits(config: Config) -> Limits:
    return Limits(
        recording_ms=config.max_recording_minutes * 60_000,
        room_bytes=config.max_room_bytes,
        server_bytes=config.max_server_bytes,
        min_free_bytes=config.min_free_bytes,
    )


async def _say_goodbye(app: web.Application) -> None:
    # before the connections are closed: sockets hear `going_down`, recordings are finished
    await app[keys.HUB].close()


async def _open_stun(config: Config) -> keys.Closable | None:
    if config.stun_port is None:
        return None
    try:
        return await serve_stun(config.host, config.stun_port)
    except OSError as error:
        said = f"UDP port {config.stun_port} cannot be used ({error.strerror}). Choose another --stun-port, or off."
        raise BadSettingsError([said]) from None


def media_net(config: Config) -> MediaNet:
    """Addresses of this machine are listened on; the first that is not one of its own is what browsers are told."""
    own = tuple(address for address in config.media_address if _is_own(address))
    outside = next((address for address in config.media_address if address not in own), "")
    return MediaNet(bind=own, advertised=outside, ports=config.media_ports)


def _is_own(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trying:
        try:
            trying.bind((address, 0))
        except OSError:
            return False
    return True


async def start(app: web.Application, *, idle_s: float = IDLE_S) -> web.AppRunner:
    """The application with everything opened, limits on its connections, not yet listening."""
    config = app[keys.CONFIG]
    runner = web.AppRunner(
        app,
        access_log_class=AccessLog,
        keepalive_timeout=idle_s,
        max_line_size=4096,
        auto_decompress=False,  # a body is what its length says, never more
        max_field_size=COOKIES_BYTES,
        max_headers=64,
        lingering_time=2,
        shutdown_timeout=10,
    )
    await runner.setup()
    assert runner.server is not None
    limit_connections(
        runner.server,
        config.max_connections_per_address,
        config.max_connections,
        lambda address: origin.trusted(config, address),
    )
    return runner
