"""The seal of an entry, and the keys that make it. A key that was replaced stays in the ring for what it sealed."""

import hashlib
import hmac
import json
from dataclasses import dataclass

from django.conf import settings

from agentops.models import AuditEntry

NAME_CHARS = 12


@dataclass(frozen=True, slots=True)
class Key:
    """A secret, and the name by which an entry says that this one sealed it. The name tells nothing of the secret."""

    name: str
    secret: bytes


def current_key() -> Key:
    """The key that seals what is added from now on."""
    return _key(settings.AUDIT_KEYS[0])


def read_ring() -> dict[str, tuple[Key, ...]]:
    """The keys that this installation holds, by name. An entry from before keys had names may be of any of them."""
    keys = tuple(map(_key, settings.AUDIT_KEYS))
    return {"": keys, **{key.name: (key,) for key in keys}}


def seal_entry(entry: AuditEntry, *, previous: str, seq: int, key: Key) -> str:
    """The seal of this entry as number `seq`, after an entry with the seal `previous`."""
    body = [previous, seq, entry.at.isoformat(), entry.who, entry.what, entry.subject, entry.facts]
    written = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hmac.new(key.secret, written.encode(), hashlib.sha256).hexdigest()


def _key(secret: str) -> Key:
    name = hashlib.sha256(b"the name of an audit key: " + secret.encode()).hexdigest()[:NAME_CHARS]
    return Key(name, secret.encode())
