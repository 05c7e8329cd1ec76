"""The operators' way: valid, complete, hardened, and nothing in it that has a default password."""

import json
import re
from uuid import UUID
from xml.etree import ElementTree

import pytest

from deploy import environment
from deploy.databases import DatabaseSpec
from deploy.local.postgres import DISCREET
from deploy.services import EVERYBODY, PORTS
from services.accounting.publish.my_page.page import MY_PAGE
from services.accounting.publish.work.page import WORK
from services.accounting.settings import AccountingSettings, PublicSettings
from services.portal.settings import SignatureSettings
from shared.events.grants import consumers, grants
from shared.identity.callers import ROLES
from shared.kernel.iin import is_valid, is_valid_bin
from shared.settings import ServiceSettings
from tests.deploy.compose import FILE, PROFILES, ROOT, compose, every_service, ours, secrets, services

WRITABLE = {"kafka", "identity"}  # other people's images whose start scripts write beside themselves


def service_of(container: str) -> str:
    return container.partition("-")[0]


def processes() -> dict[str, dict[str, str]]:
    """The environment of every container that runs a service in whatever role, but for that which serves everybody."""
    return {
        name: service["environment"]
        for name, service in ours().items()
        if service_of(name) in PORTS and name != EVERYBODY.name
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_it_is_valid(profile: str) -> None:
    done = compose(secrets(), *(["--profile", profile] if profile else []), "config", "-q")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", environment.required(FILE.read_text("utf-8")))
def test_it_refuses_to_run_without_each_secret(name: str) -> None:
    done = compose({other: value for other, value in secrets().items() if other != name}, "config", "-q")
    assert done.returncode != 0
    assert name in done.stderr


def test_no_secret_has_a_default() -> None:
    defaults = re.findall(r"\$\{(KOSH_\w+):-([^}]*)\}", FILE.read_text("utf-8"))
    assert {name: value for name, value in defaults if re.search("PASSWORD|SECRET", name)} == {
        "KOSH_PEOPLE_PASSWORD": ""  # people.sh itself refuses an empty one
    }


def test_a_later_run_adds_only_what_is_missing() -> None:
    kept = "KOSH_POSTGRES_PASSWORD=mine\n"
    added = environment.complete(kept, ["KOSH_GRAFANA_PASSWORD", "KOSH_POSTGRES_PASSWORD"], "")
    assert re.fullmatch(r"KOSH_GRAFANA_PASSWORD=[\w-]{43}\n", added)


def test_the_log_of_postgres_repeats_no_row() -> None:
    command = services()["postgres"]["command"]
    assert {f"{name}={value}" for name, value in DISCREET.items()} <= set(command)


@pytest.mark.parametrize("name", sorted(every_service()))
def test_every_container_is_confined(name: str) -> None:
    service = every_service()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only", False) is (name not in WRITABLE)
    assert not {"privileged", "cap_add", "container_name", "network_mode", "pid"} & service.keys()
    assert int(service["mem_limit"]) >= 2**30
    assert service["restart"] in ("unless-stopped", "on-failure:3")


@pytest.mark.parametrize("name", sorted(every_service()))
def test_every_image_is_pinned(name: str) -> None:
    image, _, tag = every_service()[name]["image"].partition("@")[0].rpartition(":")
    assert image
    assert tag == "local" if image.startswith("kosh/") else re.match(r"v?\d+\.\d+", tag)


def test_kafka_is_the_one_that_is_tested() -> None:
    pom = ElementTree.parse(ROOT / "deploy/broker/pom.xml")  # noqa: S314 (our own file)
    version = pom.findtext(".//{*}kafka.version")
    assert services()["kafka"]["image"].partition("@")[0] == f"apache/kafka:{version}"


def test_kafka_lets_nobody_in_who_does_not_show_who_it_is() -> None:
    """Beyond its container there is one listener, with SASL and an authorizer that allows nothing by itself."""
    said = services()["kafka"]["environment"]
    protocols = dict(each.split(":") for each in said["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    reachable = [each.split("://")[0] for each in said["KAFKA_LISTENERS"].split(",") if "127.0.0.1" not in each]
    assert [protocols[name] for name in reachable] == ["SASL_PLAINTEXT"]
    assert said["KAFKA_AUTHORIZER_CLASS_NAME"].endswith(".StandardAuthorizer")
    assert "KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND" not in said
    assert set(said["KAFKA_SUPER_USERS"].split(";")) == {"User:broker", "User:kosh-setup", "User:ANONYMOUS"}


def test_each_service_is_a_user_of_kafka_of_its_own_with_a_password_of_its_own() -> None:
    jaas = services()["kafka"]["environment"]["KAFKA_LISTENER_NAME_CLIENTS_PLAIN_SASL_JAAS_CONFIG"]
    users = dict(re.findall(r'user_(\S+)="([^"]+)"', jaas))
    told = {name: variables for name, variables in processes().items() if "KOSH_KAFKA_USERNAME" in variables}
    shown = {(each["KOSH_KAFKA_USERNAME"], each["KOSH_KAFKA_PASSWORD"]) for each in told.values()}
    setup = services()["topics"]["environment"]
    assert shown == {(f"kosh-{service}", users[f"kosh-{service}"]) for service in PORTS}
    assert all(each["KOSH_KAFKA_USERNAME"] == f"kosh-{service_of(name)}" for name, each in told.items())
    assert (setup["KOSH_KAFKA_USERNAME"], setup["KOSH_KAFKA_PASSWORD"]) == ("kosh-setup", users["kosh-setup"])
    assert len(set(users.values())) == len(users) == len(PORTS) + 2


@pytest.mark.parametrize("name", sorted(processes()))
def test_every_process_has_all_settings_that_it_needs_and_no_unknown_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, variables = service_of(name), processes()[name]
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    kind = AccountingSettings if service == "accounting" else ServiceSettings
    settings = kind.of(service)
    assert (settings.port, settings.transport, settings.host) == (PORTS[service], "kafka", "0.0.0.0")  # noqa: S104
    known = {f.validation_alias or f"KOSH_{service}_{n}".upper() for n, f in kind.model_fields.items()}
    if service == "portal":
        known |= {f"KOSH_SIGNATURES_{n}".upper() for n in SignatureSettings.model_fields}
    named = {re.sub("KOSH_FEED_[A-Z]+_", "KOSH_FEED_<REGISTER>_", variable) for variable in variables}
    assert {variable for variable in named if variable.startswith("KOSH_")} <= known
    if isinstance(settings, AccountingSettings):  # the page /me asks the registers where the proxy publishes them
        registers = PORTS.keys() - {service}
        assert settings.register_origins == {each: f"http://localhost:{PORTS[each]}" for each in registers}
    assert f"http://localhost:{PORTS['accounting']}" in settings.frontend_origins
    assert (settings.api_metrics_port is not None) is (name in PORTS)
    assert (settings.metrics_port is not None) is name.endswith(("-relay", "-intake", "-background"))


def test_the_public_process_knows_the_released_figures_and_no_secret_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = services()[EVERYBODY.name]["environment"]
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    settings = PublicSettings.of("accounting_public")
    assert (settings.port, settings.host, settings.api_metrics_port) == (EVERYBODY.port(), "0.0.0.0", 9100)  # noqa: S104
    assert [name for name in variables if re.search("URL|SECRET|PASSWORD|OWNER|FEED|KAFKA", name)] == [
        "KOSH_ACCOUNTING_PUBLIC_DATABASE_URL"
    ]
    assert services()["databases"]["environment"]["KOSH_ACCOUNTING_PUBLIC_DATABASE_URL"] == settings.database_url


def test_only_the_intake_knows_what_gives_published_counts_their_noise() -> None:
    secret = "KOSH_ACCOUNTING_DISCLOSURE_SECRET"
    assert {name for name, variables in processes().items() if secret in variables} == {"accounting-intake"}


def test_only_migrations_and_the_owners_work_know_the_owners_password() -> None:
    knowing = {name for name, variables in processes().items() if any("OWNER" in each for each in variables)}
    assert knowing == {name for name in processes() if name.endswith(("-migrate", "-owner"))}


def test_only_the_intake_and_the_lists_of_persons_know_the_linkage_rooms_passwords() -> None:
    for role, container in {"INTAKE": "accounting-intake", "REVIEW": "accounting"}.items():
        name = f"KOSH_ACCOUNTING_{role}_DATABASE_URL"
        knowing = {each: variables[name] for each, variables in processes().items() if name in variables}
        assert knowing == {container: services()["databases"]["environment"][name]}


def test_the_database_job_makes_what_every_process_will_connect_to() -> None:
    job = services()["databases"]
    made = job["command"][1:]
    assert sorted(made) == sorted([*PORTS, "identity"])
    for name, variables in processes().items():
        url = f"KOSH_{service_of(name).upper()}_DATABASE_URL"
        assert variables[url] == job["environment"][url]
    identity = DatabaseSpec.of(
        job["environment"]["KOSH_IDENTITY_OWNER_DATABASE_URL"], job["environment"]["KOSH_IDENTITY_DATABASE_URL"]
    )
    keycloak = services()["identity"]["environment"]
    assert keycloak["KC_DB_URL"].endswith(f"/{identity.name}")
    assert (keycloak["KC_DB_USERNAME"], keycloak["KC_DB_PASSWORD"]) == (identity.owner.role, identity.owner.password)


def test_nothing_starts_before_what_it_needs() -> None:
    for service in PORTS:
        needed = services()[service]["depends_on"]
        assert {name: each["condition"] for name, each in needed.items()} == {
            f"{service}-migrate": "service_completed_successfully",
            "topics": "service_completed_successfully",
        }
    assert set(services()["topics"]["depends_on"]) == {"kafka"}


def test_the_proxy_publishes_the_ports_and_finds_every_replica() -> None:
    published = {int(port["published"]): port["target"] for port in services()["proxy"]["ports"]}
    ports = PORTS | {EVERYBODY.name: EVERYBODY.port()}
    assert published == {port: port for port in ports.values()}
    assert not any("ports" in service for service in ours().values())  # so that --scale works
    text = (ROOT / "deploy/proxy/haproxy.cfg").read_text("utf-8")
    for service, port in ports.items():
        assert re.search(
            rf"listen {service}\n    bind :{port}\n.*\n    server-template {service} 10 {service}:{port}", text
        )


def test_every_mounted_file_exists() -> None:
    mounted = [
        each for service in every_service().values() for each in service.get("volumes", []) if each["type"] == "bind"
    ]
    assert mounted
    for each in mounted:
        assert (ROOT / each["source"]).exists()
        assert each["read_only"]


def test_the_roles_of_the_identity_provider_are_ours() -> None:
    realm = json.loads((ROOT / "deploy/identity/kosh-realm.json").read_text("utf-8"))
    people = json.loads((ROOT / "deploy/identity/people.json").read_text("utf-8"))
    assert {role["name"] for role in realm["roles"]["client"]["kosh"]} == ROLES
    assert {role for person in people["users"] for role in person["clientRoles"]["kosh"]} == ROLES - {"system"}


def test_every_consumer_is_a_client_of_its_own_and_no_other_client_is_a_system() -> None:
    realm = json.loads((ROOT / "deploy/identity/kosh-realm.json").read_text("utf-8"))
    systems = {user["serviceAccountClientId"] for user in realm["users"] if "system" in user["clientRoles"]["kosh"]}
    assert systems == {grant.client for grant in grants()}
    secret_of = {client["clientId"]: client["secret"] for client in realm["clients"] if "secret" in client}
    assert len(set(secret_of.values())) == len(secret_of) == len(systems)
    for consumer in consumers():
        own = f"KOSH_{consumer.upper()}_SYSTEM_CLIENT"
        knowing = {name for name, variables in processes().items() if f"{own}_SECRET" in variables}
        assert knowing == {name for name in processes() if service_of(name) == consumer and name in reading()}
        assert all(processes()[name][f"{own}_ID"] == f"kosh-{consumer}" for name in knowing)
        assert secret_of[f"kosh-{consumer}"] == f"${{{own}_SECRET}}"


def test_every_place_of_the_realm_is_filled() -> None:
    """A secret that Keycloak is not told is imported as the text of its own name, which everybody knows."""
    realm = (ROOT / "deploy/identity/kosh-realm.json").read_text("utf-8")
    assert set(re.findall(r"\$\{(KOSH_\w+)}", realm)) <= services()["identity"]["environment"].keys()


def test_pages_sign_in_by_code_flow_with_pkce_at_addresses_that_are_declared_whole() -> None:
    realm = json.loads((ROOT / "deploy/identity/kosh-realm.json").read_text("utf-8"))
    pages = [client for client in realm["clients"] if client.get("standardFlowEnabled")]
    at = {client["clientId"]: client["redirectUris"] for client in pages}
    for page in (WORK, MY_PAGE):
        assert at[page.client] == [f"${{KOSH_WORK_ORIGIN}}{page.path}/{language}" for language in ("kk", "ru", "en")]
    for client in pages:
        assert (client["publicClient"], client["implicitFlowEnabled"]) == (True, False)
        assert client["attributes"]["pkce.code.challenge.method"] == "S256"
        assert not any("*" in address for address in client["redirectUris"] + client["webOrigins"])


def reading() -> set[str]:
    """The containers that read feeds."""
    return {name for name, variables in processes().items() if any(each.startswith("KOSH_FEED_") for each in variables)}


def test_the_people_for_development_have_numbers_that_the_services_accept() -> None:
    """An employer whose BIN is none can act for nobody: every body with that number is refused."""
    people = json.loads((ROOT / "deploy/identity/people.json").read_text("utf-8"))["users"]
    numbers = [
        (kind, number) for person in people for kind in ("iin", "bin") for number in person["attributes"].get(kind, ())
    ]
    valid = {"iin": is_valid, "bin": is_valid_bin}
    assert [(kind, number) for kind, number in numbers if not valid[kind](number)] == []


def test_no_cluster_id_can_be_taken_for_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([UUID(bytes=b"\xf8" + bytes(15)), UUID(bytes=b"\x04" + bytes(15))])  # "-AAA..." and "BAAA..."
    monkeypatch.setattr(environment, "uuid4", lambda: next(drawn))
    assert environment.cluster_id() == "BAAAAAAAAAAAAAAAAAAAAA"
