"""From flags and environment to a `Config`: one table of settings, each a flag and a VISAVIS_ variable."""

import argparse
import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server import option_values as values
from server.config import GIB, BadSettingsError, Config, Rooms, is_loopback

PREFIX = "VISAVIS_"


@dataclass(frozen=True, slots=True)
class Setting:
    flag: str
    read: values.Reader
    metavar: str
    help: str
    field: str = ""
    """The `Config` field, where it is not the flag's own name."""
    many: bool = False
    """May be given more than once; in the environment, separated by spaces."""

    @property
    def name(self) -> str:
        return self.field or self.flag.replace("-", "_")

    @property
    def variable(self) -> str:
        return PREFIX + self.flag.replace("-", "_").upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("host", values.host, "ADDRESS", "address to listen on [127.0.0.1: this machine only]"),
    Setting("port", values.port, "PORT", "TCP port; 0 takes a free one [8080]"),
    Setting("public-url", values.public_url, "URL", "how people reach the server: https://meet.example.org"),
    Setting("tls-cert", values.existing_file, "FILE", "certificate chain (PEM), with --tls-key"),
    Setting("tls-key", values.existing_file, "FILE", "its private key (PEM)"),
    Setting("tls", values.trial, "trial", "serve https with a self-signed certificate, for a try", field="tls_trial"),
    Setting(
        "trusted-proxy",
        values.network,
        "NETWORK",
        "address or network of a proxy whose X-Forwarded-For and -Proto are believed",
        field="trusted_proxies",
        many=True,
    ),
    Setting("data-dir", values.path, "DIR", "database and sealed recordings [recordings/ beside run.py]"),
    Setting("master-key-file", values.path, "FILE", "made at the first start [~/.config/visavis/master.key]"),
    Setting(
        "media-address",
        values.address,
        "IP",
        "where browsers send recordings: an address of this machine, or the outside one of a container or NAT",
        many=True,
    ),
    Setting("media-ports", values.port_range, "FIRST-LAST", "UDP ports of recordings, or any [40000-40199]"),
    Setting("stun-port", values.stun_port, "PORT", "UDP port of the STUN server; 0 takes a free one; off [3478]"),
    Setting(
        "ice-server",
        values.ice_server,
        "URL[,USER,SECRET]",
        "a further STUN or TURN server for calls (better set in the environment: flags can be seen by others)",
        field="ice_servers",
        many=True,
    ),
    Setting(
        "rooms",
        values.rooms,
        "anyone|code|admin",
        "who may create a room [anyone while only this machine can connect, else admin]",
    ),
    Setting("room-code", values.room_code, "CODE", "what one must know to create a room, with --rooms code"),
    Setting("max-recording-minutes", values.between(1, 24 * 60), "MINUTES", "longest recording [180]"),
    Setting("max-room-bytes", values.size, "SIZE", "recordings of one room [20G]"),
    Setting("max-server-bytes", values.size, "SIZE", "recordings of all rooms [200G]"),
    Setting("min-free-bytes", values.size, "SIZE", "disk space no recording may touch [1G]"),
    Setting("max-rooms", values.between(1, 1_000_000), "N", "rooms on this server [10000]"),
    Setting("max-connections", values.between(1, 1_000_000), "N", "TCP connections at once [20000]"),
    Setting("max-connections-per-address", values.between(1, 1_000_000), "N", "TCP connections of one address [200]"),
    Setting("max-requests-per-second", values.between(1, 1000), "N", "requests of one address [100]"),
    Setting("log-level", values.log_level, "LEVEL", "debug, info, warning or error [info]"),
    Setting("log-json", values.yes_or_no, "yes|no", "log lines as JSON [no]"),
    Setting("web-dir", values.path, "DIR", "templates, words and built pages [web/ beside run.py]"),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise BadSettingsError([message[:1].upper() + message[1:] + "."])


def parser() -> argparse.ArgumentParser:
    """Flags as text: their meaning is read later, so that all bad ones can be told together."""
    made = _Parser(
        prog="run.py",
        description="Visavis: a meeting room for two.",
        epilog=f"Every flag is also a variable: --public-url is {PREFIX}PUBLIC_URL. A flag wins over a variable.",
        allow_abbrev=False,
    )
    made.add_argument(
        "command",
        nargs="*",
        metavar="command",
        help="serve (the default), or admin-link: print a fresh one-time link that sets the admin's password",
    )
    for setting in SETTINGS:
        made.add_argument(
            f"--{setting.flag}",
            metavar=setting.metavar,
            help=setting.help.replace("%", "%%"),
            action="append",
            dest=setting.name,
        )
    return made


