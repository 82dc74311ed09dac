"""${message}.

The version of the product before this one, on the tables after it: say whether it still runs.
"""

import sqlalchemy as sa
from alembic import op
${"\n" + imports + "\n" if imports else ""}
revision = ${repr(up_revision).replace("'", '"')}
down_revision = ${repr(down_revision).replace("'", '"')}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to ${up_revision}."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go back to ${down_revision or "an empty database"}."""
    ${downgrades if downgrades else "pass"}
