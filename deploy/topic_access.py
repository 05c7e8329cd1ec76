"""Who may write and read which topic, as access rules of Kafka (ACLs): generated from `contracts/topics.yaml`.

A service's principal is its client's name, `kosh-<service>`: it may write the topics of its own facts, and read those
that hold what it is granted. Nothing else is allowed, so a broker with an authorizer keeps everybody from the rest.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from shared.events.grants import CLIENT_PREFIX, Grant

TOPIC, LITERAL, ALLOW, ANY = 2, 3, 3, 1
OPERATIONS = {3: "READ", 4: "WRITE", 8: "DESCRIBE"}
"""Numbers and names of the broker's protocol."""
_NUMBERS = {name: number for number, name in OPERATIONS.items()}
EVERYWHERE = "*"


class Rule(NamedTuple):
    """A principal may do this with the topic, from any host."""

    topic: str
    principal: str
    operation: str


def rules_of(grants: Iterable[Grant]) -> list[Rule]:
    """What the grants allow, and nothing else."""
    found = []
    for grant in grants:
        writer, reader = f"User:{CLIENT_PREFIX}{grant.producer}", f"User:{grant.client}"
        allowed = ((writer, "WRITE"), (writer, "DESCRIBE"), (reader, "READ"), (reader, "DESCRIBE"))
        found += [Rule(grant.topic, principal, operation) for principal, operation in allowed]
    return sorted(found)


async def bring_in_line(admin: AIOKafkaAdminClient, wanted: Sequence[Rule]) -> None:
    """Allows what is wanted, and takes back what the topics of Kosh allow beside it. Raises what the broker says: one
    without an authorizer keeps nobody from anything, and is refused."""
    held = await allowed(admin)
    for rule in sorted(set(wanted) - held):
        answer: Any = await admin._send_request(
            CreateAclsRequest(TOPIC, rule.topic, LITERAL, rule.principal, EVERYWHERE, _NUMBERS[rule.operation], ALLOW)
        )
        for code, message in answer.creation_responses:
            _expect_done(code, f"{rule}: {message}")
    for rule in sorted(held - set(wanted)):
        answer = await admin._send_request(
            DeleteAclsRequest(TOPIC, rule.topic, LITERAL, rule.principal, EVERYWHERE, _NUMBERS[rule.operation], ALLOW)
        )
        for code, message, *_ in answer.filter_responses:
            _expect_done(code, f"{rule}: {message}")


async def allowed(admin: AIOKafkaAdminClient) -> set[Rule]:
    """What the broker allows now of the topics of Kosh, as far as it could have come from here."""
    answer: Any = await admin._send_request(DescribeAclsRequest(TOPIC, None, ANY, None, None, ANY, ALLOW))  # type: ignore[arg-type]
    _expect_done(answer.error_code, answer.error_message)
    return {
        Rule(topic, principal, OPERATIONS[operation])
        for _, topic, pattern, acls in answer.resources
        for principal, _host, operation, _permission in acls
        if topic.startswith("kosh.") and pattern == LITERAL and operation in OPERATIONS
    }


def _expect_done(code: int, message: str | None) -> None:
    if code:
        raise for_code(code)(message)
