"""The catalogue fits its use: no key twice or under a foreign name, no open hole, none asked for that is missing."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server.handlers.words import Words  # noqa: E402 - the checkout is no package

_T_IN_TEMPLATE = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*([,)~])""")
_T_IN_PYTHON = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""")
_STRAY = re.compile(r"\{(?!\w+\})|(?<!\w)\}|  |\t")


def main() -> int:
    """The number of complaints, printed one a line."""
    complaints: list[str] = []
    folder = ROOT / "web" / "words"
    for language in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        try:
            words = Words.load(folder, language)
        except ValueError as error:
            complaints.append(f"{language}: {error}")
            continue
        complaints += [
            f"{language}: {said}" for said in [*foreign_names(folder / language), *texts(words), *asked(words)]
        ]
    for line in complaints:
        print(line)  # noqa: T201
    return min(len(complaints), 99)


def foreign_names(folder: Path) -> list[str]:
    """`join.json` holds `join.…` and nothing else."""
    found = []
    for path in sorted(folder.glob("*.json")):
        own = Words.load(folder.parent, folder.name).keys() & set(
            re.findall(r'^\s*"([\w.]+)":', path.read_text(), re.M)
        )
        found += [
            f"{path.name}: {key} belongs to another file" for key in sorted(own) if not key.startswith(f"{path.stem}.")
        ]
    return found


def texts(words: Words) -> list[str]:
    return [
        f"{key}: “{text}”"
        for key, text in words.texts.items()
        if not text.strip() or text != text.strip() or _STRAY.search(text)
    ]


def asked(words: Words) -> list[str]:
    """Keys that templates and Python name in full (TypeScript's are checked by its compiler)."""
    found = []
    for path in sorted((ROOT / "web" / "templates").glob("*.html")):
        for key, after in _T_IN_TEMPLATE.findall(path.read_text()):
            there = any(known.startswith(key) for known in words.texts) if after == "~" else words.has(key)
            found += [] if there else [f"{path.name} asks for {key}"]
    for path in sorted((ROOT / "server").rglob("*.py")):
        found += [f"{path.name} asks for {key}" for key in _T_IN_PYTHON.findall(path.read_text()) if not words.has(key)]
    return found


if __name__ == "__main__":
    sys.exit(main())
