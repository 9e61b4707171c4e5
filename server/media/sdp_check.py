"""Bounds on a leg's offer, before anything else reads it.

The offer is read here once, line by line, into a few fields; the answer is written from those (`sdp_answer`), and
aiortc never sees a browser's text. Candidates are not even looked at: the server learns the browser's address from its
authenticated checks, so that nobody can make it send datagrams to an address of their choice.
"""

import re
from typing import NoReturn

from msgspec import Struct

from server.errors import VisavisError

MAX_BYTES = 16 * 1024
MAX_SECTIONS = 4
_MAX_FINGERPRINTS = 4
_DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_DIRECTIONS = ("sendonly", "sendrecv", "recvonly", "inactive")
_M_LINE = re.compile(r"m=([a-z]{1,16}) ([0-9]{1,5}) ([A-Z/]{1,32})((?: [0-9A-Za-z-]{1,24}){1,64})")
_ICE_CHARS = re.compile(r"[A-Za-z0-9+/]+")
_MID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_RTPMAP = re.compile(r"([0-9]{1,3}) ([A-Za-z0-9_.-]{1,32})/([0-9]{1,6})(?:/([0-9]{1,2}))?")
_APT = re.compile(r"([0-9]{1,3}) (?:.{0,200};)? ?apt=([0-9]{1,3})(?:;.{0,200})?")


class Fingerprint(Struct, frozen=True):
    algorithm: str
    value: str


class Section(Struct, frozen=True):
    """One m-section. `payload` is Opus's or VP8's payload type, `rtx` that of VP8's retransmissions."""

    kind: str
    mid: str
    accepted: bool
    payload: int
    rtx: int | None = None


class CheckedOffer(Struct, frozen=True):
    """What a leg needs of an offer. `video`: whether it brings a camera."""

    sections: tuple[Section, ...]
    ufrag: str
    password: str
    fingerprints: tuple[Fingerprint, ...]
    setup: str

    @property
    def video(self) -> bool:
        return any(section.kind == "video" and section.accepted for section in self.sections)


def check_offer(sdp: str, video: bool = True) -> CheckedOffer:
    """Raises VisavisError `sdp_refused` with more={"reason": …} for anything but a bounded offer to send VP8 and Opus
    over one DTLS transport. Without `video` an offered camera is left out."""
    lines = _lines(sdp)
    starts = [i for i, line in enumerate(lines) if line.startswith("m=")]
    if not starts:
        _refuse("no_media")
    if len(starts) > MAX_SECTIONS:
        _refuse("too_many_sections")
    session = lines[: starts[0]]
    blocks = [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if "a=ice-lite" in lines:
        _refuse("ice_lite")
    sections = _accept([_section(block) for block in blocks], video)
    accepted = [section for section in sections if section.accepted]
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids):
        _refuse("mid")
    # With BUNDLE (RFC 9143) one transport carries all; the first section that is accepted describes it.
    first = blocks[sections.index(accepted[0])]
    if len(accepted) > 1:
        _check_bundle(session, accepted)
    types = [t for section in accepted for t in (section.payload, section.rtx) if t is not None]
    if len(set(types)) != len(types):
        _refuse("payload_types")
    return CheckedOffer(
        sections=sections,
        ufrag=_credential(first, session, "ice-ufrag", 4),
        password=_credential(first, session, "ice-pwd", 22),
        fingerprints=_fingerprints(first, session),
        setup=_setup(first, session),
    )


def _refuse(reason: str) -> NoReturn:
    raise VisavisError("sdp_refused", f"the leg's offer was refused: {reason}", 400, reason=reason)


