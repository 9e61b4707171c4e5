"""Where sealed files lie: `parts/{recording}/{part}.vrec` in the data directory."""

from pathlib import Path

from server.ids import is_id

SUFFIX = ".vrec"


def parts_root(data_dir: Path) -> Path:
    return data_dir / "parts"


def recording_dir(data_dir: Path, recording: str) -> Path:
    """Raises ValueError on anything that is not an id, so no path leaves the data directory."""
    if not is_id(recording):
        raise ValueError("not an id")
    return parts_root(data_dir) / recording


def part_path(data_dir: Path, recording: str, part: str) -> Path:
    """The part's sealed file. Its directory is made (0700) by whoever creates the file."""
    if not is_id(part):
        raise ValueError("not an id")
    return recording_dir(data_dir, recording) / f"{part}{SUFFIX}"
