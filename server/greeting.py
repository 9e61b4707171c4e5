"""What is printed at start: where to go, where things lie, and what others need to reach the server."""

from server.config import Config, Rooms
from server.places import checkout_of
from server.tls import own_addresses

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - only compared with


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


def text(config: Config, port: int, stun_port: int | None, *, made_key: bool, link: str | None) -> str:
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
    lines += ["", *reaching(config, port, stun_port)]
    if link is not None:
        lines += [
            "",
            "Set the admin's password with this link. It works once, for an hour; python run.py admin-link prints a",
            "fresh one.",
            f"  {admin_address(address(config, port), link)}",
        ]
    return "\n".join(lines)


def reaching(config: Config, port: int, stun_port: int | None) -> list[str]:
    """What others need."""
    ports = "any UDP port" if config.media_ports is None else f"UDP {config.media_ports[0]}-{config.media_ports[1]}"
    stun = "" if stun_port is None else f"UDP {stun_port}"
    where = f" at {', '.join(config.media_address)}" if config.media_address else ""
    if config.loopback and config.public_url is None:
        return [
            "Only this machine can reach it. Browsers give a camera only to https or localhost, so for others:",
            f"  from one other machine, for a try   ssh -L {port}:localhost:{port} THIS-MACHINE",
            '  in your own network, for a try      make run TLS=trial ARGS="--host 0.0.0.0"',
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
