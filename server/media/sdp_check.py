"""Bounds on a leg's offer, before anything else reads it."""

from msgspec import Struct


class CheckedOffer(Struct, frozen=True):
    """`sdp`: rewritten from what was understood, without candidates. `video`: whether it brings a camera."""

    sdp: str
    video: bool


def check_offer(sdp: str) -> CheckedOffer:
    """Raises VisavisError `sdp_refused` with more={"reason": …} for anything but a bounded, send-only (or sendrecv)
    offer of VP8 and Opus over one DTLS transport."""
    raise NotImplementedError
