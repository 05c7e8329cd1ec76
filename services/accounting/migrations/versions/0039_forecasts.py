"""Forecasts lie beside the public figures of the release that they are made from (decision 0077).

Expanding only: the earlier version knows none of these tables.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = {
    "forecast_series": """
        release bigint NOT NULL,
        key text NOT NULL,
        place bigint NOT NULL,
        first text,
        last text,
        break_tested boolean NOT NULL,
        broken text,
        stopped text,
        model text,
        PRIMARY KEY (release, key)""",
    "forecast_score": """
        release bigint NOT NULL,
        key text NOT NULL,
        model text NOT NULL,
        origins bigint NOT NULL,
        months bigint NOT NULL,
        mase numeric,
        covered_80 numeric NOT NULL,
        covered_95 numeric NOT NULL,
        PRIMARY KEY (release, key, model)""",
    "forecast": """
        release bigint NOT NULL,
        key text NOT NULL,
        period text NOT NULL,
        value numeric NOT NULL,
        lower_80 numeric NOT NULL,
        upper_80 numeric NOT NULL,
        lower_95 numeric NOT NULL,
        upper_95 numeric NOT NULL,
        PRIMARY KEY (release, key, period)""",
}


def upgrade() -> None:
    for name, columns in TABLES.items():
        op.execute(f"CREATE TABLE public_figures.{name} ({columns})")
        op.execute(
            f"""CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON public_figures.{name}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
        )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.execute(f"DROP TABLE public_figures.{name}")
