"""Equality of meaning: whether two contents say the same, however each of them is written.

Members at their defaults say nothing, and their order says nothing: so a model that gets an optional member, or its
members in another order, finds what it took before to be the same still. JSON text is never compared. What a default
means is therefore part of the contract (contracts/decisions/0016-equality-of-meaning.md).
"""

from hashlib import blake2b

import orjson

from shared.events.wire import WireModel


def content_digest(content: WireModel) -> bytes:
    """A digest of what `content` says beyond the defaults of its model and of the models inside it."""
    told = content.model_dump(mode="json", exclude_defaults=True)
    return blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def says_the_same(body: str, content: WireModel) -> bool:
    """Whether `body`, JSON that is on record, says what `content` says."""
    return content_digest(type(content).read(body)) == content_digest(content)


def canonical_json(body: bytes) -> bytes:
    """`body` without the order of its members and its white space where it is JSON; as it is where it is not."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # the latter where it nests deeper than is taken anywhere
        return body
