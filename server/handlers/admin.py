"""The admin: set up by a one-time link, signed in by a password, shown numbers and dates, never a name or a sound."""

import hmac
import secrets
import shutil
from typing import Annotated

import structlog
from aiohttp import web
from msgspec import Meta, Struct

from server.crypto import passwords
from server.crypto.keys import new_token, token_hash
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.answers import answer, read_json
from server.handlers.keys import ARGON2, CLOCK, CONFIG, DATABASE, GUESSES, HASHING, HUB, JANITOR, PEER, STUN
from server.handlers.socket import OPEN
from server.store import audit, recordings, retention, settings
from server.store.database import Tx

log = structlog.get_logger()

GUESSES_AS = "admin"
"""Where a room's id stands for rooms."""
LINKS_AS = "admin link"
"""The same, for one-time links."""
AUDIT_LINES = 100

Password = Annotated[str, Meta(min_length=1, max_length=256)]
Days = Annotated[int, Meta(ge=1, le=3650)]


class Setup(Struct, frozen=True, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=128)]
    password: Password


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    password: Password


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    days: Days
    longest_days: Days


async def setup(request: web.Request) -> web.Response:
    """POST /api/admin/setup (open): spends a one-time link and sets the admin's password; signs in.

    Errors: `link_spent` 403 (unknown, used or more than an hour old), `weak_password` 422, `too_many_tries`."""
    body = await read_json(request, Setup)
    passwords.check(body.password)
    app = request.app
    now = app[CLOCK].now_ms()
    link = token_hash(body.token)
    # Nobody guesses 256 bits, so a right link is never made to wait: guessers must not shut the admin out.
    async with app[DATABASE].read() as tx:
        right = await settings.admin_link_holds(tx, link, now)
    if right:
        params = app[HASHING]
        made = await app[ARGON2].run(lambda: _hash(body.password, params))
        token = new_token()
        async with app[DATABASE].write() as tx:
            right = await settings.use_admin_link(tx, link, now)
            if right:
                await settings.set_admin_password(tx, made, now)
                await settings.add_admin_session(tx, token_hash(token), now)
                await audit.append(tx, "admin_set_up", now=now, by="admin")
    if not right:
        app[GUESSES].check(LINKS_AS, request[PEER], None, now)
        app[GUESSES].failed(LINKS_AS, request[PEER], None, now)
        raise VisavisError("link_spent", "This link was used before, or is more than an hour old.", 403)
    return _signed_in(request, token)


async def sign_in(request: web.Request) -> web.Response:
    """POST /api/admin/sign-in (open). Errors: `wrong_password` 403, `too_many_tries` 429, `busy` 503."""
    body = await read_json(request, SignIn)
    app = request.app
    now = app[CLOCK].now_ms()
    app[GUESSES].check(GUESSES_AS, request[PEER], None, now)
    async with app[DATABASE].read() as tx:
        known = await settings.admin_password(tx)
    params = app[HASHING]
    right = await app[ARGON2].run(lambda: _matches(body.password, known or _nobody(params)) and known is not None)
    token = new_token()
    async with app[DATABASE].write() as tx:
        if right:
            await settings.add_admin_session(tx, token_hash(token), now)
        await audit.append(
            tx, "admin_signed_in" if right else "admin_refused", now=now, by="admin" if right else "stranger"
        )
    if not right:
        app[GUESSES].failed(GUESSES_AS, request[PEER], None, now)
        raise VisavisError("wrong_password", "That is not the admin's password.", 403)
    app[GUESSES].succeeded(GUESSES_AS, request[PEER], None, now)
    return _signed_in(request, token)


async def sign_out(request: web.Request) -> web.Response:
    """POST /api/admin/sign-out (admin)."""
    token = cookies.read(request, cookies.ADMIN_NAME)
    if token is not None:
        async with request.app[DATABASE].write() as tx:
            await settings.end_admin_session(tx, token_hash(token))
    response = web.Response(status=204)
    cookies.forget(request, response, cookies.ADMIN_NAME)
    return response


