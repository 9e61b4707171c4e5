"""A recording that begins while the mentor's line is down, from the real page to the real player, in Node."""

import base64
from pathlib import Path
from typing import Any

import pytest

from server.domain.values import Seat
from tests.live.house import open_house, pair_in
from tests.live.pages import Pages, cookies_of, pages_of
from tests.live.sharing import SharingTab, share
from tests.live.tape import Tape, content_of, frames_of, numbers_of, parts_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def written(pages: Pages, page: str, word: str, *readers: str) -> None:
    """A word in the text both write, until all who are named have read it."""
    await pages.tell("write", page, words=[word], random=3)
    for reader in (page, *readers):
        await pages.see(reader, lambda state: word in state["text"])


async def passed_on(tab: SharingTab, word: str) -> None:
    """The server has numbered it, and a page by the side has heard it."""
    await tab.expect("entry", lambda message: word.encode() in (message[6] or b""))


async def given(pages: Pages, page: str) -> tuple[bytes, int, bool]:
    told = await pages.tell("stored", page)
    return base64.b64decode(told["update"]), told["upto"], told["behind"]


async def test_what_the_mentors_page_had_not_read_is_played_from_the_start(tmp_path: Path, script: Path) -> None:
    async with open_house(tmp_path) as house, pages_of(script) as pages:
        mentor, mentee, room = await pair_in(house)
        for page, browser, seat in (("hers", mentor, Seat.MENTOR), ("his", mentee, Seat.MENTEE)):
            await pages.open(page, house.url, room, seat, cookies_of(browser, house.url))
            await pages.see(page, lambda state: state["ready"] and not state["missing"])
        tab = await share(mentee, room, Seat.MENTEE)
        await written(pages, "hers", "zzztogether", "his")
        await pages.tell("erase", "hers", random=0)
        await pages.see("his", lambda state: "zzz" not in state["text"])
        upto = 0
        while upto < 2:
            await pages.tell("next", "hers")
            document, upto, behind = await given(pages, "hers")
        assert (b"zzz" in document, b"together" in document, behind) == (False, True, False)

        await pages.tell("cut", "hers")
        await pages.see("hers", lambda state: state["phase"] != "open")
        await written(pages, "his", "meanwhile")
        await passed_on(tab, "meanwhile")
        await written(pages, "hers", "unsent")
        tape = Tape(house, tab)
        await tape.open()
        house.advance(10_000)
        shared = await tape.run()
        document, again, behind = await given(pages, "hers")
        assert (again, behind, b"unsent" in document) == (upto, True, False)
        await shared.begin(Seat.MENTOR, document, again, await content_of(tab))
        house.advance(10_000)
        await pages.tell("mend", "hers")
        await pages.see("his", lambda state: "unsent" in state["text"])
        await written(pages, "his", "afterwards", "hers")
        await passed_on(tab, "afterwards")
        await tape.end_run(shared)
        await tape.end()

        [part] = await parts_of(mentor, room, tape.id)
        numbers = numbers_of(await frames_of(mentor, room, tape.id, part))
        assert numbers == list(range(upto + 1, numbers[-1] + 1))
        played = await replayed(pages, await raw(mentor, room, tape.id, part["id"]), tape.started_ms)
        start, end = (played[when]["text"] for when in ("start", "end"))
        assert ("together" in start, "meanwhile" in start, "unsent" in start) == (True, True, False)
        assert end == (await pages.state("his"))["text"]
        assert not played["start"]["pending"]
        assert not played["end"]["pending"]


async def raw(browser: Any, room: str, recording: str, part: str) -> bytes:
    status, octets = await browser.ask("GET", f"/api/rooms/{room}/recordings/{recording}/parts/{part}")
    assert status == 200
    return bytes(octets)


async def replayed(pages: Pages, part: bytes, started_ms: int) -> Any:
    return await pages.tell("replay", "", words=[base64.b64encode(part).decode()], at=started_ms)
