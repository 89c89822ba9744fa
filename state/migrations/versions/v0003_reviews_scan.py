"""No index for phones and names: only the review list reads them, and every page of records paid for keeping them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the two indexes."""
    op.execute("DROP INDEX records_phone")
    op.execute("DROP INDEX records_namesake")