async def state(request: web.Request) -> web.Response:
    """GET /api/admin/state (admin): everything the admin page shows.

    {policy: {days, longest_days, from_ms}, counts: {rooms, meetings, recordings_kept, recordings_running,
    recordings_deleted, size, next_due_ms, oldest_kept_ms}, live_rooms, disk_free_bytes, limits: {room_bytes,
    server_bytes, recording_minutes}, clock: {held_until_ms, leapt_ms} | null, media: {addresses,
    ports: [first, last] | null, stun_port | null}, rooms: anyone|code|admin, now_ms,
    audit: [{n, at_ms, action, by, room | null, recording | null, numbers}], audit_broken_at: n | null}"""
    config = request.app[CONFIG]
    async with request.app[DATABASE].read() as tx:
        policy = await retention.policy(tx)
        counts = await recordings.counts(tx)
        lines = await audit.latest(tx, AUDIT_LINES)
        broken = await audit.verify(tx)
    janitor, stun = request.app[JANITOR], request.app[STUN]
    return answer(
        {
            "policy": policy,
            "counts": counts,
            "live_rooms": len(request.app[OPEN].rooms),
            "disk_free_bytes": shutil.disk_usage(config.data_dir).free,
            "limits": {
                "room_bytes": config.max_room_bytes,
                "server_bytes": config.max_server_bytes,
                "recording_minutes": config.max_recording_minutes,
            },
            "clock": _clock(janitor.held_until_ms, janitor.leapt_ms),
            "media": {
                "addresses": config.media_address,
                "ports": config.media_ports,
                "stun_port": stun.port if stun else None,
            },
            "rooms": config.rooms,
            "now_ms": request.app[CLOCK].now_ms(),
            "audit": [_line(line) for line in lines],
            "audit_broken_at": broken,
        }
    )


async def set_retention(request: web.Request) -> web.Response:
    """PUT /api/admin/retention (admin): {days, longest_days} for recordings to come; promises are only shortened.

    Answers {policy, rooms, recordings}: the policy and how many promises became shorter."""
    body = await read_json(request, Retention)
    now = request.app[CLOCK].now_ms()
    async with request.app[DATABASE].write() as tx:
        shortened = await retention.set_policy(tx, days=body.days, longest_days=body.longest_days, now=now)
        await audit.append(
            tx,
            "retention_set",
            now=now,
            by="admin",
            days=body.days,
            longest_days=body.longest_days,
            shortened=shortened.recordings,
        )
        policy = await retention.policy(tx)
    request.app[JANITOR].wake()
    for room in shortened.rooms:
        await request.app[HUB].policy_changed(room)
    return answer({"policy": policy, "rooms": len(shortened.rooms), "recordings": shortened.recordings})


async def new_link(tx: Tx, now: int) -> str:
    """A fresh one-time token for `/admin/setup#token=…`; older ones end."""
    token = new_token()
    await settings.add_admin_link(tx, token_hash(token), now)
    await audit.append(tx, "admin_link_made", now=now)
    return token


def _signed_in(request: web.Request, token: str) -> web.Response:
    response = web.Response(status=204)
    cookies.write(request, response, cookies.ADMIN_NAME, token, cookies.ADMIN_SECONDS)
    return response


def _hash(password: str, params: passwords.Argon2Params) -> settings.AdminPassword:
    salt = secrets.token_bytes(passwords.SALT_BYTES)
    made = passwords.derive(passwords.normalise(password, offered=False), salt, params)
    return settings.AdminPassword(params.passes, params.memory_kib, params.lanes, salt, made)


def _nobody(params: passwords.Argon2Params) -> settings.AdminPassword:
    """So that a try before the set-up takes as long as any other."""
    salt, made = bytes(passwords.SALT_BYTES), bytes(32)
    return settings.AdminPassword(params.passes, params.memory_kib, params.lanes, salt, made)


def _matches(password: str, against: settings.AdminPassword) -> bool:
    params = passwords.Argon2Params(against.passes, against.memory_kib, against.lanes)
    made = passwords.derive(passwords.normalise(password, offered=False), against.salt, params)
    return hmac.compare_digest(made, against.hash)


def _clock(held_until_ms: int | None, leapt_ms: int | None) -> dict[str, int | None] | None:
    return None if held_until_ms is None else {"held_until_ms": held_until_ms, "leapt_ms": leapt_ms}


def _line(line: audit.Line) -> dict[str, object]:
    return {
        "n": line.n,
        "at_ms": line.at_ms,
        "action": line.action,
        "by": line.by,
        "room": line.room,
        "recording": line.recording,
        "numbers": line.numbers,
    }
