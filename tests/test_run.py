"""The program itself, as a person starts it: its words, its files, its way down."""

import asyncio
import datetime
import os
import re
import shlex
import signal
import socket
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509

from server import greeting, tls
from server.config import BadSettingsError, Rooms
from server.places import checkout_of, open_data_dir, open_master_keys
from tests.harness import CHECKOUT, make_config

START_S = 60
PAGES_BUILT = '{"src/entries/home.tsx": {"file": "assets/home.js", "name": "home", "isEntry": true}}'


class Program:
    """`python run.py …` as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, greeting: str) -> None:
        self.process = process
        self.greeting = greeting

    @property
    def url(self) -> str:
        found = re.search(r"Visavis is at (\S+)", self.greeting)
        assert found, self.greeting
        return found[1]

    async def stop(self) -> str:
        """SIGTERM, as systemd and docker send it; what it wrote to stderr."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(self.process.communicate(), START_S)
        assert self.process.returncode == 0, errors.decode()
        return errors.decode()


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VISAVIS_")}
    return kept | {"XDG_CONFIG_HOME": str(folder / "config")}


async def spawn(folder: Path, *argv: str, python: tuple[str, ...] = ()) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, *python, str(CHECKOUT / "run.py"), *argv,
        env=environment(folder), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ends(folder: Path, *argv: str, python: tuple[str, ...] = ()) -> tuple[int | None, str, str]:
    process = await spawn(folder, *argv, python=python)
    out, errors = await asyncio.wait_for(process.communicate(), START_S)
    return process.returncode, out.decode(), errors.decode()


def flags(folder: Path) -> list[str]:
    """Free ports and folders of its own; pages need not be built for these tests."""
    web = folder / "web"
    if not web.exists():
        (web / "dist" / ".vite").mkdir(parents=True)
        (web / "dist" / ".vite" / "manifest.json").write_text(PAGES_BUILT)
        for name in ("templates", "words"):
            (web / name).symlink_to(CHECKOUT / "web" / name)
    return ["--port", "0", "--stun-port", "0", "--data-dir", str(folder / "data"), "--web-dir", str(web)]


@asynccontextmanager
async def running(folder: Path, *argv: str) -> AsyncIterator[Program]:
    process = await spawn(folder, *flags(folder), *argv)
    assert process.stdout
    assert process.stderr
    said = ""
    try:
        while "Visavis is at" not in said or not re.search(r"token=\S+\n|need UDP|for recordings", said):
            line = await asyncio.wait_for(process.stdout.readline(), START_S)
            assert line, (await process.stderr.read()).decode()
            said += line.decode()
        yield Program(process, said)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.mark.slow
