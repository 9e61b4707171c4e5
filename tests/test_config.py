"""Settings: flags and variables say the same, and everything wrong is told at once."""

import dataclasses
from pathlib import Path

import pytest

from server.config import GIB, BadSettingsError, Config, Rooms
from server.options import SETTINGS, load, parser

HERE = Path("/srv/visavis")


def read(*argv: str, **environ: str) -> Config:
    return load(argv, {"XDG_CONFIG_HOME": "/home/ann/.config", **environ}, HERE)[1]


def problems(*argv: str, **environ: str) -> list[str]:
    with pytest.raises(BadSettingsError) as caught:
        read(*argv, **environ)
    return caught.value.problems


def test_without_settings_only_this_machine_can_connect() -> None:
    config = read()
    assert (config.host, config.port, config.rooms) == ("127.0.0.1", 8080, Rooms.ANYONE)
    assert config.data_dir == HERE / "recordings"
    assert config.master_key_file == Path("/home/ann/.config/visavis/master.key")
    assert config.loopback
    assert not config.tls


def test_config_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().port = 1  # type: ignore[misc]


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        "--port", "80800", "--public-url", "meet.example.org", "--media-ports", "9", "--rooms", "all", "--prot", "1",
        "--tls-cert", "/nowhere/cert.pem", VISAVIS_STUN_PROT="1", VISAVIS_TRUSTED_PROXY="10.0.0.1 proxy",
    )  # fmt: skip
    said = "\n".join(found)
    assert "--port: “80800” is no whole number from 0 to 65535." in found
    for part in ["--public-url:", "--media-ports:", "--rooms: “all”", "/nowhere/cert.pem", "“proxy”"]:
        assert part in said
    assert "There is no setting --prot. Did you mean --port?" in found
    assert "There is no setting VISAVIS_STUN_PROT. Did you mean VISAVIS_STUN_PORT?" in found
    assert "--tls-cert and --tls-key belong together: give both." in found
    assert len(found) == 9


def test_every_setting_is_a_field_a_flag_and_a_variable() -> None:
    fields = {field.name for field in dataclasses.fields(Config)}
    assert {setting.name for setting in SETTINGS} == fields
    help_text = parser().format_help()
    for setting in SETTINGS:
        assert f"--{setting.flag}" in help_text


@pytest.mark.parametrize(
    ("flag", "text", "field", "value"),
    [
        ("host", "[::1]", "host", "::1"),
        ("host", "0.0.0.0", "host", "0.0.0.0"),
        ("port", "0", "port", 0),
        ("stun-port", "off", "stun_port", None),
        ("media-ports", "50000-50099", "media_ports", (50000, 50099)),
        ("max-room-bytes", "500M", "max_room_bytes", 500 * 1024**2),
        ("min-free-bytes", "2GiB", "min_free_bytes", 2 * GIB),
        ("log-level", "WARNING", "log_level", "warning"),
        ("log-json", "yes", "log_json", True),
        ("tls", "trial", "tls_trial", True),
        ("data-dir", "/srv/data", "data_dir", Path("/srv/data")),
        ("max-recording-minutes", "90", "max_recording_minutes", 90),
    ],
)
def test_flag_and_variable_say_the_same(flag: str, text: str, field: str, value: object) -> None:
    assert getattr(read(f"--{flag}", text), field) == value
    assert getattr(read(**{f"VISAVIS_{flag.upper().replace('-', '_')}": text}), field) == value


def test_a_flag_wins_over_a_variable() -> None:
    assert read("--port", "1234", VISAVIS_PORT="80").port == 1234


def test_lists_come_from_repeated_flags_or_spaces() -> None:
    flags = read("--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8")
    assert flags.trusted_proxies == read(VISAVIS_TRUSTED_PROXY="127.0.0.1 10.0.0.0/8").trusted_proxies
    assert [str(network) for network in flags.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]


def test_ice_servers_carry_their_login() -> None:
    found = read(VISAVIS_ICE_SERVER="stun:stun.example.org:3478 turns:turn.example.org:5349?transport=tcp,ann,secret")
    assert [server.urls for server in found.ice_servers] == [
        ["stun:stun.example.org:3478"],
        ["turns:turn.example.org:5349?transport=tcp"],
    ]
    assert (found.ice_servers[1].username, found.ice_servers[1].credential) == ("ann", "secret")


@pytest.mark.parametrize("text", ["turn:turn.example.org", "stun:a,b,c", "http://a", "stun:", "stun:a b"])
def test_ice_servers_are_checked(text: str) -> None:
    assert problems("--ice-server", text)[0].startswith("--ice-server: ")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://meet.example.org", "https://meet.example.org"),
        ("https://Meet.example.org:443/", "https://meet.example.org"),
        ("https://meet.example.org:8443", "https://meet.example.org:8443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_public_address_is_a_host(text: str, value: str) -> None:
    assert read("--public-url", text, "--trusted-proxy", "127.0.0.1").public_url == value


@pytest.mark.parametrize(
    "text", ["meet.example.org", "ftp://a", "https://a/b", "https://a?b", "https://u@a", "https://a:b", "https://"]
)
def test_a_public_address_must_be_a_host(text: str) -> None:
    assert problems("--public-url", text, "--trusted-proxy", "127.0.0.1")[0].startswith("--public-url: ")


def test_https_outside_needs_a_certificate_or_a_proxy() -> None:
    assert "--trusted-proxy (127.0.0.1" in problems("--public-url", "https://meet.example.org")[0]


@pytest.mark.parametrize(
    ("argv", "rooms"),
    [
        ([], Rooms.ANYONE),
        (["--host", "0.0.0.0"], Rooms.ADMIN),
        (["--public-url", "https://a.example", "--trusted-proxy", "127.0.0.1"], Rooms.ADMIN),
        (["--host", "0.0.0.0", "--rooms", "anyone"], Rooms.ANYONE),
        (["--room-code", "open sesame"], Rooms.CODE),
    ],
)
def test_not_everyone_on_the_net_may_create_rooms_unless_said(argv: list[str], rooms: Rooms) -> None:
    assert read(*argv).rooms is rooms


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--rooms", "code"], "needs --room-code"),
        (["--rooms", "admin", "--room-code", "open sesame"], "has no meaning"),
        (["--data-dir", "/srv/d", "--master-key-file", "/srv/d/key"], "The master key lies in the data directory"),
        (["--stun-port", "40010"], "lies within --media-ports"),
        (["--max-room-bytes", "1T"], "is more than --max-server-bytes"),
        (["--media-ports", "40000-40001"], "fewer than 4 ports"),
        (["--media-address", "media.example.org"], "is no IP address"),
        (["--port"], "argument --port"),
        (["bake"], "bake"),
    ],
)
def test_what_cannot_work_is_told(argv: list[str], said: str) -> None:
    assert said in " ".join(problems(*argv)).replace("Argument", "argument")


def test_a_secret_in_a_bad_setting_is_not_repeated() -> None:
    assert "hunter2" not in problems("--ice-server", "turn:a,hunter2")[0]
    assert "12345" not in problems("--room-code", "12345")[0]
