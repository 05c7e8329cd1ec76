"""What accounting says, asked over HTTP as a statistician would: records by person, crossings, and figures."""

import csv
from collections.abc import Iterator
from math import hypot, sqrt
from typing import Any

import httpx
import orjson

from tests.accuracy.said import Observation, Record, Verdict


class Accounting:
    """Accounting behind a client whose requests carry a statistician's token."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def persons(self) -> dict[Record, str]:
        """Record -> pseudonym of the person for whose it is taken."""
        return {
            (line["source"], _PATHS.get(line["fact"], line["fact"]), line["source_id"]): line["person"]
            for line in self._lines("/v1/identities", {})
        }

    def crossings(self, method: str) -> dict[str, Verdict]:
        """Crossing's own number -> verdict of a method."""
        return {
            line["source_id"]: Verdict(line["migration"], line["imputed"])
            for line in self._lines("/v1/classifications", {"method": method})
        }

    def back_test(self) -> list[dict[str, Any]]:
        """Provisional figures as they would have been at every month of the past, beside what they came to."""
        answer = self._client.get("/v1/estimates/provisional").raise_for_status().json()
        past: list[dict[str, Any]] = answer["past"]
        return past

    def series(self, flow: str, key: str) -> dict[str, Observation]:
        """Period -> observation of one series; empty where the flow holds none."""
        return {row["TIME_PERIOD"]: _observation(row) for row in self._rows(flow, key)}

    def doubts(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Indicator and year of the nation's flows by M1216R -> the standard error of what the registers miss, and by
        how many the figure may be too low at most since nobody can know more."""
        answer = self._client.get("/v1/estimates/provisional").raise_for_status().json()
        return {
            (each["indicator"], str(each["year"])): (
                hypot(each["missed_error"], each["broken_error"], sqrt(each["broken_error"])),
                each["undetermined"],
            )
            for each in answer["years"]
        }

    def reasons(self) -> list[str]:
        """Where accounting says that its past is no guide, in words."""
        answer = self._client.get("/v1/estimates/provisional", params={"lang": "en"}).raise_for_status().json()
        return [each["reason"] for each in answer["breaks"]]

    def along(self, flow: str, key: str, dimension: str) -> dict[tuple[str, str], Observation]:
        """Code along a dimension and period -> observation; the key leaves that dimension open."""
        return {(row[dimension], row["TIME_PERIOD"]): _observation(row) for row in self._rows(flow, key)}

    def _rows(self, flow: str, key: str) -> Iterator[dict[str, str]]:
        answer = self._client.get(f"/sdmx/v1/data/{flow}/{key}", params={"format": "csv"})
        if answer.status_code != httpx.codes.NOT_FOUND:
            yield from csv.DictReader(answer.raise_for_status().text.lstrip("\ufeff").splitlines())

    def _lines(self, path: str, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
        with self._client.stream("GET", path, params=asked) as answer:
            answer.raise_for_status()
            yield from map(orjson.loads, answer.iter_lines())


_PATHS = {
    "border_crossing.v1": "border-crossings",
    "residence_registration.v1": "residence-registrations",
    "residence_permit.v1": "residence-permits",
    "citizenship_change.v1": "citizenship-changes",
    "protection_status.v1": "protection-statuses",
    "host_notification.v1": "host-notifications",
    "violation.v1": "violations",
    "expulsion.v1": "expulsions",
    "visa.v1": "visas",
    "work_permit.v1": "work-permits",
    "eaeu_worker.v1": "eaeu-workers",
    "exempt_worker.v1": "exempt-workers",
    "business_immigrant.v1": "business-immigrants",
    "kandas_status.v1": "kandas-statuses",
    "quota_inclusion.v1": "quota-inclusions",
    "consular_registration.v1": "consular-registrations",
    "assistance_case.v1": "assistance-cases",
    "study.v1": "studies",
}
"""Kind of fact -> its route's stem: the same word but for how English makes a plural."""


def _observation(row: dict[str, str]) -> Observation:
    error = row.get("STD_ERROR")
    return Observation(float(row["OBS_VALUE"]), row.get("OBS_STATUS") or "A", float(error) if error else None)
