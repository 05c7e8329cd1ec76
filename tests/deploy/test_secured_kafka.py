"""A real Kafka with docker-compose's own settings of who may do what, and TLS: clients as KOSH_KAFKA_... say it."""

import asyncio
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from deploy import services, topic_access, topics
from deploy.local.kafka import Node
from shared.broker import Broker
from shared.events.grants import Grant, grants
from shared.settings import KafkaSettings
from shared.testing.kafka import LIBS
from tests.deploy import compose

pytestmark = pytest.mark.kafka

STRANGER = "of the tests alone"
OF_THE_PLACE = {"cluster.id", "log.dirs", "node.id", "process.roles", "controller.quorum.voters"}
SECURED = """
listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENTS://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,CLIENTS:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={directory}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={directory}/ca.pem
"""
COMPOSE = "listener.name.clients.plain.sasl.jaas.config"


SERVICES = tuple(f"kosh-{service.name}" for service in services.ALL)


def as_compose_says() -> dict[str, str]:
    """The properties that the image makes of docker-compose.yml's KAFKA_..., without those of its place."""
    found = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in compose.services()["kafka"]["environment"].items()
        if name.startswith("KAFKA_")
    }
    return {name: value for name, value in found.items() if name not in OF_THE_PLACE}


def password_of(name: str) -> str:
    who, known = name.removeprefix("kosh-").upper(), compose.secrets()
    return known.get(f"KOSH_{who}_KAFKA_PASSWORD") or known.get(f"KOSH_KAFKA_{who}_PASSWORD") or STRANGER


class SecuredNode(Node):
    """The node of `make run` as docker-compose.yml has it secured, behind TLS. Its certificate is its own authority."""

    def _properties(self, data: Path) -> Path:
        file = super()._properties(data)
        lines = dict(line.split("=", 1) for line in file.read_text().splitlines() if line[:1].isalpha())
        secured = SECURED.format(
            port=self.port, controller=lines["listeners"].rpartition(":")[2], directory=self.directory
        )
        lines |= as_compose_says() | dict(line.split("=", 1) for line in secured.split())
        lines[COMPOSE] = lines[COMPOSE].removesuffix(";") + f' user_stranger="{STRANGER}";'
        file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return file


@dataclass(frozen=True)
class Secured:
    node: Node
    broker: Broker


