"""Journals: what the two make together, sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_generations",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("log", sa.String(length=16), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("dropping", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_journal_generations_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_generations")),
    )
    op.create_index(op.f("ix_journal_generations_room_log"), "journal_generations", ["room", "log"])
    op.create_table(
        "journal_batches",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("log", sa.String(length=16), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.String(length=16), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_journal_batches_room")),
        sa.PrimaryKeyConstraint("room", "log", "first", name=op.f("pk_journal_batches")),
    )
    op.create_table(
        "chat_entries",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("local", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("struck_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("seat IN ('mentor', 'mentee')", name=op.f("ck_chat_entries_seat")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_chat_entries_room")),
        sa.PrimaryKeyConstraint("room", "n", name=op.f("pk_chat_entries")),
        sa.UniqueConstraint("room", "seat", "local", name=op.f("uq_chat_entries_room_seat_local")),
    )
    op.create_table(
        "journal_snapshots",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("log", sa.String(length=16), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=6), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("meeting", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("forgets", sa.Boolean(), nullable=False),
        sa.Column("drops", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("by IN ('mentor', 'mentee')", name=op.f("ck_journal_snapshots_by")),
        sa.CheckConstraint("state IN ('making', 'kept', 'dropping')", name=op.f("ck_journal_snapshots_state")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_journal_snapshots_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_snapshots")),
    )
    op.create_index(op.f("ix_journal_snapshots_room_log"), "journal_snapshots", ["room", "log"])
    op.create_index(op.f("ix_journal_snapshots_state"), "journal_snapshots", ["state"])
    op.create_table(
        "journal_chunks",
        sa.Column("snapshot", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot"], ["journal_snapshots.id"], name=op.f("fk_journal_chunks_snapshot")),
        sa.PrimaryKeyConstraint("snapshot", "place", name=op.f("pk_journal_chunks")),
    )
