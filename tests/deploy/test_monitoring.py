"""Alerts and dashboards speak of figures that exist, of processes that run, and of pages that can be read."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from deploy.services import SERVICES
from services.accounting.app import make_app as make_accounting
from services.accounting.intake.watch import IntakeMetrics
from services.accounting.settings import AccountingSettings
from services.portal.app import make_app as make_portal
from shared.broker import Broker
from shared.events.grants import grants_of
from shared.inbox.follow import FollowMetrics
from shared.outbox.relay import Relay
from shared.process import Telemetry
from shared.testing.api import Api, StartApi
from tests.deploy.compose import ROOT, services

FOLDER = ROOT / "deploy/monitoring"
OF_PROMETHEUS = {"up", "ALERTS"}
OF_NODE_EXPORTER = {"node_filesystem_avail_bytes"}  # the operator's: only it knows what is free
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def alerts() -> list[dict[str, Any]]:
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    dashboard = json.loads((FOLDER / "grafana/dashboards/kosh.json").read_text("utf-8"))
    found: list[dict[str, Any]] = dashboard["panels"]
    return found


def expressions() -> list[str]:
    return [rule["expr"] for rule in alerts()] + [target["expr"] for panel in panels() for target in panel["targets"]]


def asked(node: Any) -> Iterator[str]:
    """The names of all figures in an expression."""
    if isinstance(node, promql_parser.MatrixSelector):
        node = node.vector_selector
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name or ""  # nameless: whatever it finds, it is not one of ours
    for part in ("expr", "lhs", "rhs", "param"):
        if isinstance(child := getattr(node, part, None), promql_parser.Expr):
            yield from asked(child)
    for argument in getattr(node, "args", None) or ():
        yield from asked(argument)


def names_in(exposition: str) -> set[str]:
    """Every name that Prometheus stores of it, also of figures that have no value yet."""
    families = list(text_string_to_metric_families(exposition))
    return {family.name + suffix for family in families for suffix in SUFFIXES.get(family.type, ("",))}


def of_registry(registry: CollectorRegistry) -> set[str]:
    return {f.name + suffix for f in registry.collect() for suffix in SUFFIXES.get(f.type, ("",))}


async def scraped(api: Api) -> set[str]:
    return names_in((await api.app.state.metrics.exposition()).decode())


@pytest.fixture
async def existing(start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The figures of every kind of process."""
    monkeypatch.setenv("KOSH_TRANSPORT", "kafka")
    monkeypatch.setenv("KOSH_KAFKA_BOOTSTRAP", "kafka.invalid:9092")
    monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "a secret of the tests alone")
    monkeypatch.setenv("KOSH_FEED_PORTAL_URL", "http://portal.invalid")
    portal = await start_api("portal", make_portal)
    accounting = await start_api("accounting", lambda _: make_accounting(AccountingSettings.of("accounting")))
    relay, intake, background = map(Telemetry, ("portal-relay", "accounting-intake", "permits-background"))
    Relay(portal.engine, grants_of("portal"), Broker("kafka.invalid:9092"), relay)
    IntakeMetrics(intake)
    FollowMetrics(background)
    without_api = set().union(*(of_registry(each.metrics.registry) for each in (relay, intake, background)))
    return without_api | await scraped(portal) | await scraped(accounting)


async def test_every_figure_that_is_asked_for_exists(existing: set[str]) -> None:
    wanted = {name for expression in expressions() for name in asked(promql_parser.parse(expression))}
    assert len(wanted) > 10
    assert wanted <= existing | OF_PROMETHEUS | OF_NODE_EXPORTER


def test_a_figure_is_found_wherever_it_stands_in_an_expression() -> None:
    expression = "max by (a) (b) / on (c) quantile(scalar(d), rate(e[5m])) > min_over_time(f[1h:5m]) or -g"
    assert set(asked(promql_parser.parse(expression))) == {"b", "d", "e", "f", "g"}


def test_every_alert_leads_to_a_page() -> None:
    for alert in alerts():
        assert (ROOT / "deploy/runbooks" / alert["annotations"]["runbook"]).is_file(), alert["alert"]
        assert alert["labels"]["severity"] in {"page", "ticket"}


def test_every_process_is_asked_where_it_answers() -> None:
    asked_at = {
        name: (job["job_name"], found["port"])
        for job in read("prometheus.yml")["scrape_configs"]
        for found in job.get("dns_sd_configs", [])
        for name in found["names"]
    }
    running = {}
    for name, service in services().items():
        variables = service.get("environment") or {}
        if "KOSH_OIDC_ISSUER" in variables and not name.endswith("-migrate"):
            own, _, role = name.partition("-")
            port = variables["KOSH_METRICS_PORT" if role else f"KOSH_{own.upper()}_API_METRICS_PORT"]
            running[name] = (role or "api", int(port))
    running |= {"accounting-public": ("public", 9100)}  # it knows no identity provider
    assert asked_at == running
    proxied = set(re.findall(r"(?:bind |server-template .*):(\d+)", (ROOT / "deploy/proxy/haproxy.cfg").read_text()))
    assert proxied.isdisjoint({str(port) for _, port in asked_at.values()}), "figures are for operators"


def test_panels_ask_the_source_that_is_provided() -> None:
    provided = {source["uid"] for source in read("grafana/datasources/kosh.yml")["datasources"]}
    for panel in panels():
        assert {target["datasource"]["uid"] for target in panel["targets"]} <= provided
    addresses = {source["url"] for source in read("grafana/datasources/kosh.yml")["datasources"]}
    assert {re.sub(r"http://(\w+):.*", r"\1", address) for address in addresses} <= set(services())


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool, of Debian's package prometheus")
def test_alerts_sound_when_they_should() -> None:
    subprocess.run(["promtool", "check", "config", FOLDER / "prometheus.yml"], check=True, timeout=60)
    subprocess.run(["promtool", "test", "rules", ROOT / "tests/deploy/alerts.test.yml"], check=True, timeout=60)


def course_without(away: str, *, scraped: bool) -> dict[str, Any]:
    """promtool's test of one service that does not answer, or is not even found, while all others do."""
    up = {name: "1x20" for name in SERVICES if name != away} | ({away: "0x20"} if scraped else {})
    labels = {"severity": "page", "service": away} | ({} if scraped else {"job": "api"})
    told = {"summary": f"No replica of {away} answers", "runbook": "start-and-stop.md"}
    alert = {"exp_labels": labels, "exp_annotations": told}
    return {
        "interval": "1m",
        "input_series": [
            {"series": f'up{{job="api", service="{name}", instance="a"}}', "values": values}
            for name, values in up.items()
        ],
        "alert_rule_test": [{"eval_time": "20m", "alertname": "ServiceAway", "exp_alerts": [alert]}],
    }


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool, of Debian's package prometheus")
def test_each_service_is_missed_and_no_other_instead(tmp_path: Path) -> None:
    courses = [course_without(name, scraped=scraped) for name in SERVICES for scraped in (True, False)]
    asked = {"rule_files": [str(FOLDER / "alerts.yml")], "evaluation_interval": "1m", "tests": courses}
    path = tmp_path / "service-away.yml"
    path.write_text(yaml.safe_dump(asked))
    subprocess.run(["promtool", "test", "rules", path], check=True, timeout=60)
