"""What everybody reads lies in a room of its own, after disclosure control: figures of releases, releases, and what
other bodies have published (decision 0073). `deploy.databases` makes the role that reads it and nothing else.

Expanding only: the version before writes and reads its own tables as before. What it cut, and what it withheld of it,
everybody goes on reading through the view.
"""

from alembic import op

from shared.db.grants import read_only

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS public_figures",
    """CREATE TABLE public_figures.figure (
        release bigint NOT NULL,
        flow text NOT NULL,
        margin text NOT NULL,
        key text NOT NULL,
        period text NOT NULL,
        value numeric NOT NULL,
        status text NOT NULL,
        std_error numeric,
        PRIMARY KEY (release, flow, margin, key, period)
    )""",
    """CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON public_figures.figure
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    "ALTER TABLE release ADD COLUMN disclosure text",
    """CREATE VIEW public_figures.released AS
    SELECT release, flow, margin, key, period, value, status, std_error FROM public_figures.figure
    UNION ALL
    SELECT f.release, f.flow, '', f.key, f.period, f.value::numeric, f.status, f.std_error
    FROM public.released_figure f
    WHERE NOT f.withheld AND EXISTS (SELECT FROM public.release r WHERE r.id = f.release AND r.disclosure IS NULL)""",
    """CREATE VIEW public_figures.release AS
    SELECT id, cut_at, counted_at, register_start, obs_end, reason, method_version, disclosure FROM public.release""",
    """CREATE VIEW public_figures.released_gap AS
    SELECT g.release, g.flow, g.key, g.period, g.parts,
        CASE WHEN g.withheld OR r.disclosure IS NOT NULL THEN NULL ELSE g.gap END AS gap, g.why, g.withheld
    FROM public.released_gap g JOIN public.release r ON r.id = g.release""",
    """CREATE VIEW public_figures.published_figure AS
    SELECT flow, key, period, starts, ends, value, unit, approximate, concept, source, citation, reported_on, dataset,
        loaded_at
    FROM public.published_figure""",
)
VIEWS = ("released", "release", "released_gap", "published_figure")


def upgrade() -> None:
    for statement in (*STATEMENTS, read_only("public_figures", *VIEWS)):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP SCHEMA public_figures CASCADE")
    op.execute("ALTER TABLE release DROP COLUMN disclosure")
