"""What is kept of each register's fact: the members that a figure or a person's timeline reads, and no others.

A record's own number and its version stand in columns of the linkage room. Of the person only sex and citizenship are
kept, where a figure counts by them; of the birth date only the age group on the day of the act, or the year of
birth, where who stands in a register is counted by age.
"""

from collections.abc import Mapping
from typing import Final

AGE_GROUP: Final = "age_group"
"""Stored in place of a birth date: the code of dimensions.age_group, 0 = unknown."""

COHORT: Final = "cohort"
"""Stored in place of a birth date: the year on whose first day the person is below one year old (dimensions.cohort)."""

OF_BIRTH: Final = frozenset({AGE_GROUP, COHORT})
"""Members that stand for a birth date; no fact has them as its own."""

AGED_ON: Final[Mapping[str, str]] = {"residence_registration.v1": "date", "consular_registration.v1": "registered_on"}
"""By fact that keeps the age group: the member that is the day of the act."""

PERSONAL: Final = frozenset({"sex", "citizenship"})
"""Members of a person that may be kept beside the fact's own."""

KEPT: Final[Mapping[str, frozenset[str]]] = {
    "residence_registration.v1": frozenset({
        *("act", "date", "region", "residence", "counterpart_country", "counterpart_region", "former_kandas"),
        *PERSONAL, AGE_GROUP,
    }),
    "feed_coverage.v1": frozenset({"register_start", "complete_through"}),
    "residence_permit.v1": frozenset(
        {"residence", "region", "granted_on", "valid_until", "ended_on", *PERSONAL, COHORT}
    ),
    "protection_status.v1": frozenset(
        {"kind", "country_of_origin", "region", "granted_on", "ended_on", *PERSONAL, COHORT}
    ),
    "citizenship_change.v1": frozenset({"act", "date", "other_country"}),
    "violation.v1": frozenset(
        {"violation", "found_on", "since", "region", "found_by", "confirmed_on", "citizenship"},
    ),
    "expulsion.v1": frozenset({"decided_on", "executed_on", "to_country", "citizenship"}),
    "host_notification.v1": frozenset(
        {"channel", "state", "region", "stay_from", "stay_until", "checked_out_on", "purpose", "joins", "citizenship"}
    ),
    "visa.v1": frozenset(),
    "stay_registration.v1": frozenset({"region", "basis", "since", "until", "ended_on"}),
    "work_permit.v1": frozenset(
        {"kind", "category", "activity", "region", "qualified", "issued_on", "valid_from", "valid_until", "ended_on",
         *PERSONAL, COHORT}
    ),
    "eaeu_worker.v1": frozenset({"activity", "region", "qualified", "works_from", "works_until", "citizenship"}),
    "quota_pool.v1": frozenset(
        {"year", "quota_version", "act", "holds_from", "kind", "category", "region", "activity", "country",
         "size", "moved", "reserved", "used", "as_of"}
    ),
    "exempt_worker.v1": frozenset(
        {"ground", "activity", "region", "qualified", "works_from", "works_until", "citizenship"}
    ),
    "business_immigrant.v1": frozenset({"activity", "region", "valid_from", "valid_until", "citizenship"}),
    "kandas_status.v1": frozenset(
        {"state", "region", "country_of_origin", "applied_on", "decided_on", "valid_until", "ended_on", *PERSONAL,
         COHORT}
    ),
    "consular_registration.v1": frozenset(
        {"country", "purpose", "legality", "region_of_origin", "registered_on", "ended_on", "sex", *OF_BIRTH}
    ),
    "host_country_figure.v1": frozenset(
        {"country", "concept", "period", "value", "reliability", "source", "reported_on"}
    ),
    "remittance.v1": frozenset({"country", "direction", "period", "currency", "amount", "source", "reported_on"}),
    "assistance_case.v1": frozenset({"country", "kind", "opened_on"}),
    "study.v1": frozenset({"country", "region", "level", "since", "until", *PERSONAL, COHORT}),
    "quota_inclusion.v1": frozenset(
        {"kind", "region", "country_of_origin", "region_of_origin", "included_on", "ended_on", "end_reason",
         "competence"}
    ),
    "support_grant.v1": frozenset({"region"}),
    "employment_request.v1": frozenset({"kind", "region", "country_of_origin", "state", "asked_on"}),
    "centre_stay.v1": frozenset({"kind", "region", "since", "ended_on"}),
    "regional_quota_pool.v1": frozenset({"year", "quota_version", "act", "holds_from", "kind", "region", "size"}),
    "sign_of_life.v1": frozenset({"kind", "seen_on", "region"}),
    "employer_staff.v1": frozenset(
        {"year", "reported_on", "foreigners_1", "foreigners_2", "foreigners_3", "foreigners_4",
         "citizens_1", "citizens_2", "citizens_3", "citizens_4"}
    ),
}  # fmt: skip
"""By fact: its own members, those of its person, and AGE_GROUP or COHORT where a figure counts by age."""
