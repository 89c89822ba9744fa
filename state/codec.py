"""How values lie in the database: canonical JSON, times as microseconds, and the hash that guards every upsert.

JSON has no dates, decimals or tuples. A list stands for a tuple of texts; the other types are objects with one key that
names the type, which cannot be mistaken for a value because no value is an object. What orjson cannot write (a lone
surrogate, an integer beyond 64 bits) is tagged too, so that no mapped value can stop a page.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, cast

import orjson

from journey.model import Fact, Value

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(stored: int) -> datetime:
    """The aware UTC time that `micros` stored."""
    return _EPOCH + stored * _MICROSECOND


def micros_or_none(at: datetime | None) -> int | None:
    """`micros`, where there may be no time."""
    return None if at is None else micros(at)


def moment_or_none(stored: int | None) -> datetime | None:
    """`moment`, where there may be no time."""
    return None if stored is None else moment(stored)


def encode(values: Mapping[str, Value]) -> str:
    """Canonical JSON: equal values (types included) give equal text."""
    try:
        return orjson.dumps(values, default=_tag, option=_OPTIONS).decode()
    except TypeError:
        plain = {_writable(name): _tag_unwritable(value) for name, value in values.items()}
        return orjson.dumps(plain, default=_tag, option=_OPTIONS).decode()


def decode(text: str) -> dict[str, Value]:
    """The values that `encode` was given, with the same types."""
    values: dict[str, Any] = orjson.loads(text)
    for name, value in values.items():
        if type(value) is dict:
            values[name] = _untag(value)
        elif type(value) is list:
            values[name] = tuple(_untag(item) if type(item) is dict else item for item in value)
    return cast("dict[str, Value]", values)


def plain_text(text: str, limit: int | None = None) -> str:
    """At most `limit` characters of `text`, without what a database's text cannot hold (NUL, lone surrogates)."""
    cut = text[:limit]
    return cut if cut.isprintable() else cut.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def fact_hash(fact: Fact, values: str) -> bytes:
    """Sixteen bytes over all that is stored of a fact but its version and time; `values` is its encoded values."""
    parts = [fact.kind.encode(), values.encode()]
    if fact.links or fact.stages or fact.deleted or fact.merged_into:
        links = [[*ref] for ref in sorted(set(fact.links))]
        stages = sorted({(micros(change.at), plain_text(change.stage)) for change in fact.stages})
        rest = [links, [[*stage] for stage in stages], fact.deleted, [*(fact.merged_into or ())]]
        parts.append(orjson.dumps(rest))
    return blake2b(b"\0".join(parts), digest_size=16).digest()


def _tag(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return {"time": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    raise TypeError(f"{type(value).__name__} is not a value of a fact")


def _tag_unwritable(value: object) -> object:
    if isinstance(value, str):
        return value if _is_writable(value) else {"text": value.encode("utf-8", "surrogatepass").hex()}
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return {"integer": str(value)}
    if isinstance(value, date):
        return _tag(value)
    if isinstance(value, tuple):
        return [_tag_unwritable(item) for item in value]
    return value


def _is_writable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _writable(name: str) -> str:
    if not _is_writable(name):
        raise ValueError("a field's name holds a lone surrogate")
    return name


def _untag(tagged: Mapping[str, str]) -> Value:
    ((tag, text),) = tagged.items()
    match tag:
        case "time":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "decimal":
            return Decimal(text)
        case "integer":
            return int(text)
        case _:
            return bytes.fromhex(text).decode("utf-8", "surrogatepass")
