"""Coming in, talking, taking a break, being a third: two real browsers and a real server."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import PLAIN_SOUND, Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_people_meet_talk_take_a_break_and_leave(meet: Meet, browser: Browser) -> None:
    pair = await meet(by_form=True)
    assert await findings(pair.mentor.page) == [], "meeting"
    await a_third_person_is_refused_kindly(pair, browser)
    await each_sees_how_the_other_is(pair)
    await a_reload_brings_one_straight_back_into_the_same_seat(pair)
    await a_break_has_one_clock_and_devices_stay_off_after_it(pair)
    await not_today_ends_the_asking(pair)
    await pair.mentee.button("Leave").click()
    await pair.mentee.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(pair.mentor.page.get_by_text("is not here").first).to_be_visible()


async def a_third_person_is_refused_kindly(pair: Pair, browser: Browser) -> None:
    """Also with the right password."""
    third = await Person.arrive(browser, "Third", "mentee", still=True)
    await third.fill_in(pair.link, pair.password)
    assert await findings(third.page) == [], "join"
    await third.button("Join").click()
    await expect(third.page.get_by_role("heading", name="This room has its two people")).to_be_visible()
    await expect(third.button("Leave")).to_have_count(0)
    await pair.mentor.sees(pair.mentee.name)
    await third.context.close()


async def each_sees_how_the_other_is(pair: Pair) -> None:
    await pair.mentee.button("Mute microphone").click()
    await expect(pair.mentor.page.get_by_text("microphone muted")).to_be_visible()
    await pair.mentee.button("Turn camera off").click()
    await expect(pair.mentor.page.get_by_text("camera off").first).to_be_visible()
    await pair.mentee.button("Turn camera on").click()
    await pair.mentor.sees(pair.mentee.name)


async def a_reload_brings_one_straight_back_into_the_same_seat(pair: Pair) -> None:
    """As muted as before."""
    await pair.mentee.page.reload()
    await expect(pair.mentee.button("Leave")).to_be_visible()
    await expect(pair.mentee.button("Unmute microphone")).to_be_visible()
    await pair.mentor.sees(pair.mentee.name)
    await pair.mentee.sees(pair.mentor.name)
    await pair.mentee.button("Unmute microphone").click()
    await expect(pair.mentor.page.get_by_text("microphone muted")).to_have_count(0)


async def a_break_has_one_clock_and_devices_stay_off_after_it(pair: Pair) -> None:
    mentor, mentee = pair.mentor, pair.mentee
    await mentor.button("Take a break").click()
    await mentee.button("Agree to the break").click()
    for person in (mentor, mentee):
        await expect(person.button("I'm back")).to_be_visible()
    readings = await asyncio.gather(*(person.page.get_by_role("timer").inner_text() for person in (mentor, mentee)))
    seconds = [int(text.split(":")[0]) * 60 + int(text.split(":")[1][:2]) for text in readings]
    assert abs(seconds[0] - seconds[1]) <= 1
    for person in (mentor, mentee):
        await person.button("I'm back").click()
    for person in (mentor, mentee):
        await expect(person.button("Turn camera on").first).to_be_visible()
        await expect(person.button("Unmute microphone").first).to_be_visible()


async def not_today_ends_the_asking(pair: Pair) -> None:
    await pair.mentor.agree()
    await pair.mentee.button("Not today").click()
    await expect(pair.mentor.recording_status).to_contain_text("ot recording")
    await expect(pair.mentor.page.get_by_text("prefers not to record today")).to_be_visible()


async def test_two_tabs_of_one_browser_hold_the_two_seats(browser: Browser, place: Place) -> None:
    mentor = await Person.arrive(browser, "One", "mentor", still=True, devices=PLAIN_SOUND)
    link, password = await mentor.order_room(place.url, "Two tabs")
    await mentor.enter(link)
    mentee = Person(mentor.context, await mentor.context.new_page(), "Two", "mentee")
    await mentee.join(link, password)
    await mentor.sees("Two")
    await mentee.sees("One")
    await mentee.page.reload()
    await mentee.sees("One")
    await mentor.sees("Two")
    await mentor.context.close()
