"""`python run.py admin-link`: a fresh one-time link, also while the server runs."""

from server import greeting
from server.clock import SystemClock
from server.config import BadSettingsError, Config
from server.errors import VisavisError
from server.handlers.admin import new_link
from server.places import ADDRESS_FILE, DATABASE_FILE
from server.store.database import Database


async def admin_link(config: Config) -> str:
    """The link, and how long it is good for. Raises BadSettingsError when there is no data yet."""
    if not (config.data_dir / DATABASE_FILE).exists():
        raise BadSettingsError([f"There are no data in {config.data_dir} yet. Start Visavis first: it prints a link."])
    try:
        database = await Database.open(config.data_dir)
    except VisavisError as error:
        raise BadSettingsError([f"{error.detail[:1].upper()}{error.detail[1:]}."]) from None
    try:
        async with database.write() as tx:
            token = await new_link(tx, SystemClock().now_ms())
    finally:
        await database.close()
    return f"{greeting.admin_address(_address(config), token)}\nIt sets the admin's password, once, within an hour."


def _address(config: Config) -> str:
    try:
        return config.public_url or (config.data_dir / ADDRESS_FILE).read_text()
    except FileNotFoundError:
        return greeting.address(config, config.port)
