"""Certificates: the operator's own, or a trial one signed by nobody but ourselves."""

import datetime
import ipaddress
import os
import socket
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.config import BadSettingsError, Config

TRIAL_DAYS = 397
"""Browsers of today take no certificate that lives longer."""
RENEW_DAYS = 14


def server_context(config: Config) -> ssl.SSLContext | None:
    """What to listen with; None for plain http. Raises BadSettingsError when the files do not fit."""
    if not config.tls:
        return None
    cert, key = config.tls_cert, config.tls_key
    if config.tls_trial:
        cert, key = trial_certificate(config.master_key_file.parent, trial_names(config))
    assert cert is not None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # the browser's WebSocket needs HTTP/1.1, and aiohttp speaks nothing else
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error.strerror or "unreadable"
        raise BadSettingsError([f"--tls-cert and --tls-key cannot be used together: {reason}."]) from None
    return context


def trial_names(config: Config) -> list[str]:
    """Names and addresses under which this machine may be asked for."""
    name = socket.gethostname().lower()
    names = ["localhost", name, f"{name.partition('.')[0]}.local", "127.0.0.1", "::1", *config.media_address]
    if not config.loopback:
        names += own_addresses()
    if config.public_url is not None:
        names.append(config.public_url.partition("://")[2].rpartition(":")[0] or config.public_url.partition("://")[2])
    return sorted({name.strip("[]") for name in names if name})


def own_addresses() -> list[str]:
    """This machine's addresses that lead outside; nothing is sent (connecting UDP only asks the routing table)."""
    found = []
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            try:
                asking.connect((target, 9))
            except OSError:
                continue
            found.append(str(asking.getsockname()[0]).partition("%")[0])
    return found


def trial_certificate(folder: Path, names: list[str], now: datetime.datetime | None = None) -> tuple[Path, Path]:
    """`trial-cert.pem` and `trial-key.pem` in `folder`, made anew when they miss a name or will soon be too old."""
    now = now or datetime.datetime.now(datetime.UTC)
    cert, key = folder / "trial-cert.pem", folder / "trial-key.pem"
    if not (key.exists() and _still_good(cert, names, now)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = ec.generate_private_key(ec.SECP256R1())
        made = _sign(private, names, now)
        form = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        _replace(key, private.private_bytes(form, serialization.PrivateFormat.PKCS8, plain))
        _replace(cert, made.public_bytes(form))
    return cert, key


def _still_good(path: Path, names: list[str], now: datetime.datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    has = {str(name.value) for name in alternatives}
    return has.issuperset(names) and found.not_valid_after_utc - now > datetime.timedelta(days=RENEW_DAYS)


def _sign(private: ec.EllipticCurvePrivateKey, names: list[str], now: datetime.datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Visavis trial")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=TRIAL_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)
