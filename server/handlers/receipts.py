"""What each of the two has agreed to, with the words shown."""

from typing import Any

import msgspec
from aiohttp import web

from server.crypto import keys
from server.handlers.answers import answer
from server.handlers.keys import DATABASE, MASTER_KEYS
from server.store import receipts


async def list_receipts(request: web.Request) -> web.StreamResponse:
    """GET /api/rooms/{room}/receipts (session). `broken_at`: the first receipt that does not fit the chain."""
    room_id, masters = request.match_info["room"], request.app[MASTER_KEYS]
    words: dict[str, dict[str, str]] = {}
    async with request.app[DATABASE].read() as tx:
        found = await receipts.of_room(tx, room_id)
        broken_at = await receipts.verify(tx, room_id)
        for words_hash in {receipt.entry.words_hash for receipt in found} - {None}:
            assert words_hash is not None
            kept = await receipts.words(tx, room_id, words_hash)
            if kept is not None:
                text = keys.open_text(masters, room_id, f"words.{words_hash}", kept.text_sealed)
                words[words_hash] = {"version": kept.version, "language": kept.language, "text": text}
    return answer({"receipts": [_shown(receipt) for receipt in found], "words": words, "broken_at": broken_at})


def _shown(receipt: receipts.Receipt) -> dict[str, Any]:
    return {
        "n": receipt.n,
        **msgspec.structs.asdict(receipt.entry),
        "previous": receipt.previous,
        "hash": receipt.hash,
    }
