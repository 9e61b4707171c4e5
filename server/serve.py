"""From settings to a listening server, and back down in order."""

import asyncio
import gc
import signal
import ssl
import sys
from collections.abc import Sequence

import structlog
from aiohttp import http_parser, web, web_response

from server import greeting, logs, tls
from server.app import build_app, start
from server.config import BadSettingsError, Config
from server.errors import VisavisError
from server.handlers import keys
from server.handlers.admin import new_link
from server.places import ADDRESS_FILE, open_data_dir, open_master_keys
from server.store import settings

BACKLOG = 512
HANDSHAKE_S = 10.0
"""For TLS; asyncio itself waits a minute for somebody who says nothing."""


class Site(web.TCPSite):
    """aiohttp's, with a deadline for the handshake, which it has no word for."""

    async def start(self) -> None:
        await web.BaseSite.start(self)
        assert self._runner.server is not None
        self._server = await asyncio.get_running_loop().create_server(
            self._runner.server,
            self._host,
            self._port,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=HANDSHAKE_S if self._ssl_context is not None else None,
        )


async def run_until_stopped(
    config: Config, signals: Sequence[signal.Signals], started: greeting.Start | None = None
) -> None:
    """Serves until one of the signals comes; then sockets hear `going_down` and recordings are finished.

    Raises BadSettingsError for what can be known only now: an address in use, files that do not fit."""
    require_c_parser()
    logs.configure(config.log_level, config.log_json)
    # aiohttp's answers to requests it cannot read bypass the application and would name versions
    web_response.SERVER_SOFTWARE = "Visavis"  # type: ignore[attr-defined]
    stop = asyncio.Event()
    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with open_data_dir(config):
        context = tls.server_context(config)
        masters, made_key = open_master_keys(config)
        app = build_app(config, masters)
        if not app[keys.PAGES].built:
            raise BadSettingsError(["The pages are not built. Run make build (make run does it by itself)."])
        runner = await _start(app)
        spare_the_collector()
        try:
            port = await listen(runner, config, context)
            (config.data_dir / ADDRESS_FILE).write_text(greeting.address(config, port))
            stun = app[keys.STUN]
            link = await first_link(app)
            stun_port = stun.port if stun else None
            said = greeting.text(config, port, stun_port, made_key=made_key, link=link, start=started)
            print(said, flush=True)  # noqa: T201 - to the person who starts it
            await stop.wait()
            structlog.get_logger().info("going_down")
        finally:
            await runner.cleanup()


async def _start(app: web.Application) -> web.AppRunner:
    try:
        return await start(app)
    except VisavisError as error:
        raise BadSettingsError([f"{error.detail[:1].upper()}{error.detail[1:]}."]) from None


def spare_the_collector() -> None:
    """What is there when the server has started is there to stay. Looking through all of it for garbage again and again
    would hold up every room, for a tenth of a second each time."""
    gc.collect()
    gc.freeze()


async def listen(runner: web.AppRunner, config: Config, context: ssl.SSLContext | None) -> int:
    """The TCP port listened on."""
    site = Site(runner, config.host, config.port, ssl_context=context, backlog=BACKLOG)
    try:
        await site.start()
    except OSError as error:
        said = f"{config.host} port {config.port} cannot be used ({error.strerror or error}). Choose another --port."
        raise BadSettingsError([said]) from None
    return int(runner.addresses[0][1])


async def first_link(app: web.Application) -> str | None:
    """A one-time token while no admin's password was ever set."""
    async with app[keys.DATABASE].write() as tx:
        if await settings.admin_password(tx) is not None:
            return None
        return await new_link(tx, app[keys.CLOCK].now_ms())


def require_c_parser() -> None:
    """aiohttp's pure Python parser once let requests be smuggled; it is what one gets without the compiled part."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        sys.exit(
            "aiohttp runs without its compiled parser. Install it from a wheel: pip install --force-reinstall aiohttp"
        )
