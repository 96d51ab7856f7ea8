"""Text that every database can keep: what a model or a tool sends is foreign, and not all of it is storable."""

from typing import Any

NUL_SHOWN = "\u2400"
"""The visible sign for NUL: PostgreSQL keeps no NUL in text or JSON."""


def storable(value: Any) -> Any:
    """The same JSON value with NUL made visible and half characters replaced, at any depth."""
    if isinstance(value, str):
        return value.replace("\x00", NUL_SHOWN).encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
