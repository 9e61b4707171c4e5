"""Seats that were opened by the partner's word, until their person has been told"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # cookies from before that came by the partner's word are not told of afterwards: how they came stands with them
    op.create_table(
        "vouches",
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.String(length=6), nullable=False),
        sa.Column("browser", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("seat IN ('mentor', 'mentee')", name=op.f("ck_vouches_seat")),
        sa.ForeignKeyConstraint(["room", "seat"], ["seats.room", "seats.seat"], name=op.f("fk_vouches_room")),
        sa.PrimaryKeyConstraint("room", "seat", "browser", name=op.f("pk_vouches")),
    )
