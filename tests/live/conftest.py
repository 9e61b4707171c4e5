import os
from pathlib import Path

import pytest

from tests.live.pages import build
from tests.live.shared import house as house


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages' code as one file for Node."""
    folder = tmp_path_factory.getbasetemp()
    return build(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)
