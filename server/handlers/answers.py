"""Reading bodies and writing answers, the same way everywhere."""

from typing import Any, TypeVar

import msgspec
from aiohttp import web

from server.errors import VisavisError

T = TypeVar("T")


async def read_json(request: web.Request, shape: type[T]) -> T:
    """The body as a value of `shape` (a msgspec Struct, limits included).

    Raises VisavisError `bad_body` 400; the guard has refused bodies over the route's limit before.
    """
    body = await request.read()
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise VisavisError("bad_body", _why(error), 400) from None


def answer(value: Any, status: int = 200) -> web.Response:
    """`value` as JSON; msgspec Structs, dicts, lists."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def problem(error: VisavisError) -> web.Response:
    """RFC 9457 problem details: code, detail, status, and what else the error carries, also as Retry-After."""
    body = {**error.more, "code": error.code, "detail": error.detail, "status": error.status}
    response = web.Response(
        body=msgspec.json.encode(body), status=error.status, content_type="application/problem+json"
    )
    if "retry_after_s" in error.more:
        response.headers["Retry-After"] = str(error.more["retry_after_s"])
    return response


def _why(error: Exception) -> str:
    # msgspec names the expected type and the path, never the value
    return str(error) if isinstance(error, msgspec.ValidationError) else "The body is not JSON."
