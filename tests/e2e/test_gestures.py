"""Signs between the two: gestures, thinking, quiet time, and a thread that tells silence from a broken line."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.axe import findings
from tests.e2e.conftest import Meet, Pair
from tests.e2e.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def floating(person: Person, over: str) -> Locator:
    """The signs over one of the two pictures this person sees: `.window` (the partner's) or `.self`."""
    return person.page.locator(f"{over} .sign")


def spoken(person: Person, of: str) -> Locator:
    """What a screen reader is told."""
    return person.page.locator(f"[aria-live][data-of={of}]")


async def test_signs_between_the_two(meet: Meet) -> None:
    """With all motion there is."""
    pair = await meet(still=False)
    await gestures_float_over_the_senders_picture_for_both(pair)
    await thinking_and_quiet_time_show_the_same_to_both(pair)
    await the_thread_breathes_while_media_arrives_and_says_when_it_does_not(pair)


async def gestures_float_over_the_senders_picture_for_both(pair: Pair) -> None:
    keyboard, reactions = pair.mentee.page.keyboard, pair.mentee.button("Reactions")
    choices = pair.mentee.page.get_by_role("menu", name="Reactions")
    await reactions.press("Enter")
    await expect(choices.get_by_role("menuitem", name="Thumbs up")).to_be_focused()
    await keyboard.press("Escape")
    await expect(choices).to_have_count(0)
    await expect(reactions).to_be_focused()
    await keyboard.press("Enter")
    await expect(choices).to_be_visible()
    await keyboard.press("ArrowRight")
    await keyboard.press("Enter")
    await expect(choices).to_have_count(0)
    await expect(floating(pair.mentor, ".window")).to_have_attribute("data-kind", "smile")
    await expect(floating(pair.mentee, ".self")).to_have_attribute("data-kind", "smile")
    await expect(spoken(pair.mentor, "gestures")).to_have_text("Samir Haddad: smile")
    await expect(spoken(pair.mentee, "gestures")).to_have_text("You: smile")
    for over in (".self", ".window"):
        await expect(floating(pair.mentor, over)).to_have_count(0)
    await reactions.click()
    await expect(choices).to_be_visible()
    await keyboard.press("5")
    await expect(floating(pair.mentor, ".window")).to_have_attribute("data-kind", "heart")


async def thinking_and_quiet_time_show_the_same_to_both(pair: Pair) -> None:
    thinking = pair.mentee.button("I'm thinking")
    await thinking.click()
    await expect(thinking).to_have_attribute("aria-pressed", "true")
    await expect(spoken(pair.mentor, "thinking")).to_have_text("Samir Haddad is thinking. No hurry.")
    await expect(spoken(pair.mentee, "thinking")).to_have_text("You are thinking. No hurry.")
    await pair.mentor.button("Quiet time").click()
    two_minutes = pair.mentor.page.get_by_role("menuitem", name="2 minutes")
    await expect(two_minutes).to_be_visible()
    assert await findings(pair.mentor.page) == [], "somebody thinks, choices are open"
    await pair.mentor.button("Quiet time").click()
    await two_minutes.click()
    await expect(pair.mentor.page.get_by_role("heading", name="Waiting for Samir Haddad to agree")).to_be_visible()
    card = pair.mentee.page.get_by_role("region", name="Ingrid Solberg proposes two quiet minutes")
    await card.get_by_role("button", name="Agree").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.page.get_by_role("timer")).to_have_text(re.compile(r"2:00|1:5\d"))
        await expect(person.button("Mute microphone")).to_be_visible()
        await expect(person.button("Turn camera off")).to_be_visible()
    assert await findings(pair.mentee.page) == [], "quiet time runs"
    await thinking.click()
    await expect(spoken(pair.mentor, "thinking")).to_have_text("")
    await pair.mentee.button("End quiet time").click()
    for person in (pair.mentor, pair.mentee):
        await expect(person.page.get_by_text("Quiet time is over")).to_be_visible()
        await expect(person.page.get_by_role("timer")).to_have_count(0)


async def the_thread_breathes_while_media_arrives_and_says_when_it_does_not(pair: Pair) -> None:
    await pair.mentee.page.add_init_script("""
        const Made = window.RTCPeerConnection;
        window.connections = [];
        window.RTCPeerConnection = class extends Made {
            constructor(...settings) { super(...settings); window.connections.push(this); }
        };
    """)
    await pair.mentee.page.reload()
    await pair.mentee.sees(pair.mentor.name)
    thread = pair.mentor.page.locator(".thread")
    await expect(thread).to_have_class("thread calm")
    # the connection stands, and nothing comes over it
    await pair.mentee.page.evaluate("""() => {
        setInterval(() => connections.filter(each => each.connectionState === "connected")
            .flatMap(each => each.getSenders()).forEach(sender => sender.replaceTrack(null)), 200);
    }""")
    await expect(thread).to_have_class("thread lost")
    await expect(spoken(pair.mentor, "line")).to_have_text(re.compile("Nothing arrives from Samir Haddad"))
    # on purpose is another matter
    await pair.mentee.button("Mute microphone").click()
    await pair.mentee.button("Turn camera off").click()
    await expect(thread).to_have_class("thread calm")
    await expect(spoken(pair.mentor, "line")).to_have_text("")