@pytest.fixture(scope="module")
def secured(kafka_node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Where the plain node can run, so can this one."""
    directory = tmp_path_factory.mktemp("secured")
    certify(directory)
    node = SecuredNode(directory, LIBS)
    node.start()
    yield Secured(node, settings(node, directory / "ca.pem"))
    node.stop()


def settings(node: Node, ca_file: Path) -> Broker:
    """The broker as an operator's settings name it."""
    broker = KafkaSettings(
        kafka_bootstrap=node.bootstrap,
        kafka_security="SASL_SSL",
        kafka_mechanism="PLAIN",
        kafka_username="kosh-setup",
        kafka_password=password_of("kosh-setup"),
        kafka_ca_file=ca_file,
    ).broker
    assert broker is not None
    return broker


def certify(directory: Path) -> None:
    """server.pem and ca.pem: a certificate for 127.0.0.1, signed by itself."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker.invalid")])
    present = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(present - timedelta(days=1))
        .not_valid_after(present + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "server.pem").write_bytes(secret + certificate.public_bytes(pem))
    (directory / "ca.pem").write_bytes(certificate.public_bytes(pem))


async def test_who_has_certificate_and_password_works_with_it(secured: Secured) -> None:
    await topics.ensure(secured.broker)
    consumer = AIOKafkaConsumer(**secured.broker.options())
    async with consumer:
        assert await consumer.topics() >= set(topics.wanted())


def as_client(secured: Secured, name: str) -> dict[str, Any]:
    return replace(secured.broker, username=name, password=password_of(name)).options()


async def may_read(secured: Secured, name: str, grant: Grant) -> bool:
    """Whether the client is given records of the topic. Who may not is refused, or waits for ever: how long we look
    for that decides nothing, while who may is given as long as it takes."""
    consumer = AIOKafkaConsumer(**as_client(secured, name), auto_offset_reset="earliest", request_timeout_ms=5_000)
    async with consumer:
        consumer.assign([TopicPartition(grant.topic, 0)])
        try:
            async with asyncio.timeout(60 if name == grant.client else 5):
                return bool((await consumer.getone()).value)
        except (TopicAuthorizationFailedError, TimeoutError):
            return False


async def writable(secured: Secured, name: str, topics: Iterable[str]) -> set[str]:
    """Those of the topics to which the client may write as the relay does; who may write nothing at all is not even
    given an id to begin with."""
    producer, found = AIOKafkaProducer(**as_client(secured, name), enable_idempotence=True), set()
    try:
        await producer.start()
        for topic in topics:
            with suppress(TopicAuthorizationFailedError):
                await producer.send_and_wait(topic, b"an event", partition=0)
                found.add(topic)
    except ClusterAuthorizationFailedError:
        assert not found
    finally:
        await producer.stop()
    return found


async def test_each_topic_is_written_by_its_producer_and_read_by_its_consumer_alone(secured: Secured) -> None:
    await topics.ensure(secured.broker)
    named = [grant.topic for grant in grants()]
    for name in (*SERVICES, "stranger"):
        own = {grant.topic for grant in grants() if name == f"kosh-{grant.producer}"}
        assert await writable(secured, name, named) == own
    pairs = [(name, grant) for name in (*SERVICES, "stranger") for grant in grants()]
    read = await asyncio.gather(*(may_read(secured, name, grant) for name, grant in pairs))
    assert read == [name == grant.client for name, grant in pairs]


async def test_retention_that_was_shortened_is_brought_in_line_and_other_settings_stay(secured: Secured) -> None:
    await topics.ensure(secured.broker)
    name, *_ = topics.wanted()
    admin = AIOKafkaAdminClient(**secured.broker.options())
    await admin.start()
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "1000", "segment.bytes": "1048576"})]
        )
        await until_set(admin, name, {"retention.ms": "1000", "segment.bytes": "1048576"})
        await topics.ensure(secured.broker)
        await until_set(admin, name, {"retention.ms": "-1", "retention.bytes": "-1", "segment.bytes": "1048576"})
    finally:
        await admin.close()


async def until_set(admin: AIOKafkaAdminClient, topic: str, wanted: dict[str, str]) -> None:
    """A broker answers with what it has been told so far: settings reach it some moments after they were altered."""
    async with asyncio.timeout(60):
        while not wanted.items() <= (await settings_of(admin, topic)).items():  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.05)


async def settings_of(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    answers: Any = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    ((*_, entries),) = answers[0].resources
    return {key: value for key, value, *_ in entries}


async def test_what_is_no_longer_granted_is_taken_back(secured: Secured) -> None:
    await topics.ensure(secured.broker)
    admin = AIOKafkaAdminClient(**secured.broker.options())
    await admin.start()
    try:
        everything = topic_access.rules_of(grants())
        await until_allowed(admin, everything)
        fewer = [rule for rule in everything if rule.principal != "User:kosh-permits"]
        await topic_access.bring_in_line(admin, fewer)
        await until_allowed(admin, fewer)
        await topics.ensure(secured.broker)
        await until_allowed(admin, everything)
    finally:
        await admin.close()


async def until_allowed(admin: AIOKafkaAdminClient, wanted: Sequence[topic_access.Rule]) -> None:
    """Like settings, what is granted and taken back reaches a broker some moments after it was answered."""
    async with asyncio.timeout(60):
        while await topic_access.allowed(admin) != set(wanted):  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "change",
    [{"password": "another"}, {"ca_file": None}, {"security": "PLAINTEXT"}],
    ids=["wrong password", "unknown authority", "no protection"],
)
async def test_nobody_else_does(secured: Secured, change: dict[str, Any]) -> None:
    stranger = AIOKafkaConsumer(**replace(secured.broker, **change).options(), request_timeout_ms=5_000)
    try:
        with pytest.raises(KafkaError):
            await stranger.start()
    finally:
        await stranger.stop()