def _lines(sdp: str) -> list[str]:
    # Count characters first: encoding a huge text only to refuse it would be work for nothing.
    if len(sdp) > MAX_BYTES or len(sdp.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        _refuse("too_long")
    if not sdp.isascii() or "\0" in sdp:
        _refuse("not_text")
    lines = [line for line in sdp.replace("\r\n", "\n").split("\n") if line]
    if not lines or lines[0] != "v=0":
        _refuse("not_sdp")
    if any(len(line) < 2 or line[1] != "=" or "\r" in line for line in lines):
        _refuse("not_sdp")
    return lines


def _section(block: list[str]) -> Section:
    match = _M_LINE.fullmatch(block[0])
    if match is None:
        _refuse("media_line")
    kind, port, profile, formats = match[1], int(match[2]), match[3], match[4].split()
    if kind == "application":
        _refuse("data_channel")
    if kind not in ("audio", "video"):
        _refuse("media_kind")
    if profile != "UDP/TLS/RTP/SAVPF":
        _refuse("profile")
    mid = _one(block, "mid")
    if mid is None or _MID.fullmatch(mid) is None:
        _refuse("mid")
    if port == 0 and "a=bundle-only" not in block:
        _refuse("port")
    directions = [line[2:] for line in block if line[2:] in _DIRECTIONS and line.startswith("a=")]
    if directions not in (["sendonly"], ["sendrecv"]):
        _refuse("direction")
    if "a=rtcp-mux" not in block:
        _refuse("rtcp_mux")
    payload, rtx = _codec(block, kind, formats)
    return Section(kind=kind, mid=mid, accepted=True, payload=payload, rtx=rtx)


def _codec(block: list[str], kind: str, formats: list[str]) -> tuple[int, int | None]:
    wanted = ("opus", 48000, "2") if kind == "audio" else ("vp8", 90000, None)
    payload: int | None = None
    retransmissions: set[int] = set()
    for value in _all(block, "rtpmap"):
        match = _RTPMAP.fullmatch(value)
        if match is None:
            _refuse("rtpmap")
        number, name, rate = int(match[1]), match[2].lower(), int(match[3])
        if match[1] not in formats or not _dynamic(number):
            continue
        if (name, rate, match[4]) == wanted and payload is None:
            payload = number
        elif name == "rtx" and rate == wanted[1]:
            retransmissions.add(number)
    if payload is None:
        _refuse("no_opus" if kind == "audio" else "no_vp8")
    for value in _all(block, "fmtp"):
        match = _APT.fullmatch(value)
        if match is not None and int(match[2]) == payload and int(match[1]) in retransmissions:
            return payload, int(match[1])
    return payload, None


def _dynamic(number: int) -> bool:
    """Payload types that cannot be taken for RTCP when both share a port (RFC 5761 section 4)."""
    return 35 <= number <= 63 or 96 <= number <= 127


def _accept(sections: list[Section], video: bool) -> tuple[Section, ...]:
    """The first of each kind is taken; what is left over is answered as refused."""
    seen: set[str] = set() if video else {"video"}
    accepted = []
    for section in sections:
        accepted.append(Section(section.kind, section.mid, section.kind not in seen, section.payload, section.rtx))
        seen.add(section.kind)
    if not any(section.accepted and section.kind == "audio" for section in accepted):
        _refuse("no_audio")
    return tuple(accepted)


def _check_bundle(session: list[str], accepted: list[Section]) -> None:
    groups = [value.split()[1:] for value in _all(session, "group") if value.split()[:1] == ["BUNDLE"]]
    if len(groups) != 1 or any(section.mid not in groups[0] for section in accepted):
        _refuse("bundle")


def _all(block: list[str], name: str) -> list[str]:
    prefix = f"a={name}:"
    return [line[len(prefix) :] for line in block if line.startswith(prefix)]


def _one(block: list[str], name: str) -> str | None:
    values = _all(block, name)
    return values[0] if len(values) == 1 else None


def _credential(block: list[str], session: list[str], name: str, shortest: int) -> str:
    """RFC 8839 section 5.4: at most 256 ice-chars."""
    value = _one(block, name) or _one(session, name)
    if value is None or not shortest <= len(value) <= 256 or _ICE_CHARS.fullmatch(value) is None:
        _refuse(name.replace("-", "_"))
    return value


def _fingerprints(block: list[str], session: list[str]) -> tuple[Fingerprint, ...]:
    values = _all(block, "fingerprint") or _all(session, "fingerprint")
    if not 1 <= len(values) <= _MAX_FINGERPRINTS:
        _refuse("fingerprint")
    found = []
    for text in values:
        algorithm, _, value = text.partition(" ")
        size = _DIGEST_BYTES.get(algorithm.lower())
        if size is None:
            continue
        if re.fullmatch(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*", value) is None or len(value) != 3 * size - 1:
            _refuse("fingerprint")
        found.append(Fingerprint(algorithm.lower(), value.upper()))
    if not found:
        _refuse("fingerprint")
    return tuple(found)


def _setup(block: list[str], session: list[str]) -> str:
    value = _one(block, "setup") or _one(session, "setup")
    if value not in ("actpass", "passive", "active"):
        _refuse("setup")
    return value