async def test_it_starts_serves_and_stops(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        assert program.url.startswith("http://localhost:")
        assert str(tmp_path / "data") in program.greeting
        assert str(tmp_path / "config" / "visavis" / "master.key") in program.greeting
        async with aiohttp.ClientSession() as session, session.get(f"{program.url}/healthz") as response:
            assert response.status == 200
            assert response.headers["Server"] == "Visavis"
        status, link, errors = await ends(tmp_path, "admin-link", *flags(tmp_path))
        assert (status, errors) == (0, "")
        found = re.search(rf"^{re.escape(program.url)}/admin/setup#token=(\S+)$", link, re.M)
        assert found, link
        async with aiohttp.ClientSession(headers={"Origin": program.url}) as session:
            body = {"token": found[1], "password": "a sentence nobody guesses"}
            async with session.post(f"{program.url}/api/admin/setup", json=body) as response:
                assert response.status == 204
        errors = await program.stop()
        assert "token" not in errors
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").rglob("*")}
    assert modes["visavis.db"] == modes["keys.db"] == 0o600
    assert stat.S_IMODE((tmp_path / "config" / "visavis" / "master.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.slow
async def test_what_cannot_be_is_said_in_words(tmp_path: Path) -> None:
    status, out, errors = await ends(tmp_path, "--port", "80800", "--rooms", "all", "--nonsense")
    assert (status, out) == (2, "")
    assert errors.startswith("Visavis cannot start:\n")
    assert errors.count("\n  - ") == 3
    assert "Traceback" not in errors
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, _, errors = await ends(tmp_path, *flags(tmp_path), "--port", port)
    assert status == 2
    assert f"127.0.0.1 port {port} cannot be used" in errors
    assert "Traceback" not in errors


async def test_it_refuses_to_run_without_its_checks(tmp_path: Path) -> None:
    status, _, errors = await ends(tmp_path, *flags(tmp_path), python=("-O",))
    assert status == 2
    assert "python -O" in errors


async def test_help_names_every_setting(tmp_path: Path) -> None:
    status, out, _ = await ends(tmp_path, "--help")
    assert status == 0
    for flag in ("--host", "--public-url", "--tls-cert", "--trusted-proxy", "--media-address", "--rooms", "admin-link"):
        assert flag in out


def test_the_master_key_is_never_made_anew_for_data_that_exist(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    first, made = open_master_keys(config)
    assert made
    again, made = open_master_keys(config)
    assert not made
    assert again.current.secret == first.current.secret
    config.data_dir.mkdir()
    (config.data_dir / "visavis.db").write_bytes(b"")
    config.master_key_file.unlink()
    with pytest.raises(BadSettingsError, match="is missing"):
        open_master_keys(config)
    config.master_key_file.write_text("rubbish")
    with pytest.raises(BadSettingsError, match="line 1"):
        open_master_keys(config)


def test_two_servers_do_not_share_their_data(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    with open_data_dir(config), pytest.raises(BadSettingsError, match="Another Visavis is running"):
        open_data_dir(config)
    open_data_dir(config).close()


def test_data_in_a_checkout_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert checkout_of(tmp_path / "recordings") == tmp_path
    said = greeting.text(make_config(tmp_path), 8080, 3478, made_key=False, link=None)
    assert "git clean -x would delete them" in said


def test_the_greeting_says_what_others_need(tmp_path: Path) -> None:
    def said(**changes: object) -> str:
        return greeting.text(make_config(tmp_path, **changes), 8080, 3478, made_key=True, link="secret")

    alone = said()
    assert "Only this machine can reach it" in alone
    assert "http://localhost:8080/admin/setup#token=secret" in alone
    assert "backups of the data" in alone
    proxied = said(public_url="https://meet.example.org", media_address=("203.0.113.7",), media_ports=(40000, 40199))
    assert "Visavis is at https://meet.example.org" in proxied
    assert "UDP 40000-40199 at 203.0.113.7" in proxied
    assert "UDP 3478" in proxied
    assert "plain http" in said(host="192.0.2.1")
    assert "Anyone who reaches it may create rooms" in said(host="192.0.2.1", rooms=Rooms.ANYONE)
    assert "signed by nobody" in said(host="192.0.2.1", tls_trial=True)


def test_what_is_printed_to_be_typed_works_as_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(environ: dict[str, str], data_dir: Path) -> str:
        config = make_config(tmp_path, data_dir=data_dir)
        started = greeting.Start.found(environ, CHECKOUT, config)
        return greeting.text(config, 8080, 3478, made_key=False, link="secret", start=started)

    monkeypatch.chdir(CHECKOUT)
    usual, elsewhere = CHECKOUT / "recordings", tmp_path / "our data"
    assert "python3 run.py admin-link\n" in said({}, usual) + "\n"
    assert "python3 run.py --tls trial --host 0.0.0.0" in said({}, usual)
    by_make = said({"STARTED_BY_MAKE": "1"}, usual)
    assert "make run ARGS=admin-link" in by_make
    assert 'make run TLS=trial ARGS="--host 0.0.0.0"' in by_make
    assert "python" not in by_make
    monkeypatch.chdir(tmp_path)
    for environ in ({}, {"STARTED_BY_MAKE": "1"}):
        [line] = [line for line in said(environ, elsewhere).splitlines() if "admin-link" in line]
        # as a shell reads it, and for make its own shell once more
        command = shlex.split(line.partition("by   ")[2])
        words = shlex.split(command[2].removeprefix("ARGS=")) if environ else command[2:]
        assert words == ["admin-link", "--data-dir", str(elsewhere)]
        assert environ or command[1] == str(CHECKOUT / "run.py")


async def test_make_says_that_it_was_make() -> None:
    make = await asyncio.create_subprocess_exec(
        "make", "--dry-run", "--old-file=build", "run", "ARGS=admin-link", cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await make.communicate()
    assert b"STARTED_BY_MAKE=1 .venv/bin/python run.py  admin-link" in printed


def test_a_trial_certificate_is_kept_until_it_no_longer_fits(tmp_path: Path) -> None:
    now = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    cert, key = tls.trial_certificate(tmp_path, ["localhost", "10.0.0.5"], now)
    first = cert.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    found = x509.load_pem_x509_certificate(first)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == {"localhost", "10.0.0.5"}
    assert found.not_valid_after_utc - found.not_valid_before_utc < datetime.timedelta(days=398)
    tls.trial_certificate(tmp_path, ["localhost"], now + datetime.timedelta(days=300))
    assert cert.read_bytes() == first
    tls.trial_certificate(tmp_path, ["localhost", "10.0.0.6"], now)
    assert (second := cert.read_bytes()) != first
    tls.trial_certificate(tmp_path, ["localhost", "10.0.0.6"], now + datetime.timedelta(days=390))
    assert cert.read_bytes() != second


@pytest.mark.slow
async def test_a_trial_server_speaks_https_to_who_trusts_it(tmp_path: Path) -> None:
    async with running(tmp_path, "--tls", "trial") as program:
        assert program.url.startswith("https://localhost:")
        trust = ssl.create_default_context(cafile=str(tmp_path / "config" / "visavis" / "trial-cert.pem"))
        async with aiohttp.ClientSession() as session, session.get(f"{program.url}/admin", ssl=trust) as response:
            assert response.status == 200
            assert "Strict-Transport-Security" in response.headers
        await program.stop()


def test_files_that_do_not_fit_are_said_in_words(tmp_path: Path) -> None:
    one, _ = tls.trial_certificate(tmp_path / "one", ["localhost"])
    _, other = tls.trial_certificate(tmp_path / "two", ["localhost"])
    with pytest.raises(BadSettingsError, match="cannot be used together"):
        tls.server_context(make_config(tmp_path, tls_cert=one, tls_key=other))
