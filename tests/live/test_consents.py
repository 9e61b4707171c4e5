"""Consent as it comes over the wire: words, nonces, signatures, receipts."""

from pathlib import Path
from typing import Any

import pytest

from server.domain import consent
from server.domain.events import OpenRecording
from server.domain.from_browser import ConsentWithdraw
from server.domain.values import Seat
from server.handlers import keys
from server.ids import new_id
from server.store import recordings, retention
from tests.live.house import House, SigningKey, Tab, begin_recording, meeting_in, open_house, pass_seconds

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def receipts_of(tab: Tab) -> list[dict[str, Any]]:
    task = tab.browser.house.hub.peek(tab.room_id)
    assert task is not None
    await task.worker.drain()
    status, said = await tab.browser.ask("GET", f"/api/rooms/{tab.room_id}/receipts")
    assert (status, said["broken_at"]) == (200, None)
    return list(said["receipts"])


async def test_both_yeses_lead_to_a_countdown_and_each_has_a_signed_receipt(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    words = await mentor.ask_words()
    assert consent.words_hash([tuple(row) for row in words["rows"]]) == words["words_hash"]
    assert words["due_ms"] // 60_000 == (house.clock.now_ms() + 30 * 24 * 3600 * 1000) // 60_000
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes"))
    waiting = await mentee.recording("waiting")
    assert waiting["allowed"] == ["mentor"]
    await mentee.agree()
    counting = await mentor.recording("countdown")
    assert counting["until_ms"] == house.clock.now_ms() + 3000
    for receipt, tab in zip(await receipts_of(mentor), (mentor, mentee), strict=True):
        assert (receipt["kind"], receipt["seat"]) == ("yes", tab.seat)
        assert receipt["signature"] not in ("", "unsigned")
        assert receipt["words_hash"] == tab.words["words_hash"]
        assert (receipt["recording"], receipt["nonce"]) == (words["recording"], tab.words["nonce"])


@pytest.mark.parametrize("stolen", ["room", "meeting", "recording", "seat", "nonce", "words_hash", "due_ms"])
async def test_a_signature_over_anything_else_is_no_yes(house: House, stolen: str) -> None:
    mentor, _ = await meeting_in(house)
    words = await mentor.ask_words()
    other: Any = {"seat": "mentee", "words_hash": "0" * 64, "due_ms": words["due_ms"] + 1}.get(stolen, new_id())
    changed = {stolen: Seat(other) if stolen == "seat" else other}
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes", **changed))
    await mentor.expect("error", code="bad_signature", about="consent_yes")
    assert mentor.view["recording"]["allowed"] == []
    # the words were shown once and answered once
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes"))
    await mentor.expect("error", code="stale_words")
    assert await receipts_of(mentor) == []


async def test_a_no_signed_is_no_yes_and_neither_is_the_others_key(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    words = await mentor.ask_words()
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("no"))
    await mentor.expect("error", code="bad_signature")
    await mentor.ask_words()
    mentor.browser.keys[Seat.MENTOR], own = mentee.browser.keys[Seat.MENTEE], mentor.browser.keys[Seat.MENTOR]
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes"))
    await mentor.expect("error", code="bad_signature")
    await mentor.ask_words()
    mentor.browser.keys[Seat.MENTOR] = SigningKey()
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes"))
    await mentor.expect("error", code="bad_signature")
    mentor.browser.keys[Seat.MENTOR] = own
    await mentor.agree()
    await mentor.recording("waiting")


async def test_a_nonce_is_good_once_and_for_the_latest_words(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    first = await mentor.ask_words()
    early = mentor.signed("yes")
    await mentor.ask_words()
    await mentor.send("consent_yes", words_hash=first["words_hash"], **early)
    await mentor.expect("error", code="stale_words")
    # the partner cannot use it either
    await mentee.send("consent_yes", words_hash=first["words_hash"], **mentor.signed("yes"))
    await mentee.expect("error", code="stale_words")
    await mentor.send("consent_yes", words_hash=first["words_hash"], **mentor.signed("yes"))
    await mentor.recording("waiting")
    await mentor.send("consent_withdraw", **mentor.signed("withdraw"))
    await mentor.see(lambda view: view["recording"]["allowed"] == [])
    await mentor.send("consent_yes", words_hash=first["words_hash"], **mentor.signed("yes"))
    await mentor.expect("error", code="stale_words")
    kinds = [(receipt["kind"], receipt["signature"] != "unsigned") for receipt in await receipts_of(mentor)]
    assert kinds == [("yes", True), ("withdraw", True)]


async def test_a_signature_of_another_room_is_refused(house: House) -> None:
    mentor, _ = await meeting_in(house)
    room = await mentor.browser.create("mentor")
    await mentor.browser.join(room, Seat.MENTOR)
    other = await mentor.browser.enter(room, Seat.MENTOR)
    words = await mentor.ask_words()
    said = mentor.signed("yes")
    await other.send("consent_yes", words_hash=words["words_hash"], **said)
    await other.expect("error", code="stale_words")
    await mentor.send("consent_yes", words_hash=words["words_hash"], **said)
    await mentor.recording("waiting")


async def test_not_today_ends_the_asking_and_is_on_paper(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentor.agree()
    await mentor.recording("waiting")
    words = await mentee.ask_words()
    await mentee.send("consent_no", words_hash=words["words_hash"], **mentee.signed("no"))
    view = await mentor.see(lambda view: view["recording"]["declined"])
    assert view["recording"]["allowed"] == []
    await mentor.send("consent_ask", language="en", time_zone="UTC")
    await mentor.expect("error")
    kinds = [(receipt["kind"], receipt["seat"]) for receipt in await receipts_of(mentor)]
    assert kinds == [("yes", "mentor"), ("no", "mentee")]


async def test_a_yes_that_is_not_met_lapses_and_is_on_paper(house: House) -> None:
    mentor, _ = await meeting_in(house)
    await mentor.agree()
    await mentor.recording("waiting")
    house.advance(120_000)
    await mentor.see(lambda view: view["recording"]["allowed"] == [])
    assert [receipt["kind"] for receipt in await receipts_of(mentor)] == ["yes", "lapse"]


async def test_a_withdrawal_without_a_signature_counts_at_once(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await mentor.agree()
    await mentor.recording("waiting")
    await mentee.agree()
    await mentor.recording("countdown")
    await mentee.send("consent_withdraw")
    stopped = await mentor.see(lambda view: view["recording"]["state"] not in ("countdown", "waiting"))
    assert stopped["recording"]["allowed"] == []
    last = (await receipts_of(mentor))[-1]
    assert (last["kind"], last["seat"], last["signature"]) == ("withdraw", "mentee", "unsigned")
    assert await _ids(house, mentor) == []


async def test_a_withdrawal_closes_the_permit_before_anything_else_happens(house: House) -> None:
    mentor, mentee = await meeting_in(house)
    await begin_recording(house, mentor, mentee)
    task = house.hub.peek(mentor.room_id)
    assert task is not None
    page, recording = task.page_of(Seat.MENTEE), task.room.tape
    assert page is not None
    assert recording is not None
    permit = task.deck.permit(recording.recording)
    assert permit is not None
    assert permit.open
    task.consents.withdraw(page, ConsentWithdraw())
    assert not permit.open
    await mentor.see(lambda view: view["recording"]["state"] != "starting")
    await task.worker.drain()
    assert await _ids(house, mentor) == []


async def starting_in(house: House) -> tuple[Tab, Tab]:
    """Both have agreed, the permit is open, no leg is up yet."""
    mentor, mentee = await meeting_in(house)
    await begin_recording(house, mentor, mentee)
    return mentor, mentee


async def test_a_socket_that_dies_closes_the_permit_and_the_pause_becomes_quiet(house: House) -> None:
    mentor, mentee = await starting_in(house)
    task = house.hub.peek(mentor.room_id)
    assert task is not None
    tape = task.room.tape
    assert tape is not None
    permit = task.deck.permit(tape.recording)
    assert permit is not None
    line = mentee.line._response.connection
    assert line is not None
    assert line.transport is not None
    line.transport.abort()  # no goodbye, no close frame
    paused = await mentor.recording("paused")
    assert (paused["reason"], paused["reason_by"], permit.open) == ("line_lost", "mentee", False)
    await mentor.send("leg_closed", recording=tape.recording, run=1)
    await mentor.quiet()
    assert not mentor.view["recording"]["quiet"]  # nobody has heard of the mentee's leg
    await pass_seconds(house, 3, mentor)
    assert (await mentor.see(lambda view: view["recording"]["quiet"]))["recording"]["state"] == "paused"


async def test_going_down_is_the_reason_that_is_told_and_kept(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        mentor, mentee = await starting_in(house)
        recording = mentor.view["recording"]["recording"]
        await house.hub.close()
        for tab in (mentor, mentee):
            stopped = await tab.recording("stopped")
            assert (stopped["reason"], stopped["reason_by"]) == ("going_down", None)
            await tab.expect("bye", code="going_down")
        async with house.app[keys.DATABASE].read() as tx:
            row = await recordings.get(tx, recording)
        assert row is not None
        assert row.reason == "going_down"


async def test_a_promise_made_shorter_a_moment_ago_holds_for_what_begins_now(house: House) -> None:
    mentor, _ = await meeting_in(house)
    task = house.hub.peek(mentor.room_id)
    assert task is not None
    meeting = task.room.meeting
    assert meeting is not None
    async with house.app[keys.DATABASE].write() as tx:
        await retention.shorten_room(tx, mentor.room_id, days=3, by=Seat.MENTOR, now=house.clock.now_ms())
    assert task.room.retention_days == 30  # the live room has not heard of it yet
    recording = new_id()
    task.deck.open(OpenRecording(recording, meeting, 30, True), bytes(32))
    await task.worker.drain()
    async with house.app[keys.DATABASE].read() as tx:
        row = await recordings.get(tx, recording)
    assert row is not None
    assert row.retention_days == 3


async def test_a_yes_overtaken_by_a_withdrawal_is_void(house: House) -> None:
    mentor, _ = await meeting_in(house)
    words = await mentor.ask_words()
    await mentor.send("consent_yes", words_hash=words["words_hash"], **mentor.signed("yes"))
    await mentor.send("consent_withdraw")
    await mentor.quiet()
    task = house.hub.peek(mentor.room_id)
    assert task is not None
    await task.consents.settle()
    assert task.room.yes == frozenset()


async def _ids(house: House, tab: Tab) -> list[str]:
    """Recordings the list shows."""
    status, said = await tab.browser.ask("GET", f"/api/rooms/{tab.room_id}/recordings")
    assert status == 200
    return [recording["id"] for recording in said["recordings"]]
