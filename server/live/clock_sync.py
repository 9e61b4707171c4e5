"""What the machine says about its own clock."""


def clock_is_synchronised() -> bool:
    """Whether a time service keeps the machine's clock (adjtimex(2), or systemd's mark). False when nobody can say."""
    raise NotImplementedError


def boot_reading() -> tuple[str | None, int | None]:
    """The id of this start of the machine and the milliseconds since then, sleep included; None where unknown."""
    raise NotImplementedError
