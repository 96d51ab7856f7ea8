"""The way in: who came in and how, who had to wait, and the password that somebody chose."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agentops.audit import append_entry
from agentops.domain.storable import storable
from agentops.models import AuditEntry
from supervision.roles import display_name

NOBODY = "Log-in page"


def record_login(*, user: User, second: bool) -> None:
    """Somebody came in; `second` says whether by more than a password."""
    append_entry(who=display_name(user), what="login.done", subject=_subject(user.username), facts={"code": second})


def record_pause(*, account: str, address: str, lasts: timedelta) -> bool:
    """Log-in to this account is paused after too many tries; False where that is on record already."""
    subject = _subject(storable(account))
    paused = AuditEntry.objects.filter(what="login.paused", subject=subject, at__gt=timezone.now() - lasts)
    if paused.filter(facts__address=address).exists():
        return False
    append_entry(who=NOBODY, what="login.paused", subject=subject, facts={"address": address})
    return True


def choose_password(*, user: User, password: str) -> None:
    """Set the password that somebody chose by their link; whatever session they had ends with it."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        append_entry(who=display_name(user), what="password.chosen", subject=_subject(user.username), facts={})


def _subject(account: str) -> str:
    return f"person {account}"[:80]
