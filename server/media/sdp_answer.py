"""Writes a leg's answer (RFC 8829, RFC 8839, RFC 8842, RFC 9143) from what was understood of the offer."""

import secrets
from collections.abc import Sequence

from msgspec import Struct

from server.media.sdp_check import CheckedOffer, Fingerprint, Section

START_KBIT = 1000
"""Chromium begins at this rate; without it a leg creeps up from 0.2 Mb/s. It means nothing to other browsers."""


class LocalTransport(Struct, frozen=True):
    """Our side: `candidates` are (address, port), best first."""

    ufrag: str
    password: str
    fingerprints: tuple[Fingerprint, ...]
    candidates: tuple[tuple[str, int], ...]


def setup_role(offer: CheckedOffer) -> str:
    """Our DTLS role (RFC 8842 section 5.3): the client wherever the browser leaves the choice. The client speaks first,
    after its checks have proved the peer, so a stranger's ClientHello has nobody to answer it."""
    return "passive" if offer.setup == "active" else "active"


def write_answer(offer: CheckedOffer, local: LocalTransport) -> str:
    """The SDP answer: receive only, VP8 and Opus only, all in one bundle, complete with candidates."""
    mids = " ".join(section.mid for section in offer.sections if section.accepted)
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS",
    ]
    for section in offer.sections:
        lines += _section(section, local, setup_role(offer)) if section.accepted else _refused(section)
    return "\r\n".join(lines) + "\r\n"


def _refused(section: Section) -> list[str]:
    return [
        f"m={section.kind} 0 UDP/TLS/RTP/SAVPF {section.payload}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        f"a=mid:{section.mid}",
        # A format that is listed must be described, and one that is not must not.
        f"a=rtpmap:{section.payload} {'opus/48000/2' if section.kind == 'audio' else 'VP8/90000'}",
    ]


def _section(section: Section, local: LocalTransport, setup: str) -> list[str]:
    payloads = [section.payload] if section.rtx is None else [section.payload, section.rtx]
    return [
        f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, payloads))}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.password}",
        *(f"a=fingerprint:{print_.algorithm} {print_.value}" for print_ in local.fingerprints),
        f"a=setup:{setup}",
        f"a=mid:{section.mid}",
        "a=recvonly",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *_codec(section),
        *_candidates(local.candidates),
        "a=end-of-candidates",
    ]


def _codec(section: Section) -> list[str]:
    payload = section.payload
    if section.kind == "audio":
        return [f"a=rtpmap:{payload} opus/48000/2", f"a=fmtp:{payload} minptime=10;useinbandfec=1"]
    lines = [
        f"a=rtpmap:{payload} VP8/90000",
        f"a=rtcp-fb:{payload} nack",
        f"a=rtcp-fb:{payload} nack pli",
        f"a=fmtp:{payload} x-google-start-bitrate={START_KBIT}",
    ]
    if section.rtx is not None:
        lines += [f"a=rtpmap:{section.rtx} rtx/90000", f"a=fmtp:{section.rtx} apt={payload}"]
    return lines


def _candidates(candidates: Sequence[tuple[str, int]]) -> list[str]:
    return [
        f"a=candidate:{index + 1} 1 udp {(126 << 24) + ((65535 - index) << 8) + 255} {host} {port} typ host"
        for index, (host, port) in enumerate(candidates)
    ]