def load(argv: Sequence[str], environ: Mapping[str, str], checkout: Path) -> tuple[str, Config]:
    """The command and the settings. Raises BadSettingsError with every problem there is, one sentence each."""
    given, unknown = parser().parse_known_args(argv)
    problems = [_unknown_flag(word) for word in unknown] + _unknown_variables(environ)
    # the words after an unknown flag are most likely meant as its value
    if not unknown and given.command not in ([], ["serve"], ["admin-link"]):
        problems.append(f"There is no command “{' '.join(given.command)}”, only serve and admin-link.")
    fields: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        source, texts = _texts(setting, getattr(given, setting.name), environ)
        if not texts:
            continue
        sources[setting.name] = source
        try:
            read = [setting.read(text) for text in texts]
        except ValueError as error:
            problems.append(f"{source}: {error}.")
            continue
        fields[setting.name] = tuple(read) if setting.many else read[-1]
    _defaults(fields, sources, environ, checkout)
    problems += cross_check(fields, sources)
    if problems:
        raise BadSettingsError(problems)
    return "".join(given.command) or "serve", Config(**fields)


def _texts(setting: Setting, flags: list[str] | None, environ: Mapping[str, str]) -> tuple[str, list[str]]:
    if flags:
        return f"--{setting.flag}", flags
    text = environ.get(setting.variable, "").strip()
    if not text:
        return setting.variable, []
    return setting.variable, text.split() if setting.many else [text]


def _unknown_flag(word: str) -> str:
    close = difflib.get_close_matches(word.partition("=")[0], [f"--{setting.flag}" for setting in SETTINGS], 1)
    return f"There is no setting {word.partition('=')[0]}." + (f" Did you mean {close[0]}?" if close else "")


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = [setting.variable for setting in SETTINGS]
    problems = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            problems.append(f"There is no setting {name}." + (f" Did you mean {close[0]}?" if close else ""))
    return problems


def _defaults(fields: dict[str, Any], sources: Mapping[str, str], environ: Mapping[str, str], checkout: Path) -> None:
    fields.setdefault("data_dir", checkout / "recordings")
    fields.setdefault("master_key_file", config_dir(environ) / "master.key")
    fields.setdefault("host", "127.0.0.1")
    if "rooms" not in sources:
        alone = "public_url" not in sources and is_loopback(fields["host"])
        fields["rooms"] = Rooms.CODE if "room_code" in sources else Rooms.ANYONE if alone else Rooms.ADMIN


def config_dir(environ: Mapping[str, str]) -> Path:
    """Where this person's settings lie (XDG base directories); may not exist yet."""
    base = environ.get("XDG_CONFIG_HOME", "")
    # the specification: a relative path there is to be ignored
    return (Path(base) if Path(base).is_absolute() else Path(os.path.expanduser("~/.config"))) / "visavis"  # noqa: PTH111


def cross_check(fields: Mapping[str, Any], sources: Mapping[str, str]) -> list[str]:
    """What is wrong only together. Settings that could not be read are not in `fields` and were told already."""
    return [*_check_https(fields, sources), *_check_rooms(fields, sources), *_check_places(fields)]


def _check_https(fields: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    if ("tls_cert" in given) != ("tls_key" in given):
        yield "--tls-cert and --tls-key belong together: give both."
    if "tls_trial" in given and "tls_cert" in given:
        yield "--tls trial makes its own certificate: leave --tls-cert and --tls-key out."
    tls = "tls_trial" in given or "tls_cert" in given
    url = fields.get("public_url", "")
    if url.startswith("https:") and not tls and "trusted_proxies" not in given:
        yield (
            "--public-url begins with https, but this server has no certificate. Name the proxy before it with "
            "--trusted-proxy (127.0.0.1 if it runs on this machine), or give --tls-cert and --tls-key."
        )
    if url.startswith("http:") and tls:
        yield "--public-url begins with http, but this server speaks https."


def _check_rooms(fields: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    rooms = fields.get("rooms")
    if rooms is Rooms.CODE and "room_code" not in given:
        yield "--rooms code needs --room-code."
    if "room_code" in given and rooms is not None and rooms is not Rooms.CODE:
        yield f"--room-code has no meaning with --rooms {rooms}."


def _check_places(fields: Mapping[str, Any]) -> Iterator[str]:
    if fields["master_key_file"].resolve().is_relative_to(fields["data_dir"].resolve()):
        yield "The master key lies in the data directory: a backup of one would hold both. Use --master-key-file."
    first, last = fields.get("media_ports", (40000, 40199)) or (0, 0)
    stun_port = fields.get("stun_port", 3478)
    if stun_port and first <= stun_port <= last:
        yield f"--stun-port {stun_port} lies within --media-ports {first}-{last}."
    room, server = fields.get("max_room_bytes", 20 * GIB), fields.get("max_server_bytes", 200 * GIB)
    if room > server:
        yield "--max-room-bytes is more than --max-server-bytes."
