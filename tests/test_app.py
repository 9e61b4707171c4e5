"""What is opened is closed again, and nobody is waited for."""

import asyncio
from pathlib import Path

import pytest

from server import serve, tls
from server.app import build_app, start
from server.crypto.master import MasterKeys
from server.handlers import keys
from server.live.hub import Hub
from server.live.janitor import Janitor
from server.store.database import Database
from server.store.shred import ShredKeys
from tests.harness import make_config
from tests.laid_out import lay_out


@pytest.mark.parametrize("part", [Hub, Janitor])
async def test_a_start_that_fails_half_way_closes_what_it_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: type[Hub] | type[Janitor]
) -> None:
    closed: list[type] = []

    def noting(kind: type[Database] | type[ShredKeys]) -> None:
        close = kind.close

        async def noted(self: Database | ShredKeys) -> None:
            await close(self)  # type: ignore[arg-type]
            closed.append(kind)

        monkeypatch.setattr(kind, "close", noted)

    async def fail(self: Hub | Janitor) -> None:
        raise RuntimeError("no")

    config = make_config(tmp_path)
    await lay_out(config.data_dir)
    noting(Database)
    noting(ShredKeys)
    monkeypatch.setattr(part, "start", fail)
    app = build_app(config, MasterKeys.new())
    with pytest.raises(RuntimeError, match="no"):
        await start(app)
    assert closed == [ShredKeys, Database]


async def test_who_does_not_shake_hands_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "HANDSHAKE_S", 0.05)
    config = make_config(tmp_path, tls_trial=True)
    await lay_out(config.data_dir)
    context = tls.server_context(config)
    assert context is not None
    runner = await start(build_app(config, MasterKeys.new()))
    try:
        port = await serve.listen(runner, config, context)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()
        assert runner.app[keys.HUB] is not None
    finally:
        await runner.cleanup()
