"""Whatever comes over one socket, it survives or closes cleanly, and the partner notices nothing worse than that."""

import asyncio
from typing import Any

import msgspec
import pytest
from aiohttp import ClientConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.from_browser import FromBrowser
from server.domain.values import Seat
from tests.live.house import House, Tab, meeting_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


TAGS = [struct.__struct_config__.tag for struct in FromBrowser.__args__]
FIELDS = sorted({field for struct in FromBrowser.__args__ for field in struct.__struct_encode_fields__})

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(TAGS)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
objects = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), values, max_size=6)
messages_like = st.tuples(st.sampled_from(TAGS) | scalars, objects).map(lambda made: {**made[1], "type": made[0]})
texts = st.text(max_size=200) | messages_like.map(_json) | st.just("[" * 5000) | st.just('{"type":')
frames = st.lists(texts | st.binary(max_size=100), min_size=1, max_size=8)


async def test_the_corpus_of_known_nastiness(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    for text in (
        "",
        "null",
        "[]",
        "{}",
        '{"type":7}',
        '{"type":"hello"}',
        '{"type":"leave","more":1}',
        '{"type":"pulse","n":-1}',
        '{"type":"pulse","n":99999999999999999999999999999999999}',
        '{"type":"pulse","n":1e400}',
        '{"type":"signal","page":"../../etc/passwd"}',
        '{"type":"break_propose","minutes":31}',
        '{"type":"consent_ask","language":"en","time_zone":"../../../etc/passwd"}',
        '{"type":"leg_offer","recording":"aaaaaaaaaaaaaaaa","run":0,"sdp":"","video":true}',
        '{"type":"media","microphone":"on","camera":"on","type":"leave"}x',
        '{"a":' * 3000,
        '"\\ud800"',
    ):
        await mentee.line.send_str(text)
        await mentee.expect("error")
        await mentee.quiet()
        house.advance(1000)
    await mentor.quiet()
    assert mentor.view["seats"]["mentee"]["presence"] == "here"
    assert not [message for message in mentor.inbox if message["type"] not in ("room", "chime")]


async def test_an_odd_time_zone_is_read_in_utc(house: House) -> None:
    mentor, _ = await meeting_in(house)
    for zone in ("Europe", "posix", "A/B/C", "-", "Europe/Copenhagen/"):
        await mentor.send("consent_ask", language="xx", time_zone=zone)
        words = await mentor.expect("consent_words")
        assert words["language"] == "en"
        assert any("(UTC)" in text for _, text in words["rows"])


async def test_whatever_comes_the_partner_is_unharmed(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    loop, tab = asyncio.get_running_loop(), mentee

    async def throw(sent: list[str | bytes]) -> Tab:
        house.advance(10_000)
        line = tab.line if not tab.line.closed else (await mentee.browser.enter(mentee.room_id, Seat.MENTEE)).line
        current = next(made for made in mentee.browser.tabs if made.line is line)
        for frame in sent:
            try:
                await (line.send_str(frame) if isinstance(frame, str) else line.send_bytes(frame))
            except ClientConnectionError:
                break
        if not line.closed:
            try:
                await current.quiet()
            except (AssertionError, ClientConnectionError):
                await current.closed()
        await mentor.quiet()
        house.advance(60_000)
        return current

    # hypothesis is synchronous: it draws the frames, the loop of the test throws them
    drawn: list[list[str | bytes]] = []

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(frames)
    def draw(sent: list[str | bytes]) -> None:
        drawn.append(sent)

    draw()
    for sent in drawn:
        tab = await throw(sent)
    loop.set_exception_handler(None)
    assert failures == []
    assert not [message for message in mentor.inbox if message["type"] == "error"]
