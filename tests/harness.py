"""The real server on a free port, and a client that behaves as a browser of one person does."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from server.app import IDLE_S, build_app, start
from server.clock import Clock, ManualClock, SystemClock
from server.config import Config
from server.crypto.keys import token_hash
from server.crypto.master import MasterKeys
from server.crypto.passwords import Argon2Params
from server.handlers import keys
from server.handlers.admin import new_link
from server.handlers.cookies import new_token
from server.handlers.words import Words
from server.places import open_data_dir, open_master_keys
from server.store import settings
from tests.laid_out import lay_out

CHECKOUT = Path(__file__).resolve().parent.parent
QUICK = Argon2Params(passes=1, memory_kib=1024, lanes=1)
"""Argon2id as it is, only less of it: what it costs is not what most tests are about."""
FAKE_DEVICES = "--use-fake-device-for-media-stream=fps=10"
"""Half the usual pictures a second: they are drawn and encoded in software, two pages at a time on two cores."""
WITHOUT = (
    # the address bar's suggestions are pages, loaded for each window though nobody sees it: more work than our own page
    *("PreloadTopChromeWebUI", "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup"),
    # Playwright's own list, which only the last such flag is heard of
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "AimEnabled"),
    *(
        "HttpsFirstBalancedModeAutoEnable",
        "LensOverlay",
        "MediaRouter",
        "PaintHolding",
        "ThirdPartyStoragePartitioning",
    ),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
)
CHROMIUM_FLAGS = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    FAKE_DEVICES,
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=user-gesture-required",
]


def make_config(folder: Path, **changes: Any) -> Config:
    """Free ports, a data directory and a key of its own under `folder`."""
    chosen: dict[str, Any] = {
        "data_dir": folder / "data",
        "master_key_file": folder / "config" / "master.key",
        "port": 0,
        "stun_port": 0,
        "media_ports": None,
        "min_free_bytes": 0,
        "web_dir": CHECKOUT / "web",
    }
    return Config(**(chosen | changes))


@dataclass
class Server:
    """A server that listens; `url` is `http://127.0.0.1:port` (or `localhost` for cookies' sake: the same)."""

    app: web.Application
    config: Config
    masters: MasterKeys
    clock: Clock
    url: str
    port: int
    clients: list["Client"] = field(default_factory=list)

    def client(self, **headers: str) -> "Client":
        """A fresh browser: no cookies yet. Closed with the server."""
        made = Client(self.url, headers)
        self.clients.append(made)
        return made

    def app_words(self) -> Words:
        return self.app[keys.WORDS]

    async def admin(self) -> "Client":
        """A client that is signed in as the admin."""
        client, token = self.client(), new_token()
        async with self.app[keys.DATABASE].write() as tx:
            await settings.add_admin_session(tx, token_hash(token), self.clock.now_ms())
        client.session.cookie_jar.update_cookies({"admin": token}, client.base)
        return client

    async def admin_link(self) -> str:
        """A one-time token for /admin/setup."""
        async with self.app[keys.DATABASE].write() as tx:
            return await new_link(tx, self.clock.now_ms())


class Client:
    """One person's browser without pictures: keeps cookies, names its origin, sends and reads JSON."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.base = URL(url)
        self.origin = url
        jar = aiohttp.CookieJar(unsafe=True)
        self.session = aiohttp.ClientSession(base_url=url, cookie_jar=jar, headers=headers)

    async def request(self, method: str, path: str | URL, body: Any = None, **more: Any) -> aiohttp.ClientResponse:
        """The response, read to its end. `headers` in `more` come on top of Origin."""
        headers = {"Origin": self.origin} | more.pop("headers", {})
        if body is not None:
            more["json"] = body
        elif method in ("POST", "PUT") and "data" not in more:
            more["json"] = {}
        async with self.session.request(method, path, headers=headers, allow_redirects=False, **more) as response:
            await response.read()
            return response

    async def get(self, path: str | URL, **more: Any) -> aiohttp.ClientResponse:
        return await self.request("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> aiohttp.ClientResponse:
        return await self.request("POST", path, body, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> aiohttp.ClientResponse:
        return await self.request("PUT", path, body, **more)

    async def delete(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self.request("DELETE", path, **more)

    async def json(self, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        """The answer's JSON; fails, showing it, when the status is another."""
        response = await self.request(method, path, body, **more)
        text = await response.text()
        assert response.status == status, f"{method} {path}: {response.status} {text}"
        return await response.json(content_type=None) if text else None

    async def socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        return await self.session.ws_connect(path, headers={"Origin": self.origin}, max_msg_size=2**20)

    async def close(self) -> None:
        await self.session.close()


@asynccontextmanager
async def serving(
    config: Config,
    *,
    clock: Clock | None = None,
    synchronised: bool = True,
    idle_s: float | None = None,
    deadline_s: float | None = None,
) -> AsyncIterator[Server]:
    """The whole server in this process, listening; closed in order at the end. `deadline_s` shortens that of every
    route that has one."""
    clock = clock or SystemClock()
    with open_data_dir(config):
        masters, _ = open_master_keys(config)
        await lay_out(config.data_dir)
        app = build_app(config, masters, clock=clock, synchronised=lambda: synchronised, hashing=QUICK)
        if deadline_s is not None:
            for key, row in app[keys.ROUTES].items():
                app[keys.ROUTES][key] = replace(row, deadline_s=row.deadline_s and deadline_s)
        runner = await start(app, idle_s=IDLE_S if idle_s is None else idle_s)
        server: Server | None = None
        try:
            site = web.TCPSite(runner, config.host, config.port)
            await site.start()
            port = int(runner.addresses[0][1])
            server = Server(app, config, masters, clock, f"http://127.0.0.1:{port}", port)
            yield server
        finally:
            for client in server.clients if server else []:
                await client.close()
            await runner.cleanup()
            # connections that were cut off say so to the loop one turn later
            await asyncio.sleep(0)


def chromium() -> str:
    """The browser `scripts/browser` found or installed."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found is not None, "no Chromium: run make browser"
    return found


__all__ = ["CHROMIUM_FLAGS", "Client", "ManualClock", "Server", "chromium", "make_config", "serving"]
