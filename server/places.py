"""What lies on this machine before anything is opened: the data directory, its lock, the master key's file."""

import fcntl
import os
from pathlib import Path
from typing import IO

from server.config import BadSettingsError, Config
from server.crypto.master import MasterKeys
from server.errors import VisavisError

ADDRESS_FILE = "address"
"""Where the server was last reached; `admin-link` reads it."""
DATABASE_FILE = "visavis.db"


def open_data_dir(config: Config) -> IO[bytes]:
    """Makes the directory (0700) and locks it for this process; the lock lasts as long as the file returned stays
    open. Raises BadSettingsError in words."""
    try:
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (config.data_dir / "lock").open("wb")
    except OSError as error:
        raise BadSettingsError([f"--data-dir {config.data_dir} cannot be used: {error.strerror}."]) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        said = f"Another Visavis is running on {config.data_dir}. Stop it, or give this one its own --data-dir."
        raise BadSettingsError([said]) from None
    return lock


def open_master_keys(config: Config) -> tuple[MasterKeys, bool]:
    """The keys, and whether they were made just now. Never makes new ones for data that exist: those could not be
    opened with them. Raises BadSettingsError in words."""
    path = config.master_key_file
    try:
        return MasterKeys.load(path.read_text("ascii")), False
    except FileNotFoundError:
        if (config.data_dir / DATABASE_FILE).exists():
            said = f"The master key {path} is missing, and {config.data_dir} cannot be opened without it. Put it back."
            raise BadSettingsError([said]) from None
    except VisavisError as error:
        raise BadSettingsError([f"{path}: {error.detail}."]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise BadSettingsError([f"The master key {path} cannot be read: {reason}."]) from None
    made = MasterKeys.new()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(made.to_text())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadSettingsError([f"The master key {path} cannot be made: {error.strerror}."]) from None
    return made, True


def checkout_of(path: Path) -> Path | None:
    """The git checkout a path lies in: `git clean` there would delete it."""
    return next((folder for folder in path.resolve().parents if (folder / ".git").exists()), None)
