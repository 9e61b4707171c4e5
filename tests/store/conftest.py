from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.store.given import Store, a_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with a_store(tmp_path / "data") as opened:
        yield opened
