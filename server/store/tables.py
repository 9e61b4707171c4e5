"""Every table, as SQLAlchemy Core sees it. What changes here needs a migration; a test compares the two.

Moments are milliseconds since the epoch, UTC. Columns named `*_sealed` hold ciphertext of `crypto.keys`, `*_hash`
hold digests: no title, name, password or token stands here in clear.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(16)
SeatName = String(6)
Moment = BigInteger
Counter = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# --- rooms and seats ----------------------------------------------------------------------------------------------

rooms = Table(
    "rooms",
    metadata,
    Column("id", Id, primary_key=True),
    Column("created_ms", Moment, nullable=False),
    Column("title_sealed", LargeBinary, nullable=False),
    Column("creator", String(8), nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("retention_follows", Boolean, nullable=False),
    Column("downloads", Boolean, nullable=False),
    Column("password_is_pairs", Boolean, nullable=False),
    Column("password_offered", Boolean, nullable=False),
    Column("argon2_passes", Integer, nullable=False),
    Column("argon2_memory_kib", Integer, nullable=False),
    Column("argon2_lanes", Integer, nullable=False),
    Column("argon2_salt", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("mk_id", String(64), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("content_sealed", LargeBinary),
    _one_of("creator", "mentor", "mentee", "neither"),
    CheckConstraint("retention_days >= 1", name="retention_days"),
    Index(None, "mk_id"),
    Index(None, "retention_days"),
)

seats = Table(
    "seats",
    metadata,
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("claimed_ms", Moment),
    Column("name_sealed", LargeBinary),
    Column("secret_hash", LargeBinary),
    Column("link_public", LargeBinary),
    Column("link_sealed", LargeBinary),
    Column("content_sealed", LargeBinary),
    Column("notes_sealed", LargeBinary),
    Column("notes_made_ms", Moment),
    PrimaryKeyConstraint("room", "seat"),
    _one_of("seat", "mentor", "mentee"),
)

seat_cookies = Table(
    "seat_cookies",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("room", Id, nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("how", String(10), nullable=False),
    Column("created_ms", Moment, nullable=False),
    Column("used_ms", Moment, nullable=False),
    Column("content_sealed", LargeBinary),
    Column("notes_sealed", LargeBinary),
    ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"]),
    _one_of("how", "creator", "claim", "link", "approval"),
    Index(None, "room", "seat"),
    Index(None, "used_ms"),
)

vouches = Table(
    "vouches",
    metadata,
    Column("room", Id, nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("browser", Id, nullable=False),
    Column("at_ms", Moment, nullable=False),
    PrimaryKeyConstraint("room", "seat", "browser"),
    ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"]),
    _one_of("seat", "mentor", "mentee"),
)

seat_keys = Table(
    "seat_keys",
    metadata,
    Column("room", Id, nullable=False),
    Column("id", Id, nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("spki", LargeBinary, nullable=False),
    Column("registered_ms", Moment, nullable=False),
    PrimaryKeyConstraint("room", "id"),
    ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"]),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("created_ms", Moment, nullable=False),
    Column("expires_ms", Moment, nullable=False),
    Column("secret_wrapped", LargeBinary, nullable=False),
    Index(None, "room"),
    Index(None, "expires_ms"),
)

# --- meetings and recordings --------------------------------------------------------------------------------------

meetings = Table(
    "meetings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("began_ms", Moment, nullable=False),
    Column("ended_ms", Moment),
    Column("empty_ms", Moment),
    Index(None, "room"),
)

recordings = Table(
    "recordings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("meeting", Id, ForeignKey("meetings.id"), nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_ms", Moment, nullable=False),
    Column("started_ms", Moment),
    Column("ended_ms", Moment),
    Column("due_ms", Moment),
    Column("retention_days", Integer, nullable=False),
    Column("downloads", Boolean, nullable=False),
    Column("reason", String(64)),
    Column("interrupted", Boolean, nullable=False),
    Column("length_ms", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("cause", String(16)),
    Column("deleted_by", SeatName),
    Column("deleted_ms", Moment),
    _one_of("state", "recording", "kept", "deleting", "deleted"),
    CheckConstraint("state <> 'kept' OR (due_ms IS NOT NULL AND ended_ms IS NOT NULL)", name="kept_has_day"),
    # The janitor's look: an indexed range however many recordings there have been.
    Index(None, "state", "due_ms"),
    Index(None, "room", "created_ms"),
    Index(None, "retention_days"),
)
# Deleted recordings weigh nothing, so the sum of sizes reads an index of what is really there.
Index(
    "ix_recordings_size",
    recordings.c.size,
    sqlite_where=recordings.c.size > 0,
    postgresql_where=recordings.c.size > 0,
)

runs = Table(
    "runs",
    metadata,
    Column("recording", Id, ForeignKey("recordings.id"), nullable=False),
    Column("run", Integer, nullable=False),
    Column("offset_ms", BigInteger, nullable=False),
    Column("opened_ms", Moment, nullable=False),
    Column("closed_ms", Moment),
    Column("length_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("recording", "run"),
)

parts = Table(
    "parts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("recording", Id, nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("run", Integer, nullable=False),
    Column("started_ms", Moment, nullable=False),
    Column("offset_ms", BigInteger, nullable=False),
    Column("length_ms", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("video", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("checkpoint", LargeBinary),
    Column("kind", String(6), nullable=False, server_default="media"),
    ForeignKeyConstraint(["recording", "run"], ["runs.recording", "runs.run"]),
    _one_of("state", "open", "finished", "interrupted"),
    _one_of("seat", "mentor", "mentee"),
    Index(None, "recording"),
)

downloads = Table(
    "downloads",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("recording", Id, ForeignKey("recordings.id"), nullable=False),
    Column("part", Id, nullable=False),
    Column("seat", SeatName),
    Column("at_ms", Moment, nullable=False),
    Index(None, "recording"),
)

# --- consent ------------------------------------------------------------------------------------------------------

consent_words = Table(
    "consent_words",
    metadata,
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("room", "hash"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("at_ms", Moment, nullable=False),
    Column("meeting", Id),
    Column("recording", Id),
    Column("words_hash", String(64)),
    Column("words_version", String(32)),
    Column("language", String(8)),
    Column("due_ms", Moment),
    Column("nonce", Id),
    Column("key", Id),
    Column("signature", String(256), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("room", "n"),
    UniqueConstraint("room", "seat", "kind", "nonce"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("code", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("at_ms", Moment, nullable=False),
    Column("mentor_seen_ms", Moment),
    Column("mentee_seen_ms", Moment),
    Index(None, "room"),
)

# --- what they make together ----------------------------------------------------------------------------------------

LogName = String(16)
"""`document`, `chat`, `notes.mentor` or `notes.mentee`."""

journal_generations = Table(
    "journal_generations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("log", LogName, nullable=False),
    Column("made_ms", Moment, nullable=False),
    Column("dropping", Boolean, nullable=False),
    Index(None, "room", "log"),
)

journal_batches = Table(
    "journal_batches",
    metadata,
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("log", LogName, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("generation", Id, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("names", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    PrimaryKeyConstraint("room", "log", "first"),
)

chat_entries = Table(
    "chat_entries",
    metadata,
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("local", Id, nullable=False),
    Column("at_ms", Moment, nullable=False),
    Column("key", Id, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary),
    Column("struck_ms", Moment),
    PrimaryKeyConstraint("room", "n"),
    UniqueConstraint("room", "seat", "local"),
    _one_of("seat", "mentor", "mentee"),
)

journal_snapshots = Table(
    "journal_snapshots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("log", LogName, nullable=False),
    Column("nth", Integer, nullable=False),
    Column("upto", BigInteger, nullable=False),
    Column("by", SeatName, nullable=False),
    Column("made_ms", Moment, nullable=False),
    Column("meeting", Id),
    Column("state", String(8), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("forgets", Boolean, nullable=False),
    Column("drops", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    _one_of("by", "mentor", "mentee"),
    _one_of("state", "making", "kept", "dropping"),
    Index(None, "room", "log"),
    Index(None, "state"),
)

journal_chunks = Table(
    "journal_chunks",
    metadata,
    Column("snapshot", Id, ForeignKey("journal_snapshots.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("snapshot", "place"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room", Id, ForeignKey("rooms.id"), nullable=False),
    Column("seat", SeatName, nullable=False),
    Column("made_ms", Moment, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    _one_of("seat", "mentor", "mentee"),
    _one_of("state", "coming", "kept", "going"),
    # Both sums of sizes, a room's and the server's, read this alone.
    Index(None, "room", "size"),
)

# --- the server ---------------------------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    Column("n", Counter, primary_key=True),
    Column("at_ms", Moment, nullable=False),
    Column("action", String(64), nullable=False),
    Column("by", String(16), nullable=False),
    Column("room", Id),
    Column("recording", Id),
    Column("numbers", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("longest_days", Integer, nullable=False),
    Column("from_ms", Moment, nullable=False),
)

admin_passwords = Table(
    "admin_passwords",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("passes", Integer, nullable=False),
    Column("memory_kib", Integer, nullable=False),
    Column("lanes", Integer, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("set_ms", Moment, nullable=False),
    CheckConstraint("id = 1", name="only_one"),
)

admin_links = Table(
    "admin_links",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("expires_ms", Moment, nullable=False),
)

admin_sessions = Table(
    "admin_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("expires_ms", Moment, nullable=False),
)

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("high_water_ms", Moment, nullable=False),
    Column("wall_ms", Moment, nullable=False),
    Column("hold_ms", BigInteger, nullable=False),
    Column("leapt_ms", BigInteger, nullable=False),
    Column("boot_id", String(64)),
    Column("boottime_ms", BigInteger),
    CheckConstraint("id = 1", name="only_one"),
)
