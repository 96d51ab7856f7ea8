"""A part of a page that could not be read is missing alone: the rest of the page stands."""

from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import DatabaseError, transaction

log = structlog.get_logger(__name__)
Part = TypeVar("Part")


def read_part(read: Callable[[], Part]) -> Part | None:
    """What it reads; None where the database gave no answer, which the page says in its place."""
    try:
        # Of its own, so that what failed spoils no transaction around it.
        with transaction.atomic():
            return read()
    except DatabaseError:
        log.exception("figures_not_read")
        return None
