"""What every peer must be able to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

CONNECTIONS = 16
"""Connections to PostgreSQL that each peer's pool holds open."""


@dataclass(frozen=True)
class Peer:
    """One way to run a supervised booking. All three take the run's id; plain functions are called from threads."""

    start: Callable[[str], Awaitable[None] | None]
    """From the request to the durably suspended run."""
    resume: Callable[[str], Awaitable[str] | str]
    """From the decision to the end, with nothing but what is stored; returns the answer."""
    is_waiting: Callable[[str], Awaitable[bool] | bool]
    """Whether the stored run waits for a person."""
