"""What must know every service, joined: a service that is added to the registry is missed here in each file by name."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.services import ALL, PORTS, REGISTERS, SERVICES, WITH_BACKGROUND, Service
from shared.events.catalogue import FACTS
from shared.events.grants import promised
from tests.deploy.compose import ROOT, services

Place = Callable[[Service], bool]


def containers_of(service: Service) -> set[str]:
    """What has to run of a service."""
    roles = {"": True, "-migrate": True, "-relay": service.register, "-background": service.background}
    return {f"{service.name}{role}" for role, wanted in roles.items() if wanted}


def scraped() -> dict[str, list[tuple[str, int]]]:
    """Job -> the containers and ports that Prometheus asks."""
    known = yaml.safe_load((ROOT / "deploy/monitoring/prometheus.yml").read_text())["scrape_configs"]
    return {
        job["job_name"]: [(name, found["port"]) for found in job.get("dns_sd_configs", ()) for name in found["names"]]
        for job in known
    }


def is_in_compose(service: Service) -> bool:
    return containers_of(service) <= set(services())


def has_a_database_in_compose(service: Service) -> bool:
    return service.name in services()["databases"]["command"]


def is_read_by_accounting(service: Service) -> bool:
    address = services()["accounting-intake"]["environment"].get(f"KOSH_FEED_{service.name.upper()}_URL")
    return not service.register or address == f"http://{service.name}:{service.port()}"


def is_scraped(service: Service) -> bool:
    roles = {"relay": service.register, "background": service.background}
    return (service.name, 9100) in scraped()["api"] and all(
        (f"{service.name}-{job}", 9100) in scraped()[job] for job, wanted in roles.items() if wanted
    )


def is_missed_by_an_alert(service: Service) -> bool:
    return f'absent(up{{job="api", service="{service.name}"}})' in text_of("deploy/monitoring/alerts.yml")


def is_behind_the_proxy(service: Service) -> bool:
    wanted = (
        rf"^listen {service.name}\n    bind :{service.port()}\n(?:    .*\n)*    server-template {service.name} \d+ "
    )
    return bool(re.search(rf"{wanted}{service.name}:{service.port()}$", text_of("deploy/proxy/haproxy.cfg"), re.M))


def has_a_topic(service: Service) -> bool:
    topic = promised().get(f"kosh.{service.name}.v1")
    return not service.register or (topic is not None and topic["producer"] == service.name)


def publishes_facts(service: Service) -> bool:
    return not service.register or service.name in {fact.PRODUCER for fact in FACTS.values()}


def has_an_api_contract(service: Service) -> bool:
    path = ROOT / "contracts/http" / f"{service.name}.openapi.json"
    return path.exists() and bool(json.loads(path.read_text())["paths"])


def is_in_the_role_matrix(service: Service) -> bool:
    with (ROOT / "contracts/http/access.csv").open(newline="") as lines:
        return any(row["service"] == service.name for row in csv.DictReader(lines))


def is_in_the_readme(service: Service) -> bool:
    return bool(re.search(rf"\b{service.name} \(", text_of("README.md")))


def has_code(service: Service) -> bool:
    folder = ROOT / "services" / service.name
    parts = ["__main__.py", "app.py", "migrations/versions", *(["background.py"] if service.background else [])]
    return all((folder / part).exists() for part in parts)


PLACES: dict[str, Place] = {
    "README.md (services/)": is_in_the_readme,
    "services/": has_code,
    "shared/events/catalogue.py (facts)": publishes_facts,
    "contracts/topics.yaml": has_a_topic,
    "contracts/http/*.openapi.json": has_an_api_contract,
    "contracts/http/access.csv": is_in_the_role_matrix,
    "docker-compose.yml (containers)": is_in_compose,
    "docker-compose.yml (databases)": has_a_database_in_compose,
    "docker-compose.yml (feeds of accounting)": is_read_by_accounting,
    "deploy/monitoring/prometheus.yml": is_scraped,
    "deploy/monitoring/alerts.yml": is_missed_by_an_alert,
    "deploy/proxy/haproxy.cfg": is_behind_the_proxy,
}


def text_of(path: str) -> str:
    return (ROOT / path).read_text()


def forgotten(service: Service) -> list[str]:
    """The places that do not know the service."""
    return [place for place, knows in PLACES.items() if not knows(service)]


@pytest.mark.parametrize("service", ALL, ids=SERVICES)
def test_every_place_knows_the_service(service: Service) -> None:
    assert forgotten(service) == []


def test_every_place_misses_a_service_that_is_only_in_the_registry() -> None:
    assert forgotten(Service("nowhere", 99, "a service that is only in the registry", background=True)) == list(PLACES)


def named() -> Iterator[tuple[str, Any]]:
    """Places that name all services, and what they name."""
    with (ROOT / "contracts/http/access.csv").open(newline="") as lines:
        yield "contracts/http/access.csv", {row["service"] for row in csv.DictReader(lines)}
    yield "contracts/http", {path.name.partition(".")[0] for path in (ROOT / "contracts/http").glob("*.openapi.json")}
    yield "services/", {path.parent.name for path in (ROOT / "services").glob("*/__main__.py")}
    yield "deploy/monitoring/prometheus.yml", {name for name, _ in scraped()["api"]}
    yield "deploy/proxy/haproxy.cfg", set(re.findall(r"^listen (\w+)$", text_of("deploy/proxy/haproxy.cfg"), re.M))


@pytest.mark.parametrize(("place", "found"), list(named()), ids=[place for place, _ in named()])
def test_no_place_knows_another_service(place: str, found: set[str]) -> None:
    assert found == set(SERVICES), place


COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", sorted((ROOT / "deploy/runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_no_command_of_a_runbook_lists_services(path: Path) -> None:
    """A command for all asks docker-compose.yml who there is: a list would pass over whoever is new, and say nothing.
    Two may be named: portal and permits hear of each other."""
    lines = "".join(COMMANDS.findall(path.read_text())).splitlines()
    several = [line for line in lines if len({name for name in REGISTERS if re.search(rf"\b{name}\b", line)}) > 2]
    assert several == []


@pytest.mark.parametrize(("role", "known"), [("relay", REGISTERS), ("migrate", SERVICES)])
def test_the_runbooks_ask_for_who_there_is(role: str, known: tuple[str, ...]) -> None:
    """As `docker compose config --services | sed -n 's/-ROLE$//p'` does."""
    assert {name.removesuffix(f"-{role}") for name in services() if name.endswith(f"-{role}")} == set(known)
    asked = f"docker compose config --services | sed -n 's/-{role}$//p'"
    assert any(asked in path.read_text() for path in (ROOT / "deploy/runbooks").glob("*.md"))


def test_registers_are_those_of_the_topics() -> None:
    assert set(REGISTERS) == {topic["producer"] for topic in promised().values()}


def test_who_works_without_being_asked_says_so() -> None:
    assert {path.parent.name for path in Path(ROOT / "services").glob("*/background.py")} == set(WITH_BACKGROUND)


def test_ports_are_fixed() -> None:
    """Clients, firewalls and the proxy know them: a new service takes the next one."""
    fixed = {"portal": 8101, "permits": 8102, "kandas": 8103, "consular": 8104, "accounting": 8105}
    assert PORTS.items() >= fixed.items()
    assert len(set(PORTS.values())) == len(PORTS)
