"""Text that every database can keep: what a model or a tool sends is foreign, and not all of it is storable."""

import json
from typing import Any

NUL_SHOWN = "\u2400"
"""The visible sign for NUL: PostgreSQL keeps no NUL in text or JSON."""


def storable(value: Any) -> Any:
    """The same JSON value with NUL made visible and half characters replaced, at any depth."""
    return value if _is_storable(value) else _mended(value)


def _is_storable(value: Any) -> bool:
    """Whether nothing needs mending, at the speed of one pass; a doubt is a no."""
    try:
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        written.encode()
    except (TypeError, ValueError):
        return False
    return "\x00" not in written and "\\u0000" not in written


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", NUL_SHOWN).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value
