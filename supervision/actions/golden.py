"""What admins keep to be played again on every deploy, and now and then in between."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from agentops import control
from agentops.audit import append_entry
from agentops.control import BadRequest, Draft
from supervision.actions.outcomes import Refused
from supervision.phrases import tell
from supervision.roles import Permission, display_name, require

_FIELDS = {"no_reason": "about", "bad_name": "name", "name_taken": "name", "not_shown": "hide"}


def draft_golden(*, user: User, run_id: int, hide: Iterable[str] = ()) -> Draft | Refused:
    """What would be stored of a run, for the person to read; or why it cannot be saved."""
    require(user, Permission.SAVE_GOLDEN)
    try:
        return control.draft_golden(run_id=run_id, hide=hide)
    except BadRequest as refusal:
        return Refused(refusal.code, tell(refusal.message))


def sign_draft(draft: Draft) -> str:
    """What the form sends back, so that only what was shown can be saved."""
    return control.digest_of(draft.example)


def save_golden(*, user: User, run_id: int, name: str, about: str, hide: Iterable[str], shown: str) -> str | Refused:
    """Save a run as a golden example; its name, or why it was not saved."""
    require(user, Permission.SAVE_GOLDEN)
    who = display_name(user)
    try:
        with transaction.atomic():
            saved = control.save_golden(run_id=run_id, name=name, about=about, hide=hide, by=who, shown=shown)
            facts = {"run": run_id, "task_type": saved.task_type, "digest": shown[:16]}
            append_entry(who=who, what="golden.saved", subject=saved.name, facts=facts)
    except BadRequest as refusal:
        return Refused(
            refusal.code, tell(refusal.message), _FIELDS.get(refusal.code, ""), heading=gettext("Nothing was saved")
        )
    return saved.name


@transaction.atomic
def ask_for_round(*, user: User) -> bool:
    """Have all golden examples played by a worker; False where a round is under way."""
    require(user, Permission.PLAY_GOLDEN)
    who = display_name(user)
    asked = control.ask_for_round(by=who)
    if asked:
        append_entry(who=who, what="golden.asked", subject="golden examples", facts={})
    return asked
