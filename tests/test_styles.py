"""What dresses one part of a page leaves the panels alone that are drawn in it, whichever sheet comes last."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "web" / "src"
PANELS = ("board", "chat", "notes", "topics")
SHARED = ("ui",)
"""Pieces for all: panels are meant to wear them."""
STATE = re.compile(r"::?[\w-]+(\([^)]*\))?|\[[^\]]*\]")


@dataclass(frozen=True)
class Selector:
    folder: str
    text: str
    nested: bool
    """Stands inside another rule, and so counts only there."""

    @property
    def everywhere(self) -> str | None:
        """The class this dresses wherever it stands: alone, or in a state of it."""
        found = re.fullmatch(r"\.([\w-]+)", STATE.sub("", self.text))
        return found[1] if found and not self.nested else None


def selectors(path: Path) -> list[Selector]:
    folder = path.relative_to(SOURCES).parts[0]
    found: list[Selector] = []
    around: list[bool] = []
    css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    for begun, mark in re.findall(r"([^{};]*)([{};])", css):
        if mark == "{":
            is_rule = not begun.strip().startswith("@")
            if is_rule:
                texts = re.split(r",(?![^(]*\))", begun)
                found += [Selector(folder, text.strip(), True in around) for text in texts]
            around.append(is_rule)
        elif mark == "}":
            around.pop()
    return found


ALL = [one for path in sorted(SOURCES.glob("*/**/*.css")) for one in selectors(path)]


@pytest.mark.parametrize("panel", PANELS)
def test_no_class_of_a_panel_is_dressed_by_another_part(panel: str) -> None:
    last = [re.split(r"[\s>+~]+", one.text)[-1] for one in ALL if one.folder == panel]
    own = {name for text in last for name in re.findall(r"\.([a-zA-Z][\w-]*)", text)}
    others = {one.everywhere for one in ALL if one.folder not in (panel, *SHARED)}
    assert len(own) > 10
    assert own & others == set()
