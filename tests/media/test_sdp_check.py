import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.errors import VisavisError
from server.media.sdp_answer import LocalTransport, setup_role, write_answer
from server.media.sdp_check import MAX_BYTES, CheckedOffer, Fingerprint, check_offer

PRINT = ":".join(["AB"] * 32)
TRANSPORT = f"""\
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host generation 0
a=candidate:2 1 udp 2113937151 b7d4.local 50000 typ host
a=end-of-candidates
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
"""
AUDIO = f"""\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8
{TRANSPORT}a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=msid:s t
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=ssrc:1 cname:x
"""
VIDEO = f"""\
m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104
{TRANSPORT}a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:103 H264/90000
a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:104 rtx/90000
a=fmtp:104 apt=103
"""
SESSION = """\
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS s
"""
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n" + TRANSPORT + "a=mid:2\na=sctp-port:5000\n"
GOOD = (SESSION + AUDIO + VIDEO).replace("\n", "\r\n")
LOCAL = LocalTransport("ufrag", "password", (Fingerprint("sha-256", PRINT),), (("192.0.2.9", 40000), ("::1", 40001)))


def test_reads_what_a_browser_offers() -> None:
    offer = check_offer(GOOD)
    assert [(s.kind, s.mid, s.payload, s.rtx) for s in offer.sections] == [
        ("audio", "0", 111, None),
        ("video", "1", 96, 97),
    ]
    assert offer.video
    assert (offer.ufrag, offer.password) == ("abcd", "abcdefghijklmnopqrstuv")
    assert offer.fingerprints == (Fingerprint("sha-256", PRINT),)
    assert setup_role(offer) == "active"


def test_no_candidate_of_the_browsers_gets_through() -> None:
    answer = write_answer(check_offer(GOOD), LOCAL)
    assert "192.0.2.1 " not in answer
    assert ".local" not in answer
    assert "192.0.2.9 40000 typ host" in answer


def test_answer_locks_the_leg_to_its_codecs_and_receives_only() -> None:
    answer = write_answer(check_offer(GOOD), LOCAL)
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" in answer
    assert "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n" in answer
    assert answer.count("a=recvonly") == 2
    assert "H264" not in answer
    assert "x-google-start-bitrate=1000" in answer


def test_camera_is_refused_where_it_was_not_announced() -> None:
    offer = check_offer(GOOD, video=False)
    assert not offer.video
    answer = write_answer(offer, LOCAL)
    assert "m=video 0 " in answer
    assert "a=group:BUNDLE 0\r\n" in answer


def without(line: str) -> str:
    assert line in GOOD
    return GOOD.replace(line, "")


REFUSED = {
    "": "not_sdp",
    "hello": "not_sdp",
    "v=0\r\ns=-": "no_media",
    GOOD + "a=x:" + "y" * MAX_BYTES: "too_long",
    GOOD.replace("cname:x", "cname:ä"): "not_text",
    GOOD.replace("cname:x", "cname:\0"): "not_text",
    GOOD + VIDEO * 3: "too_many_sections",
    GOOD + DATA: "data_channel",
    GOOD + DATA.replace("application", "message"): "media_kind",
    GOOD.replace("m=audio 9", "m=audio 999999"): "media_line",
    GOOD.replace("m=audio 9", "m=audio 0"): "port",
    GOOD.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"): "profile",
    GOOD.replace("a=sendonly", "a=recvonly"): "direction",
    GOOD.replace("a=sendonly\r\n", ""): "direction",
    GOOD.replace("a=rtcp-mux\r\n", ""): "rtcp_mux",
    GOOD.replace("a=mid:1", "a=mid:0"): "mid",
    GOOD.replace("opus/48000/2", "speex/48000/2"): "no_opus",
    GOOD.replace("VP8/90000", "VP9/90000"): "no_vp8",
    GOOD.replace("a=rtpmap:96 VP8/90000", "a=rtpmap:72 VP8/90000").replace(" 96 ", " 72 "): "no_vp8",
    GOOD.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"): "bundle",
    GOOD.replace("a=ice-ufrag:abcd", "a=ice-ufrag:a"): "ice_ufrag",
    GOOD.replace("a=ice-ufrag:abcd", "a=ice-ufrag:" + "a" * 300): "ice_ufrag",
    GOOD.replace("a=ice-pwd:abcd", "a=ice-pwd:ab cd"): "ice_pwd",
    GOOD.replace("sha-256 AB", "sha-256 XY"): "fingerprint",
    GOOD.replace("sha-256", "md5"): "fingerprint",
    GOOD.replace("a=setup:actpass", "a=setup:holdconn"): "setup",
    GOOD.replace("s=-", "a=ice-lite"): "ice_lite",
    (SESSION + VIDEO).replace("\n", "\r\n"): "no_audio",
}


@pytest.mark.parametrize(("sdp", "reason"), REFUSED.items(), ids=list(REFUSED.values()))
def test_refused(sdp: str, reason: str) -> None:
    with pytest.raises(VisavisError) as caught:
        check_offer(sdp)
    assert caught.value.code == "sdp_refused"
    assert caught.value.more == {"reason": reason}


LINES = GOOD.splitlines()
FRAGMENTS = st.sampled_from(
    [*LINES, "m=", "a=", "a=rtpmap:", "a=fmtp:97 apt=", "m=audio 9 UDP/TLS/RTP/SAVPF", "a=mid:", "a=fingerprint: "]
)
MANGLED = st.lists(st.one_of(FRAGMENTS, FRAGMENTS, st.text(max_size=40)), max_size=60).map("\r\n".join)


def edited(edits: list[tuple[int, str]]) -> str:
    text = list(GOOD)
    for at, change in edits:
        text[at % len(text)] = change
    return "".join(text)


@settings(max_examples=120, deadline=None)
@given(
    st.one_of(
        MANGLED,
        st.text(max_size=300),
        st.lists(st.tuples(st.integers(0, 5000), st.text(max_size=3)), max_size=8).map(edited),
    )
)
@example("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:\ud800")
def test_nothing_but_a_refusal_ever_comes_out(sdp: str) -> None:
    outcome = checked(sdp)
    if isinstance(outcome, CheckedOffer):
        write_answer(outcome, LOCAL)
    else:
        assert outcome.code == "sdp_refused"
        assert outcome.more["reason"]


def checked(sdp: str) -> CheckedOffer | VisavisError:
    try:
        return check_offer(sdp)
    except VisavisError as error:
        return error


@pytest.mark.parametrize(
    "sdp",
    [
        GOOD + "a=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n" * 200,
        GOOD + ("a=fmtp:97 " + "; " * 5000 + "apt=\r\n"),
        GOOD.replace("a=fmtp:97 apt=96", "a=fmtp:97 " + " ;apt=9" * 1400),
        GOOD.replace(f"sha-256 {PRINT}", "sha-256 " + "AB:" * 4000),
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF" + " 1" * 7000,
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 1\r\n" * 500,
        "x" * 10_000_000,
    ],
    ids=["candidates", "spaces", "apts", "fingerprint", "formats", "sections", "huge"],
)
def test_work_is_bounded(sdp: str) -> None:
    before = time.process_time()
    checked(sdp)
    # Of CPU, and a hundred times what it takes: quadratic work would show.
    assert time.process_time() - before < 0.5
