"""Parts of a recording that hold what the two made together"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parts", sa.Column("kind", sa.String(length=6), server_default="media", nullable=False))
