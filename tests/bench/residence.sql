-- The 12/16-month rule in window functions, for PostgreSQL and DuckDB alike: the reference of S5. It is written to be
-- fast, and tests/accounting/test_residence_sql.py holds it equal to the array rule.
-- Reads crossing(fact, person, day, second, source_order, arrival, initial); $1 is the end of observation. Statuses are
-- 0, 1 and 2 = not known, migration 0 no, 1 yes, 2 open, 3 undetermined, as in rules.outcome.
WITH spell AS (
    SELECT fact, person, day, arrival, initial,
        row_number() OVER own AS n,
        lead(day) OVER own - day AS length,
        lead(arrival) OVER own = arrival AS next_missing,
        coalesce(lag(arrival) OVER own = arrival, false) AS imputed
    FROM crossing
    WHERE day < $1
    WINDOW own AS (PARTITION BY person ORDER BY day, second, source_order, fact)
), part AS (
    SELECT *, CASE WHEN next_missing THEN length >> 1 ELSE length END AS first_part
    FROM spell
), counted AS (
    SELECT *,
        coalesce(sum(CASE arrival WHEN 1 THEN first_part ELSE length - first_part END) OVER (
            PARTITION BY person ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS total,
        max(n) OVER (PARTITION BY person ORDER BY day RANGE BETWEEN CURRENT ROW AND 486 FOLLOWING) AS last_n,
        least(day + 487, $1) AS past,
        CASE WHEN next_missing THEN day + first_part END AS turn
    FROM part
), inside AS (
    SELECT counted.*,
        last.total - counted.total + CASE last.arrival
            WHEN 1 THEN least(last.turn, counted.past) - last.day
            ELSE counted.past - least(last.turn, counted.past)
        END AS inside
    FROM counted JOIN counted AS last ON last.person = counted.person AND last.n = counted.last_n
), measured AS (
    SELECT *, CASE arrival WHEN 1 THEN inside ELSE past - day - inside END AS same
    FROM inside
), carried AS (
    SELECT *,
        same >= 365 AS lasting,
        CASE WHEN initial = 2 THEN 2 ELSE coalesce(max(CASE WHEN same >= 365 THEN n * 2 + arrival END) OVER (
            PARTITION BY person ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2, initial)
        END AS before
    FROM measured
), opened AS (
    SELECT *,
        min(CASE WHEN before NOT IN (arrival, 2) AND NOT lasting AND past - day - same <= 122 THEN n END) OVER (
            PARTITION BY person) AS opener
    FROM carried
), since AS (
    SELECT *,
        max(CASE WHEN n = opener THEN arrival END) OVER person AS opener_arrival,
        total - max(CASE WHEN n = opener THEN total END) OVER person AS since_inside,
        day - max(CASE WHEN n = opener THEN day END) OVER person AS since_days
    FROM opened
    WINDOW person AS (PARTITION BY person)
)
SELECT fact, imputed,
    CASE WHEN n > opener THEN 2 ELSE before END AS before,
    CASE WHEN n >= opener OR before = 2 THEN 2 WHEN lasting THEN arrival ELSE before END AS after,
    CASE
        WHEN before = 2 THEN 3
        WHEN n = opener THEN 2
        WHEN n > opener THEN CASE
            WHEN arrival = opener_arrival THEN 2
            WHEN CASE opener_arrival WHEN 1 THEN since_inside ELSE since_days - since_inside END < 243 THEN 0
            ELSE 2
        END
        WHEN lasting AND arrival <> before THEN 1
        ELSE 0
    END AS migration
FROM since
