"""Coming in, talking, losing the line, being a third: two real browsers and a real server."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.conftest import Meet
from tests.e2e.people import Person
from tests.e2e.place import Place

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_people_meet_talk_and_leave(meet: Meet) -> None:
    pair = await meet()
    await pair.mentee.button("Mute microphone").click()
    await expect(pair.mentor.page.get_by_text("microphone muted")).to_be_visible()
    await pair.mentee.button("Turn camera off").click()
    await expect(pair.mentor.page.get_by_text("camera off").first).to_be_visible()
    await pair.mentee.button("Turn camera on").click()
    await pair.mentee.button("Unmute microphone").click()
    await pair.mentor.sees(pair.mentee.name)
    await pair.mentee.button("Leave").click()
    await pair.mentee.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(pair.mentor.page.get_by_text("is not here").first).to_be_visible()


async def test_a_wrong_password_is_told_in_words_and_the_right_one_still_opens(browser: Browser, place: Place) -> None:
    person = await Person.arrive(browser, "Ada", "mentor")
    link, password = await person.create_room(place.url, "Words", seat="Neither")
    stranger = await Person.arrive(browser, "Nobody", "mentee")
    await stranger.fill_in(link, "surely not these words")
    await stranger.button("Join").click()
    await expect(stranger.page.get_by_text("That is not this room’s password")).to_be_visible()
    await stranger.page.get_by_label("Room password", exact=True).fill(password.upper().replace(" ", "-"))
    await stranger.button("Join").click()
    await expect(stranger.button("Leave")).to_be_visible()
    for one in (person, stranger):
        await one.context.close()


async def test_a_third_person_is_refused_kindly_with_the_right_password(meet: Meet, browser: Browser) -> None:
    pair = await meet()
    third = await Person.arrive(browser, "Third", "mentee")
    await third.fill_in(pair.link, pair.password)
    await third.button("Join").click()
    await expect(third.page.get_by_role("heading", name="This room has its two people")).to_be_visible()
    await expect(third.button("Leave")).to_have_count(0)
    await pair.mentor.sees(pair.mentee.name)
    await third.context.close()


async def test_a_reload_brings_one_straight_back_into_the_same_seat(meet: Meet) -> None:
    pair = await meet()
    await pair.mentee.button("Mute microphone").click()
    await pair.mentee.page.reload()
    await expect(pair.mentee.button("Leave")).to_be_visible()
    await expect(pair.mentee.button("Unmute microphone")).to_be_visible()
    await pair.mentor.sees(pair.mentee.name)
    await pair.mentee.sees(pair.mentor.name)


async def test_two_tabs_of_one_browser_hold_the_two_seats(browser: Browser, place: Place) -> None:
    mentor = await Person.arrive(browser, "One", "mentor")
    link, password = await mentor.create_room(place.url, "Two tabs", seat="Mentor")
    await mentor.enter(link)
    mentee = Person(mentor.context, await mentor.context.new_page(), "Two", "mentee")
    await mentee.page.goto(link)
    await mentee.page.get_by_role("radio", name="Mentee").check()
    await mentee.page.get_by_label("Your name").fill("Two")
    await mentee.page.get_by_label("Room password", exact=True).fill(password)
    await mentee.button("Join").click()
    await mentor.sees("Two")
    await mentee.sees("One")
    await mentee.page.reload()
    await mentee.sees("One")
    await mentor.sees("Two")
    await mentor.context.close()


async def test_another_device_needs_the_partners_visible_ok(meet: Meet, browser: Browser) -> None:
    pair = await meet()
    device = await Person.arrive(browser, "Samir Haddad", "mentee")
    await device.fill_in(pair.link, pair.password)
    await device.button("Join").click()
    await device.button("Continue here as the mentee").click()
    asked = pair.mentor.page.get_by_role("dialog").filter(has_text="another device")
    await expect(asked).to_be_visible()
    await asked.get_by_role("button", name="Yes, it is Samir Haddad").click()
    await expect(device.button("Leave")).to_be_visible()
    await pair.mentor.sees("Samir Haddad")
    await device.context.close()


async def test_the_call_goes_on_while_the_server_restarts(meet: Meet, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = Place(tmp_path_factory.mktemp("restarted"))
    await place.start()
    pair = await meet(place)
    picture = pair.mentor.page.get_by_label("Samir Haddad", exact=True).and_(pair.mentor.page.locator("video"))
    before = await picture.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames")
    await place.kill()
    await pair.mentor.page.wait_for_function(
        "([video, n]) => video.getVideoPlaybackQuality().totalVideoFrames > n + 20",
        arg=[await picture.element_handle(), before],
    )
    await place.start()
    await expect(pair.mentor.button("Take a break")).to_be_enabled()
    await pair.mentee.button("Mute microphone").click()
    await expect(pair.mentor.page.get_by_text("microphone muted")).to_be_visible(timeout=20_000)
    await place.stop()


async def test_a_break_has_one_clock_and_devices_stay_off_after_it(meet: Meet) -> None:
    pair = await meet()
    mentor, mentee = pair.mentor, pair.mentee
    await mentor.button("Take a break").click()
    await mentee.button("Agree to the break").click()
    for person in (mentor, mentee):
        await expect(person.button("I'm back")).to_be_visible()
    readings = await asyncio.gather(*(person.page.get_by_role("timer").inner_text() for person in (mentor, mentee)))
    seconds = [int(text.split(":")[0]) * 60 + int(text.split(":")[1][:2]) for text in readings]
    assert abs(seconds[0] - seconds[1]) <= 1
    for person in (mentor, mentee):
        await person.page.get_by_role("button", name="I'm back").click()
    for person in (mentor, mentee):
        await expect(person.button("Turn camera on").first).to_be_visible()
        await expect(person.button("Unmute microphone").first).to_be_visible()
