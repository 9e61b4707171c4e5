"""The pages: rendered with the catalogue's words and the manifest's files, and honest on a plain-http address."""

import gzip
import ipaddress
import json
import re
from pathlib import Path

import pytest

from server.errors import VisavisError
from server.handlers.pages import Pages
from server.handlers.words import Words
from tests.conftest import Serve, in_shared
from tests.harness import CHECKOUT, Server

PAGES = ["/", "/r/aaaaaaaaaaaaaaaa", "/r/aaaaaaaaaaaaaaaa/recordings", "/admin", "/admin/setup"]
MANIFEST = {
    "src/entries/home.tsx": {
        "file": "assets/home-1.js",
        "name": "home",
        "isEntry": True,
        "css": ["assets/home-1.css"],
        "imports": ["_base.js"],
    },
    "_base.js": {"file": "assets/base-1.js", "name": "base", "css": ["assets/base-1.css"], "imports": ["_deep.js"]},
    "_deep.js": {"file": "assets/deep-1.js", "name": "deep", "imports": []},
}


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


@in_shared
async def test_every_page_is_rendered_with_its_data(shared_server: Server) -> None:
    client = shared_server.client()
    data = {}
    for path in PAGES:
        response = await client.get(path)
        html = await response.text()
        assert (response.status, response.content_type, response.charset) == (200, "text/html", "utf-8"), path
        assert '<html lang="en">' in html
        assert re.search(r"<title>[^<]+</title>", html)
        data[path] = data_of(html)
    assert data["/"] == {"rooms": "anyone", "admin": False, "keep_days": 30, "longest_days": 365}
    assert data["/r/aaaaaaaaaaaaaaaa"] == {"room": "aaaaaaaaaaaaaaaa"}
    assert data["/r/aaaaaaaaaaaaaaaa/recordings"] == {"room": "aaaaaaaaaaaaaaaa"}
    assert data["/admin"] == {"signed_in": False, "set_up": False}


@in_shared
async def test_a_page_runs_no_script_and_no_style_of_its_own(shared_server: Server) -> None:
    for path in PAGES:
        html = await (await shared_server.client().get(path)).text()
        inline = re.findall(
            r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=|javascript:", html
        )
        assert inline == [], path
        assert "//" not in re.sub(
            r"https?://www\.w3\.org\S*", "", " ".join(re.findall(r'(?:src|href)="([^"]*)"', html))
        )


@in_shared
async def test_a_plain_address_gets_the_reason_and_the_remedy(shared_server: Server) -> None:
    for path in PAGES:
        # the server of this test listens on loopback, so nothing but localhost is let in; see the next test
        response = await shared_server.client().get(path, headers={"Host": "10.0.0.5:8080"})
        assert response.status == 421


async def test_afar_without_encryption_there_is_a_page_that_says_why(serve: Serve) -> None:
    server = await serve(host="0.0.0.0")
    words = server.app_words()
    client = server.client(Host="10.0.0.5:8080")
    client.origin = "http://10.0.0.5:8080"
    for path in PAGES:
        response = await client.get(path)
        html = await response.text()
        assert response.status == 200
        assert words.t("site.insecure_title") in html
        assert words.t("site.insecure_what") in html
    answer = await client.json("POST", "/api/admin/setup", {"token": "x", "password": "long enough, is it"}, status=403)
    assert answer["code"] == "needs_https"
    answer = await client.json("GET", "/api/rooms/aaaaaaaaaaaaaaaa/socket", status=403)
    assert answer["code"] == "needs_https"


async def test_behind_a_proxy_that_speaks_https_pages_are_whole(serve: Serve) -> None:
    proxy = (ipaddress.ip_network("127.0.0.1/32"),)
    server = await serve(public_url="https://meet.example.org", trusted_proxies=proxy)
    client = server.client(Host="meet.example.org")
    plain = await (await client.get("/admin")).text()
    through = await (await client.get("/admin", headers={"X-Forwarded-Proto": "https"})).text()
    assert server.app_words().t("site.insecure_title") in plain
    assert data_of(through) == {"signed_in": False, "set_up": False}


