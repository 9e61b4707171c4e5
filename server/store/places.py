"""Where sealed files lie: `parts/{recording}/{part}.vrec` and `blobs/{room}/{blob}.vrec` in the data directory."""

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


def grave(data_dir: Path, recording: str, cause: str, by: str) -> Path:
    """Where the files of a recording go that must be destroyed while the database cannot be told: the name is the
    intention, and it survives."""
    return recording_dir(data_dir, recording).with_name(f"{recording}.{cause}.{by}")


def graves(data_dir: Path) -> list[tuple[Path, str, str, str]]:
    """Each with its recording, cause and by whom."""
    found = []
    for path in parts_root(data_dir).glob("*.*.*"):
        recording, _, rest = path.name.partition(".")
        cause, _, by = rest.partition(".")
        if is_id(recording) and "." not in by:
            found.append((path, recording, cause, by))
    return found


def part_path(data_dir: Path, recording: str, part: str) -> Path:
    """The part's sealed file. Its directory is made (0700) by whoever creates the file."""
    if not is_id(part):
        raise ValueError("not an id")
    return recording_dir(data_dir, recording) / f"{part}{SUFFIX}"


def blobs_root(data_dir: Path) -> Path:
    return data_dir / "blobs"


def blob_path(data_dir: Path, room: str, blob: str) -> Path:
    """Raises ValueError on anything that is not an id."""
    if not (is_id(room) and is_id(blob)):
        raise ValueError("not an id")
    return blobs_root(data_dir) / room / f"{blob}{SUFFIX}"


def blobs_in(root: Path) -> list[tuple[str, str, Path]]:
    """(room, blob, its file) of every one that is there."""
    found = [(path.parent.name, path.stem, path) for path in root.glob(f"*/*{SUFFIX}")]
    return [(room, blob, path) for room, blob, path in found if is_id(room) and is_id(blob)]
