"""Records are found by source id, person and day: indexes over members of their JSON.

Expanding only: the earlier version does not ask by them.
"""

from alembic import op

from shared.db import online

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DAYS = {
    "residence_registration": "date",
    "residence_permit": "granted_on",
    "protection_status": "granted_on",
    "citizenship_change": "date",
    "violation": "found_on",
    "expulsion": "decided_on",
    "visa": "issued_on",
    "host_notification": "stay_from",
    "entry_ban": "barred_from",
    "lost_document": "reported_on",
    "border_alert": "crossed_at",
}
MEMBERS = (
    ("residence_registration", "iin"),
    ("residence_registration", "document"),
    ("host_notification", "source_id"),
    ("visa", "source_id"),
    ("lost_document", "iin"),
    ("border_alert", "iin"),
    ("border_alert", "document"),
)
PATHS = {"iin": "person,iin", "document": "person,document,number", "source_id": "source_id"}


def upgrade() -> None:
    for table, day in DAYS.items():
        online.create_index(f"{table}_day", table, f"(left(body #>> '{{{day}}}', 10), id)")
    for table, name in MEMBERS:
        online.create_index(f"{table}_by_{name}", table, f"((body #>> '{{{PATHS[name]}}}'))")
    online.create_index("border_crossing_day", "border_crossing", "USING brin (crossed_at)")


def downgrade() -> None:
    op.drop_index("border_crossing_day")
    for table, name in MEMBERS:
        op.drop_index(f"{table}_by_{name}")
    for table in DAYS:
        op.drop_index(f"{table}_day")
