"""What is printed at start: where to go, where things lie, and what others need to reach the server."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.config import Config, Rooms
from server.places import checkout_of
from server.tls import own_addresses

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - only compared with


@dataclass(frozen=True)
class Start:
    """How the program was started here, so that what is printed to be typed is what works here."""

    by_make: bool = False
    """`make run`, which tells so in the environment."""
    program: str = "run.py"
    """As it is named from where the person is."""
    data_dir: str | None = None
    """Where the data lie, unless where every start looks for them."""

    @classmethod
    def found(cls, environ: Mapping[str, str], checkout: Path, config: Config) -> "Start":
        here = Path.cwd() == checkout
        elsewhere = config.data_dir.resolve() != (checkout / "recordings").resolve()
        return cls(
            by_make="STARTED_BY_MAKE" in environ,
            program="run.py" if here else str(checkout / "run.py"),
            data_dir=str(config.data_dir.resolve()) if elsewhere else None,
        )

    def admin_link(self) -> str:
        """The command that prints a fresh one-time link for these data."""
        words = ["admin-link", *(["--data-dir", self.data_dir] if self.data_dir else [])]
        if self.by_make:
            return f"make run ARGS={shlex.quote(shlex.join(words))}"
        return shlex.join(["python3", self.program, *words])

    def for_the_network(self) -> str:
        """The command that serves to others with a certificate of its own."""
        if self.by_make:
            return 'make run TLS=trial ARGS="--host 0.0.0.0"'
        return shlex.join(["python3", self.program, "--tls", "trial", "--host", "0.0.0.0"])  # noqa: S104


def address(config: Config, port: int) -> str:
    """How to open the server on this machine, or as others do where that is known."""
    if config.public_url is not None:
        return config.public_url
    host = config.host if not config.loopback and config.host not in WILDCARDS else "localhost"
    return f"{'https' if config.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def outside(config: Config, port: int) -> str:
    """How other machines open it, as far as this one knows."""
    if config.public_url is not None or config.host not in WILDCARDS:
        return address(config, port)
    scheme = "https" if config.tls else "http"
    found = [f"{scheme}://{f'[{one}]' if ':' in one else one}:{port}" for one in own_addresses()]
    return " or ".join(found) or f"{scheme}://THIS-MACHINE:{port}"


def admin_address(base: str, link: str) -> str:
    """The token stays in the fragment: no server, proxy or log ever sees it."""
    return f"{base}/admin/setup#token={link}"


def text(
    config: Config, port: int, stun_port: int | None, *, made_key: bool, link: str | None, start: Start | None = None
) -> str:
    start = start or Start()
    lines = [f"Visavis is at {address(config, port)}", ""]
    lines += [
        f"  Data        {config.data_dir}",
        f"  Master key  {config.master_key_file}{' (made just now)' if made_key else ''}",
    ]
    lines += [
        "              Without this file no recording, name or title can ever be opened again. Keep a copy in a safe",
        "              place, and not beside the backups of the data.",
    ]
    checkout = checkout_of(config.data_dir)
    if checkout is not None:
        lines += [
            f"  Note        The data lie inside the git checkout {checkout}:",
            "              git clean -x would delete them. Choose another place with --data-dir.",
        ]
    lines += ["", *reaching(config, port, stun_port, start)]
    if link is not None:
        lines += [
            "",
            "Set the admin's password with this link. It works once, for an hour.",
            f"  {admin_address(address(config, port), link)}",
            f"A fresh one is printed by   {start.admin_link()}",
        ]
    return "\n".join(lines)


def reaching(config: Config, port: int, stun_port: int | None, start: Start) -> list[str]:
    """What others need."""
    ports = "any UDP port" if config.media_ports is None else f"UDP {config.media_ports[0]}-{config.media_ports[1]}"
    stun = "" if stun_port is None else f"UDP {stun_port}"
    where = f" at {', '.join(config.media_address)}" if config.media_address else ""
    if config.loopback and config.public_url is None:
        return [
            "Only this machine can reach it. Browsers give a camera only to https or localhost, so for others:",
            f"  from one other machine, for a try   ssh -L {port}:localhost:{port} THIS-MACHINE",
            f"  in your own network, for a try      {start.for_the_network()}",
            "  for good                            a proxy with a certificate before it, --public-url https://…",
            "                                      and --trusted-proxy; or --tls-cert and --tls-key",
            f"  Recordings then need {ports}, calls between two networks {stun or 'a STUN server'}.",
        ]
    lines = [f"Others reach it at {outside(config, port)} and need {ports}{where} for recordings."]
    if stun:
        lines.append(f"Calls between two networks need {stun} as well.")
    if not config.tls and not (config.public_url or "").startswith("https:"):
        lines.append("It speaks plain http: other machines get no camera from it, only a page that says why.")
    if config.tls_trial:
        lines.append("Its trial certificate is signed by nobody: every browser will ask once whether to go on.")
    if config.rooms is Rooms.ANYONE:
        lines.append("Anyone who reaches it may create rooms (--rooms).")
    return lines
