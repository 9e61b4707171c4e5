"""Destroying recordings: key first, then bytes; each step can be repeated, and boot goes on where it stopped.

1. `marked`: the row says DELETING; unreadable from here on. 2. `shredded`: the shred key is gone, so no byte opens any
more. 3. `dropped`: cached keys and open readers are let go. 4. `unlinked`: the files are gone, their directory synced.
5. `deleted`: the row says DELETED, wrapped keys are blank, a line stands in the audit log.
"""

from server.store.destruction import STEPS, Deletion, DropReaders
from server.store.recovery import Measure, Measured, finish_deletions, recover

__all__ = ["STEPS", "Deletion", "DropReaders", "Measure", "Measured", "finish_deletions", "recover"]
