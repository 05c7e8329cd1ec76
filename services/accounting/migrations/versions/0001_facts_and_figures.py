"""Facts, sources, identity, persons and the cube."""

from alembic import op

from shared.audit.access_log import APPEND_ONLY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECORD = "fact bigint NOT NULL, source_id text NOT NULL, version integer NOT NULL, withdrawn boolean NOT NULL"
CROSSING = f"""{RECORD},
    day integer NOT NULL, second integer NOT NULL, source_order bigint NOT NULL, birth integer NOT NULL,
    partner smallint NOT NULL, citizen smallint NOT NULL, purpose smallint NOT NULL, sex smallint NOT NULL,
    arrival smallint NOT NULL, stated smallint NOT NULL, claim bigint NOT NULL, document bigint NOT NULL"""
REGISTER_FACT = f"""{RECORD},
    kind text NOT NULL, claim bigint NOT NULL, document bigint NOT NULL,
    evidence smallint NOT NULL, day integer NOT NULL, region smallint NOT NULL, body jsonb NOT NULL"""

FACTS = f"""
CREATE TABLE crossing ({CROSSING}, PRIMARY KEY (fact));
CREATE TABLE crossing_history ({CROSSING}, PRIMARY KEY (fact, version));
CREATE TABLE register_fact ({REGISTER_FACT}, PRIMARY KEY (fact));
CREATE INDEX register_fact_kind ON register_fact (kind);
CREATE INDEX register_fact_claim ON register_fact (claim);
CREATE INDEX register_fact_document ON register_fact (document);
CREATE TABLE register_fact_history ({REGISTER_FACT}, PRIMARY KEY (fact, version));
CREATE TABLE claim (
    key bigint PRIMARY KEY, iin bigint NOT NULL, born integer NOT NULL, name bigint NOT NULL, fact bigint NOT NULL
);
CREATE INDEX claim_iin ON claim (iin);
CREATE TABLE review (iin bigint PRIMARY KEY, found_at timestamptz NOT NULL);
"""

SOURCES = """
CREATE TABLE source_position (
    transport text, source text, part integer, position bigint NOT NULL, PRIMARY KEY (transport, source, part)
) WITH (fillfactor = 10);
CREATE TABLE source_state (
    source text PRIMARY KEY, position bigint NOT NULL, newest timestamptz, counted_at timestamptz NOT NULL,
    seen bigint NOT NULL, repeated bigint NOT NULL, stopped text
) WITH (fillfactor = 10);
CREATE TABLE parked_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, type text, reason text NOT NULL,
    parked_at timestamptz NOT NULL, resend boolean NOT NULL, event bytea NOT NULL
);
CREATE INDEX parked_event_resend ON parked_event (id) WHERE resend;
"""

ACCESS_LOG = """
CREATE TABLE access_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, caller text NOT NULL, agency text,
    roles text[] NOT NULL, action text NOT NULL, record_kind text NOT NULL, record_id text, person_iin text,
    reason text,
    CONSTRAINT access_log_action CHECK (action IN ('read', 'search', 'change'))
);
CREATE INDEX access_log_person ON access_log (person_iin, id) WHERE person_iin IS NOT NULL;
CREATE INDEX access_log_record ON access_log (record_kind, record_id);
"""

PUBLISHED = """
CREATE TABLE published_figure (
    flow text, key text, period text, starts date NOT NULL, ends date NOT NULL, value numeric NOT NULL,
    unit text NOT NULL, approximate boolean NOT NULL, concept text NOT NULL, source text NOT NULL,
    citation text NOT NULL, reported_on date, dataset text NOT NULL, loaded_at timestamptz NOT NULL,
    PRIMARY KEY (flow, key, period)
);
CREATE INDEX published_figure_dataset ON published_figure (dataset);
"""

# A rebuild copies these tables' shape (store.derived): whatever is changed here later holds for it as well.
DERIVED = """
CREATE SCHEMA derived;
CREATE TABLE derived.identity_key (key bigint PRIMARY KEY, person bigint NOT NULL);
CREATE TABLE derived.person (
    person bigint PRIMARY KEY, keys bytea NOT NULL, history bytea NOT NULL, evidence bytea NOT NULL, due integer
) WITH (fillfactor = 75);
ALTER TABLE derived.person ALTER COLUMN keys SET STORAGE EXTERNAL, ALTER COLUMN history SET STORAGE EXTERNAL,
    ALTER COLUMN evidence SET STORAGE EXTERNAL;
CREATE INDEX person_due ON derived.person (due) WHERE due IS NOT NULL;
CREATE TABLE derived.cube (cell bigint PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 70);
CREATE TABLE derived.counted (register_start integer PRIMARY KEY, obs_end integer NOT NULL);
"""


def upgrade() -> None:
    for statements in (FACTS, SOURCES, ACCESS_LOG, PUBLISHED, DERIVED):
        for statement in filter(str.strip, statements.split(";")):
            op.execute(statement)
    op.execute(APPEND_ONLY)
