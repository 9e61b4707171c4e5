"""Since when nobody is in a meeting that has not ended"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meetings", sa.Column("empty_ms", sa.BigInteger(), nullable=True))
