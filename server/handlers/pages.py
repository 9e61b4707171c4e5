"""The pages: rendered from `web/templates` with the catalogue's words; the built scripts make them live."""

from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.errors import VisavisError
from server.handlers import origin
from server.handlers.keys import CONFIG, DATABASE, IDENTITY, PAGES, SECURE
from server.handlers.words import Words
from server.store import retention, settings


class Chunk(msgspec.Struct, frozen=True):
    """A row of Vite's manifest (`dist/.vite/manifest.json`)."""

    file: str
    name: str = ""
    isEntry: bool = False  # noqa: N815 - Vite's spelling
    css: list[str] = []
    imports: list[str] = []


class Pages:
    """Jinja2 with autoescape. Templates get `t(key, **values)`, `asset(entry)`, `page_data` and `language`."""

    def __init__(self, web_dir: Path, words: Words) -> None:
        self._chunks = read_manifest(web_dir / "dist")
        self._environment = Environment(
            loader=FileSystemLoader(web_dir / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"t": words.t, "asset": self.asset, "language": words.language, "plain": False}

    @property
    def built(self) -> bool:
        """Whether the browser part has been built."""
        return bool(self._chunks)

    def asset(self, entry: str) -> Markup:
        """Tags for an entry's script, its styles and what it imports; nothing when the pages are not built."""
        start = next((key for key, chunk in self._chunks.items() if chunk.isEntry and chunk.name == entry), None)
        if start is None:
            return Markup()
        reached = self._reach(start, [])
        styles = list(dict.fromkeys(name for key in reached for name in self._chunks[key].css))
        tags = [Markup('<link rel="stylesheet" href="/{}">').format(name) for name in styles]
        tags.append(Markup('<script type="module" src="/{}"></script>').format(self._chunks[start].file))
        tags += [Markup('<link rel="modulepreload" href="/{}">').format(self._chunks[key].file) for key in reached[:-1]]
        return Markup("\n").join(tags)

    def _reach(self, key: str, reached: list[str]) -> list[str]:
        """The chunk's imports, deepest first, then the chunk: the order in which its styles are meant to lie."""
        for wanted in self._chunks[key].imports:
            if wanted not in reached:
                self._reach(wanted, reached)
        reached.append(key)
        return reached

    def render(self, template: str, page_data: Any = None, **values: Any) -> web.Response:
        """`page_data` is put into the page for its script (JSON in `#page-data`)."""
        text = self._environment.get_template(template).render(page_data=page_data or {}, **values)
        return web.Response(text=text, content_type="text/html")

    def error(self, error: VisavisError) -> web.Response:
        """A kind page that shows no detail."""
        response = self.render("error.html", status=error.status, code=error.code)
        response.set_status(error.status)
        if "retry_after_s" in error.more:
            response.headers["Retry-After"] = str(error.more["retry_after_s"])
        return response


def read_manifest(dist: Path) -> dict[str, Chunk]:
    """Empty when nothing has been built."""
    try:
        text = (dist / ".vite" / "manifest.json").read_bytes()
    except FileNotFoundError:
        return {}
    return msgspec.json.decode(text, type=dict[str, Chunk])


def page(request: web.Request, template: str, page_data: Any = None) -> web.Response:
    """The page, or on a plain-http address the words why it could not work there: browsers give a camera to https
    and to localhost only."""
    if not request[SECURE] and not origin.is_local(request.host):
        return request.app[PAGES].render("insecure.html")
    return request.app[PAGES].render(template, page_data=page_data)


async def home(request: web.Request) -> web.Response:
    """GET / (open): create a room."""
    async with request.app[DATABASE].read() as tx:
        policy = await retention.policy(tx)
    rooms = request.app[CONFIG].rooms
    data = {
        "rooms": rooms,
        "admin": request[IDENTITY].admin,
        "keep_days": policy.days,
        "longest_days": policy.longest_days,
    }
    return page(request, "home.html", data)


async def room(request: web.Request) -> web.Response:
    """GET /r/{room} (open): the same for every well-formed id."""
    return page(request, "room.html", {"room": request.match_info["room"]})


async def recordings(request: web.Request) -> web.Response:
    """GET /r/{room}/recordings (open): the same for every well-formed id."""
    return page(request, "recordings.html", {"room": request.match_info["room"]})


async def together(request: web.Request) -> web.Response:
    """GET /r/{room}/topics, notes, whiteboard, chat (open): the same for every well-formed id."""
    panel = request.path.rpartition("/")[2]
    return page(request, "together.html", {"room": request.match_info["room"], "panel": panel})


async def admin(request: web.Request) -> web.Response:
    """GET /admin (open): sign-in, or what the admin may see."""
    async with request.app[DATABASE].read() as tx:
        set_up = await settings.admin_password(tx) is not None
    return page(request, "admin.html", {"signed_in": request[IDENTITY].admin, "set_up": set_up})


async def admin_setup(request: web.Request) -> web.Response:
    """GET /admin/setup (open): the one-time token is in the fragment, which no server sees."""
    return page(request, "admin_setup.html")
