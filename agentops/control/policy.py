"""What admins decide about tools and types of task: every change a version with a reason, more room by two of them.

A stricter rule counts at once and withdraws what would now need more, in the same transaction; a looser one releases
nothing that waits. The next dispatch reads the policy once more in any case.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agentops.audit import append_entry
from agentops.control.outcomes import BadRequest, Changed, Conflict, Proposed
from agentops.control.owned import Owned, Setting, find_owned
from agentops.domain.phrases import say
from agentops.domain.policy.changes import Difference, is_looser, is_stricter
from agentops.models import PolicyChange

MAX_REASON = 500
CHANGED_MEANWHILE = "Somebody else changed this meanwhile. Nothing was saved; look at the new setting first."
OVERTAKEN = "Another change was saved since this one was proposed, so it no longer fits. Nothing was changed."


@transaction.atomic
def change_policy(
    *,
    kind: str,
    subject: str,
    after: Setting,
    version: int,
    reason: str,
    by: str,
    account: int | None,
    returns_to: int | None = None,
) -> Changed | Proposed | Conflict:
    """Save a setting as its next version: a tool's, a task type's ("task_type") or the models for all ("routing").

    What gives an agent more room anywhere is only proposed: a second admin has to confirm it. Raises BadRequest where
    there is no such thing, no reason, no difference, or the setting is not one that may be saved.
    """
    owned = find_owned(kind, subject)
    if owned.version != version:
        return _say_conflict(owned, version=version)
    reason, after = _check_reason(reason), owned.read(after.model_dump(mode="json"))
    differences = owned.compare(owned.setting, after)
    after = owned.check(after, differences)
    if not differences:
        raise BadRequest("unchanged", say("Nothing is different from what is saved."))
    change = PolicyChange(
        kind=kind,
        subject=subject,
        base_version=version,
        before=owned.setting.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        reason=reason,
        returns_to=returns_to,
        who=by,
        account=account,
        at=timezone.now(),
    )
    if is_looser(differences):
        return _propose(change, differences)
    return _put_in_force(owned, change, after, differences)


@transaction.atomic
def return_policy(
    *, kind: str, subject: str, to_version: int, version: int, reason: str, by: str, account: int | None
) -> Changed | Proposed | Conflict:
    """Bring an earlier version back: a change like any other, with a reason, and by two where it gives more room."""
    found = read_version(kind, subject, to_version)
    if found is None:
        raise BadRequest("unknown_version", say("There is no version %(to_version)s of this.", to_version=to_version))
    after = find_owned(kind, subject).read(found)
    return change_policy(
        kind=kind,
        subject=subject,
        after=after,
        version=version,
        reason=reason,
        by=by,
        account=account,
        returns_to=to_version,
    )


@transaction.atomic
def confirm_change(*, change_id: int, by: str, account: int | None) -> Changed | Conflict:
    """The second admin's yes to a change that gives more room: it is in force from the commit on.

    Raises BadRequest where it does not wait any more, or whoever says yes is the one who proposed it.
    """
    change, owned = _find_waiting(change_id)
    if account is None or account == change.account or by == change.who:
        raise BadRequest("own_change", say("You proposed this, so somebody else has to confirm it."))
    change.second, change.second_account = by, account
    if owned.version != change.base_version:
        change.state, change.settled_at = "overtaken", timezone.now()
        change.save()
        return Conflict(OVERTAKEN, version=owned.version)
    after = owned.read(change.after)
    differences = owned.compare(owned.setting, after)
    return _put_in_force(owned, change, owned.check(after, differences), differences)


@transaction.atomic
def decline_change(*, change_id: int, by: str, account: int | None) -> None:
    """Say no to a change that waits; whoever proposed it may take it back so. Nothing is different."""
    change, _ = _find_waiting(change_id)
    change.state, change.settled_at = "declined", timezone.now()
    change.second, change.second_account = by, account
    change.save()
    append_entry(who=by, what=f"{change.kind}.change_declined", subject=change.subject, facts={"change": change.pk})


def read_version(kind: str, subject: str, version: int) -> Any:
    """The stored setting of a version; None where there never was one. The first is known by what replaced it."""
    changes = PolicyChange.objects.filter(kind=kind, subject=subject, state="in_force")
    found = changes.filter(version=version).values_list("after", flat=True).first()
    return found or changes.filter(base_version=version).values_list("before", flat=True).first()


def _find_waiting(change_id: int) -> tuple[PolicyChange, Owned]:
    """A change that waits, with what it is about locked first: in that order everywhere."""
    known = PolicyChange.objects.filter(pk=change_id).first()
    if known is None:
        raise BadRequest("unknown_change", say("There is no such change."))
    owned = find_owned(known.kind, known.subject)
    change = PolicyChange.objects.select_for_update().filter(pk=change_id, state="waiting").first()
    if change is None:
        raise BadRequest("settled", say("Somebody settled this change already."))
    return change, owned


def _say_conflict(owned: Owned, *, version: int) -> Conflict:
    seen = read_version(owned.kind, owned.subject, version)
    theirs = owned.compare(owned.read(seen), owned.setting) if seen else []
    return Conflict(CHANGED_MEANWHILE, version=owned.version, theirs=tuple(theirs))


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or "\x00" in reason:
        raise BadRequest("reason_missing", say("Write why, so that others understand it later."), "reason")
    if len(reason) > MAX_REASON:
        told = f"That is {len(reason):,} of {MAX_REASON} characters. Shorten it."
        raise BadRequest("reason_too_long", told, "reason")
    return reason


def _propose(change: PolicyChange, differences: list[Difference]) -> Proposed:
    change.state = "waiting"
    change.save()
    facts = {"change": change.pk, "reason": change.reason, "differences": _tell(differences)}
    append_entry(who=change.who, what=f"{change.kind}.change_proposed", subject=change.subject, facts=facts)
    return Proposed(change.pk)


def _put_in_force(owned: Owned, change: PolicyChange, after: Any, differences: list[Difference]) -> Changed | Conflict:
    """The next version, the end of what waits under a milder rule, and the record of it: all in one transaction."""
    if not owned.save(after):
        return _say_conflict(owned, version=change.base_version)
    change.state, change.version, change.settled_at = "in_force", owned.version + 1, timezone.now()
    change.after = after.model_dump(mode="json")
    change.withdrawn = owned.withdraw(after, reason=change.reason) if is_stricter(differences) else 0
    change.save()
    others = PolicyChange.objects.filter(kind=change.kind, subject=change.subject, state="waiting")
    others.update(state="overtaken", settled_at=timezone.now())
    facts = {
        "version": change.version,
        "reason": change.reason,
        "differences": _tell(differences),
        "withdrawn": change.withdrawn,
        **({"proposed_by": change.who} if change.second else {}),
        **({"returns_to": change.returns_to} if change.returns_to else {}),
    }
    append_entry(who=change.second or change.who, what=f"{change.kind}.changed", subject=change.subject, facts=facts)
    return Changed(change.version, invalidated=change.withdrawn)


def _tell(differences: list[Difference]) -> dict[str, list[str]]:
    """What the sealed record says of each setting: before and after. Long texts are told by their beginning."""
    return {one.label: [one.before[:200], one.after[:200]] for one in differences}
