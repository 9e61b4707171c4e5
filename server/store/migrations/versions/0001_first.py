"""Rooms, seats, recordings, consent and audit"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_links",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_links")),
    )
    op.create_table(
        "admin_passwords",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("memory_kib", sa.Integer(), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_admin_passwords_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_passwords")),
    )
    op.create_table(
        "admin_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_sessions")),
    )
    op.create_table(
        "audit",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=True),
        sa.Column("recording", sa.String(length=16), nullable=True),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit")),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("high_water_ms", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("leapt_ms", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.String(length=64), nullable=True),
        sa.Column("boottime_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("longest_days", sa.Integer(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    op.create_table(
        "rooms",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("creator", sa.String(length=8), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("retention_follows", sa.Boolean(), nullable=False),
        sa.Column("downloads", sa.Boolean(), nullable=False),
        sa.Column("password_is_pairs", sa.Boolean(), nullable=False),
        sa.Column("password_offered", sa.Boolean(), nullable=False),
        sa.Column("argon2_passes", sa.Integer(), nullable=False),
        sa.Column("argon2_memory_kib", sa.Integer(), nullable=False),
        sa.Column("argon2_lanes", sa.Integer(), nullable=False),
        sa.Column("argon2_salt", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("mk_id", sa.String(length=64), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.CheckConstraint("creator IN ('mentor', 'mentee', 'neither')", name=op.f("ck_rooms_creator")),
        sa.CheckConstraint("retention_days >= 1", name=op.f("ck_rooms_retention_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rooms_mk_id"), ["mk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rooms_retention_days"), ["retention_days"], unique=False)

    op.create_table(
        "consent_words",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_consent_words_room")),
        sa.PrimaryKeyConstraint("room", "hash", name=op.f("pk_consent_words")),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_meetings_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meetings_room"), ["room"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mentor_seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("mentee_seen_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_notices_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_room"), ["room"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("meeting", sa.String(length=16), nullable=True),
        sa.Column("recording", sa.String(length=16), nullable=True),
        sa.Column("words_hash", sa.String(length=64), nullable=True),
        sa.Column("words_version", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("nonce", sa.String(length=16), nullable=True),
        sa.Column("key", sa.String(length=16), nullable=True),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_receipts_room")),
        sa.PrimaryKeyConstraint("room", "n", name=op.f("pk_receipts")),
        sa.UniqueConstraint("room", "seat", "kind", "nonce", name=op.f("uq_receipts_room_seat_kind_nonce")),
    )
    op.create_table(
        "seats",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("seat IN ('mentor', 'mentee')", name=op.f("ck_seats_seat")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_seats_room")),
        sa.PrimaryKeyConstraint("room", "seat", name=op.f("pk_seats")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("secret_wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_sessions_room")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_ms"), ["expires_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_room"), ["room"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("meeting", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("downloads", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("deleted_by", sa.String(length=6), nullable=True),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state <> 'kept' OR (due_ms IS NOT NULL AND ended_ms IS NOT NULL)", name=op.f("ck_recordings_kept_has_day")
        ),
        sa.CheckConstraint("state IN ('recording', 'kept', 'deleting', 'deleted')", name=op.f("ck_recordings_state")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_recordings_meeting")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_recordings_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_retention_days"), ["retention_days"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_room_created_ms"), ["room", "created_ms"], unique=False)
        batch_op.create_index(
            "ix_recordings_size",
            ["size"],
            unique=False,
            sqlite_where=sa.text("size > 0"),
            postgresql_where=sa.text("size > 0"),
        )
        batch_op.create_index(batch_op.f("ix_recordings_state_due_ms"), ["state", "due_ms"], unique=False)

    op.create_table(
        "seat_cookies",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("how IN ('creator', 'claim', 'link', 'approval')", name=op.f("ck_seat_cookies_how")),
        sa.ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"], name=op.f("fk_seat_cookies_room_seat")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_seat_cookies")),
    )
    with op.batch_alter_table("seat_cookies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_cookies_room_seat"), ["room", "seat"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_cookies_used_ms"), ["used_ms"], unique=False)

    op.create_table(
        "seat_keys",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("registered_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"], name=op.f("fk_seat_keys_room_seat")),
        sa.PrimaryKeyConstraint("room", "id", name=op.f("pk_seat_keys")),
    )
    op.create_table(
        "downloads",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recording", sa.String(length=16), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"], name=op.f("fk_downloads_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downloads")),
    )
    with op.batch_alter_table("downloads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_downloads_recording"), ["recording"], unique=False)

    op.create_table(
        "runs",
        sa.Column("recording", sa.String(length=16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["recording"], ["recordings.id"], name=op.f("fk_runs_recording")),
        sa.PrimaryKeyConstraint("recording", "run", name=op.f("pk_runs")),
    )
    op.create_table(
        "parts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("recording", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("video", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("seat IN ('mentor', 'mentee')", name=op.f("ck_parts_seat")),
        sa.CheckConstraint("state IN ('open', 'finished', 'interrupted')", name=op.f("ck_parts_state")),
        sa.ForeignKeyConstraint(
            ["recording", "run"], ["runs.recording", "runs.run"], name=op.f("fk_parts_recording_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
    )
    with op.batch_alter_table("parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parts_recording"), ["recording"], unique=False)
