"""How often somebody tried to log in and failed, by account and by address, and how long they have to wait.

The failures are counted in the database, so that every process knows of all of them, and Redis is not asked.
"""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet

MOST_OF_BOTH = int(settings.AXES_FAILURE_LIMIT)
MOST_OF_ACCOUNT = 20
MOST_OF_ADDRESS = 30
"""One address may be a whole clinic, and one account may be tried from many addresses."""

PAUSE = timedelta(hours=settings.AXES_COOLOFF_TIME)


def find_pause(*, account: str, address: str | None, now: datetime) -> timedelta | None:
    """How long this account from this address has to wait; None where it may try."""
    recent = AccessAttempt.objects.filter(attempt_time__gt=now - PAUSE)
    of_account = recent.filter(username=account)
    limits = [
        (of_account.filter(ip_address=address), MOST_OF_BOTH),
        (of_account, MOST_OF_ACCOUNT),
        (recent.filter(ip_address=address), MOST_OF_ADDRESS),
    ]
    ends = [end for attempts, most in limits if (end := _find_end(attempts, most))]
    return max(ends) - now if ends else None


def _find_end(attempts: QuerySet[AccessAttempt], most: int) -> datetime | None:
    """When fewer failures than `most` are left; None where there are fewer."""
    left = most
    at: datetime
    for failures, at in attempts.order_by("-attempt_time").values_list("failures_since_start", "attempt_time"):
        left -= failures
        if left <= 0:
            return at + PAUSE
    return None
