"""Byte ranges against the bytes themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import VisavisError
from server.handlers.byte_range import parse_range


@given(first=st.integers(0, 300) | st.none(), last=st.integers(0, 300) | st.none(), size=st.integers(0, 200))
def test_a_single_range_is_what_rfc_9110_says(first: int | None, last: int | None, size: int) -> None:
    data = bytes(range(200))[:size]
    suffix = data[-last:] if last else b""
    wanted = suffix if first is None else data[first : None if last is None else last + 1]
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if wanted:
        found = parse_range(header, size)
        assert found is not None
        assert data[slice(*found)] == wanted
    else:
        with pytest.raises(VisavisError) as refused:
            parse_range(header, size)
        assert (refused.value.status, refused.value.more) == (416, {"size": size})


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "bytes=a-b", "bytes=-", "chunks=0-1", "", "bytes=9" * 100])
def test_other_ranges_are_refused(header: str) -> None:
    with pytest.raises(VisavisError) as refused:
        parse_range(header, 100)
    assert refused.value.status == 416
