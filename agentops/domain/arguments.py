"""The bytes of a call: parsed once, made canonical, digested. What a person read is what runs."""

import hashlib
import json
import math
from typing import Any

from agentops.domain.visible_text import hides

MAX_BYTES = 65_536
MAX_DEPTH = 20
MAX_INTEGER = 2**53


class BadArguments(Exception):
    """Arguments that no tool may see. `rule` is a stable name; the message names the path, never the value."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class RepeatedKeys(dict[str, Any]):
    """A JSON object that held one key twice; kept apart because a plain dict would silently keep the last value."""


def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """`object_pairs_hook` for `json.loads` that does not lose repeated keys."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else RepeatedKeys(found)


def canonical_arguments(raw: Any) -> str:
    """Turn what a model sent into canonical JSON: sorted keys, no spaces, one spelling for one value.

    Raises `BadArguments` for anything but an object, for keys that are repeated or hide characters, numbers that JSON
    cannot carry exactly, text that cannot be written as UTF-8, too deep nesting and more than 64 KiB.
    """
    value = _parse(raw) if isinstance(raw, str) else raw
    if not isinstance(value, dict):
        raise BadArguments("not_an_object", "the arguments must be one JSON object")
    _check(value, path="$", depth=0)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    if len(text.encode()) > MAX_BYTES:
        raise BadArguments("too_large", f"the arguments are longer than {MAX_BYTES} bytes")
    return text


def digest_call(*, tool: str, arguments: str) -> str:
    """SHA-256 over the tool's name and its canonical arguments, in hexadecimal."""
    return hashlib.sha256(f"1\n{tool}\n{arguments}".encode()).hexdigest()


def _parse(text: str) -> Any:
    if len(text) > MAX_BYTES:
        raise BadArguments("too_large", f"the arguments are longer than {MAX_BYTES} bytes")
    try:
        return json.loads(text, object_pairs_hook=read_object)
    except (ValueError, RecursionError):
        raise BadArguments("not_json", "the arguments are not complete JSON") from None


def _check(value: Any, *, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadArguments("too_deep", f"the arguments are nested deeper than {MAX_DEPTH}")
    if isinstance(value, RepeatedKeys):
        raise BadArguments("duplicate_key", f"{path} holds the same key twice")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, path=path)
            _check_name(key, path=path)
            _check(item, path=f"{path}.{key}", depth=depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, path=f"{path}[{index}]", depth=depth + 1)
    elif isinstance(value, str):
        _check_text(value, path=path)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadArguments("not_a_number", f"{path} is not a finite number")
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise BadArguments("number_too_large", f"{path} is larger than 2^53")


def _check_name(name: str, *, path: str) -> None:
    if hides(name):
        raise BadArguments("hidden_in_name", f"{path} holds a name with characters that nobody can see")


def _check_text(text: str, *, path: str) -> None:
    if "\x00" in text:
        raise BadArguments("nul_character", f"{path} holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadArguments("not_unicode", f"{path} holds half a character") from None
