"""Proving a room's password, and what a browser gets for it."""

from collections.abc import Callable

from aiohttp import web

from server.crypto import keys, passwords
from server.crypto.keys import RoomPair
from server.crypto.passwords import Argon2Params
from server.errors import VisavisError
from server.handlers import cookies
from server.handlers.keys import ARGON2, CLOCK, DATABASE, GUESSES, HASHING, IDENTITY, MASTER_KEYS, PEER
from server.store import rooms, sessions
from server.store.database import Tx

_NOBODYS_SALT = passwords.new_salt()


def known_browser(request: web.Request, room: str) -> str | None:
    """The mark of a browser that holds a seat of the room: its tries have a pace of their own."""
    held = request[IDENTITY].seats
    return keys.token_hash(cookies.read_seats(request, room)[held[0]]).hex() if held else None


def guessing(request: web.Request, room: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """Takes one try and gives (failed, succeeded). Raises VisavisError `too_many_tries` 429."""
    throttle, peer, known = request.app[GUESSES], request[PEER], known_browser(request, room)
    clock = request.app[CLOCK]
    throttle.check(room, peer, known, clock.now_ms())
    return (
        lambda: throttle.failed(room, peer, known, clock.now_ms()),
        lambda: throttle.succeeded(room, peer, known, clock.now_ms()),
    )


async def prove_password(request: web.Request, room_id: str, password: str) -> tuple[rooms.Room, RoomPair]:
    """The room and its key pair. Raises VisavisError `wrong_password` 403 (for an unknown room alike, after the same
    work), `too_many_tries` 429, `busy` 503."""
    failed, succeeded = guessing(request, room_id)
    async with request.app[DATABASE].read() as tx:
        room = await rooms.get(tx, room_id)
    masters, nobodys = request.app[MASTER_KEYS], request.app[HASHING]

    def work() -> RoomPair | None:
        normal = passwords.normalise(password[: passwords.MAX_LENGTH + 1])
        if room is None:
            passwords.derive(normal, _NOBODYS_SALT, nobodys)
            return None
        sealed = room.keys
        params = Argon2Params(sealed.argon2_passes, sealed.argon2_memory_kib, sealed.argon2_lanes)
        root = passwords.derive(normal, sealed.argon2_salt, params)
        try:
            return keys.open_room_secret(masters, room_id, sealed.public_key, sealed.secret_sealed, root)
        except VisavisError as error:
            if error.code != "wrong_password":
                raise
            return None

    pair = await request.app[ARGON2].run(work)
    if room is None or pair is None:
        failed()
        raise VisavisError("wrong_password", "This is not the room's password.", 403)
    succeeded()
    return room, pair


async def lock_with(request: web.Request, room_id: str, pair: RoomPair, password: str) -> rooms.RoomKeys:
    """The room's secret under a new password. Raises VisavisError `weak_password` 422, `busy` 503."""
    passwords.check(password)
    masters, params, salt = request.app[MASTER_KEYS], request.app[HASHING], passwords.new_salt()
    offered = passwords.is_offered(password)
    normal = passwords.normalise(password, offered=offered)
    root = await request.app[ARGON2].run(lambda: passwords.derive(normal, salt, params))
    return rooms.RoomKeys(
        password_offered=offered,
        argon2_passes=params.passes,
        argon2_memory_kib=params.memory_kib,
        argon2_lanes=params.lanes,
        argon2_salt=salt,
        public_key=pair.public,
        mk_id=masters.current.id,
        secret_sealed=keys.seal_room_secret(masters, room_id, pair, root),
    )


async def begin_session(request: web.Request, tx: Tx, room_id: str, pair: RoomPair, salt: bytes) -> str:
    """A session that opens the room's recordings for 12 hours; its token, for the cookie. `salt` is of the password
    that was proved. Raises VisavisError `wrong_password` 403 if it was changed meanwhile, which ended all proofs."""
    room = await rooms.get(tx, room_id)
    if room is None or room.keys.argon2_salt != salt:
        raise VisavisError("wrong_password", "The password was changed meanwhile.", 403)
    token, former = keys.new_token(), request[IDENTITY].session
    wrapped = keys.seal_session(request.app[MASTER_KEYS], room_id, pair, token)
    if former is not None:  # a proof of the password begins a new session; the old token ends with it
        await sessions.end(tx, room_id, former.token_hash)
    await sessions.add(
        tx, room_id, token_hash=keys.token_hash(token), secret_wrapped=wrapped, now=request.app[CLOCK].now_ms()
    )
    return token


async def session_pair(request: web.Request, tx: Tx, room_id: str) -> RoomPair:
    """The room's key pair, from the request's session. Raises VisavisError `password_needed` 401."""
    identity = request[IDENTITY]
    room = await rooms.get(tx, room_id)
    if room is None or identity.session is None or identity.session_token is None:
        raise VisavisError("password_needed", "The room's password is needed.", 401)
    return keys.open_session(
        request.app[MASTER_KEYS], room_id, room.keys.public_key, identity.session.secret_wrapped, identity.session_token
    )
