"""Content keys, the keys of private notes, blobs"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # rooms and cookies from before have none: the first reader makes a room's key, one unlock a cookie's wrap
    op.add_column("rooms", sa.Column("content_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("seats", sa.Column("link_public", sa.LargeBinary(), nullable=True))
    op.add_column("seats", sa.Column("link_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("seats", sa.Column("content_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("seats", sa.Column("notes_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("seats", sa.Column("notes_made_ms", sa.BigInteger(), nullable=True))
    op.add_column("seat_cookies", sa.Column("content_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("seat_cookies", sa.Column("notes_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "blobs",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seat IN ('mentor', 'mentee')", name=op.f("ck_blobs_seat")),
        sa.CheckConstraint("state IN ('coming', 'kept', 'going')", name=op.f("ck_blobs_state")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_blobs_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blobs")),
    )
    op.create_index(op.f("ix_blobs_room_size"), "blobs", ["room", "size"])