@in_shared
async def test_an_address_without_a_page_gets_kind_words(shared_server: Server) -> None:
    response = await shared_server.client().get("/r/AAAA")
    html = await response.text()
    assert response.status == 404
    assert shared_server.app_words().t("site.error_missing_title") in html


def built(folder: Path) -> Path:
    """A web directory as Vite leaves it."""
    (folder / "dist" / ".vite").mkdir(parents=True)
    (folder / "dist" / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    (folder / "dist" / "assets").mkdir()
    (folder / "dist" / "assets" / "home-1.js").write_text("let home = 1;" * 100)
    (folder / "dist" / "assets" / "face-1.woff2").write_bytes(b"wOF2")
    (folder / "dist" / "secret.txt").write_text("walnut")
    for name in ("templates", "words"):
        (folder / name).symlink_to(CHECKOUT / "web" / name)
    return folder


def test_an_entry_brings_its_styles_in_order_and_what_it_imports(tmp_path: Path) -> None:
    pages = Pages(built(tmp_path), Words.load(CHECKOUT / "web" / "words"))
    assert pages.built
    assert str(pages.asset("home")).splitlines() == [
        '<link rel="stylesheet" href="/assets/base-1.css">',
        '<link rel="stylesheet" href="/assets/home-1.css">',
        '<script type="module" src="/assets/home-1.js"></script>',
        '<link rel="modulepreload" href="/assets/deep-1.js">',
        '<link rel="modulepreload" href="/assets/base-1.js">',
    ]
    assert str(pages.asset("nothing")) == ""


def test_page_data_cannot_end_its_script(tmp_path: Path) -> None:
    pages = Pages(built(tmp_path), Words.load(CHECKOUT / "web" / "words"))
    html = pages.render("room.html", page_data={"room": "</script><script>alert(1)</script>"}).text
    assert html is not None
    assert "<script>alert" not in html
    assert data_of(html) == {"room": "</script><script>alert(1)</script>"}


def test_an_error_page_shows_no_detail(tmp_path: Path) -> None:
    pages = Pages(built(tmp_path), Words.load(CHECKOUT / "web" / "words"))
    response = pages.error(VisavisError("busy", "walnut", 503, retry_after_s=3))
    assert (response.status, response.headers["Retry-After"]) == (503, "3")
    assert "walnut" not in (response.text or "")


async def test_built_files_are_kept_for_good_and_nothing_else_is_served(serve: Serve, tmp_path: Path) -> None:
    server = await serve(web_dir=built(tmp_path / "web"))
    client = server.client()
    script = await client.get("/assets/home-1.js")
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    async with client.session.get("/assets/home-1.js", auto_decompress=False) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await packed.read()) == b"let home = 1;" * 100
    face = await client.get("/assets/face-1.woff2")
    assert (face.content_type, await face.text()) == ("font/woff2", "wOF2")
    for name in ("secret.txt", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", ".vite/manifest.json", ""):
        response = await client.get(f"/assets/{name}")
        assert response.status == 404
        assert "walnut" not in await response.text()


def test_words_stand_once_and_are_filled(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "a.json").write_text('{"a.hello": "Hello {name}, {name}!"}')
    words = Words.load(tmp_path)
    assert words.t("a.hello", name="{x} & <b>") == "Hello {x} & <b>, {x} & <b>!"
    assert words.holes("a.hello") == {"name"}
    with pytest.raises(KeyError):
        words.t("a.hello")
    with pytest.raises(KeyError):
        words.t("a.missing")
    (folder / "b.json").write_text('{"a.hello": "Again"}')
    with pytest.raises(ValueError, match=r"b\.json: a\.hello"):
        Words.load(tmp_path)
    (folder / "b.json").write_text('{"b": {"nested": "no"}}')
    with pytest.raises(ValueError, match=r"b\.json"):
        Words.load(tmp_path)
