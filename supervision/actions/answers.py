"""Yes, no, and what became of a call in doubt: the machine's word, the decision and the audit row together."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from agentops import control
from agentops.audit import append_entry
from agentops.domain.lifecycle import CallStatus
from agentops.domain.tiers import ActionTier, read_tier
from agentops.models import ToolCall
from supervision.actions.claims import let_go
from supervision.actions.outcomes import Answered, Refused, refuse_answerer, refuse_long_note, refuse_unsettled
from supervision.cards import re_entry_of, read_card, ticks_of
from supervision.models import REASONS, Decision
from supervision.roles import Permission, display_name, require

MIN_SECONDS_ON_SCREEN = 1.0
MAX_BECAUSE = 300
_SALT = "supervision.shown"


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody declares to be alone on duty, and why nobody else can look at it."""

    because: str

    @property
    def lacking(self) -> Refused | None:
        """What is missing of the declaration."""
        if not self.because:
            return Refused("alone_missing", gettext("Write why nobody else can look at this."), "alone-because")
        if len(self.because) > MAX_BECAUSE:
            long = gettext("The reason is too long: %(because)s of %(limit)s characters.") % {
                "because": format(len(self.because), ","),
                "limit": MAX_BECAUSE,
            }
            return Refused("alone_missing", long, "alone-because")
        return None


def sign_showing(*, user: User, call_id: int, version: int) -> str:
    """A token for a form: this call, in this version, was put on this person's screen at this moment."""
    return signing.dumps([user.pk, call_id, version, timezone.now().timestamp()], salt=_SALT)


def approve_call(
    *,
    user: User,
    call_id: int,
    version: int,
    digest: str,
    shown: str,
    ticked: Set[str],
    typed: str,
    alone: Alone | None = None,
) -> Answered | Refused:
    """Say yes to exactly what was read: every conflict ticked, what cannot be undone typed and not too fast.

    Where two people have to say it, the first yes is recorded and decides nothing; `alone` declares that nobody else
    is on duty. Whoever may not answer by the tool's policy is told so, and nothing is recorded.
    """
    role = require(user, Permission.DECIDE)
    call = ToolCall.objects.filter(pk=call_id, version=version, digest=digest).first()
    lacking = _find_lacking(call, user=user, shown=shown, ticked=ticked, typed=typed) if call else None
    lacking = lacking or (alone.lacking if alone else None)
    if lacking:
        return lacking
    with transaction.atomic():
        settled = control.settle_call(
            call_id=call_id,
            approve=True,
            version=version,
            digest=digest,
            by=display_name(user),
            approver=user.pk,
            alone_because=alone.because if alone else "",
        )
        if isinstance(settled, control.Unsettled):
            return refuse_unsettled(settled, call_id=call_id)
        if not_theirs := refuse_answerer(user, role=role, call_id=call_id):
            transaction.set_rollback(True)
            return not_theirs
        facts = {**({"ticked": sorted(ticked)} if ticked else {}), **({"alone": True} if alone else {})}
        verdict = "confirmed" if settled.status is CallStatus.AWAITING else "approved"
        record_decision(user, role=role, call_id=call_id, verdict=verdict, version=version, digest=digest, facts=facts)
        if verdict == "confirmed":
            let_go(user, call_id=call_id, at=settled.at)
    return Answered(settled.at)


def reject_call(*, user: User, call_id: int, version: int, digest: str, reason: str, note: str) -> Answered | Refused:
    """Say no, with one of the coded reasons; the note goes to the assistant."""
    role = require(user, Permission.DECIDE)
    if reason not in dict(REASONS):
        return Refused("reason_missing", gettext("Choose why not."), "reason")
    if too_long := refuse_long_note(note):
        return too_long
    with transaction.atomic():
        settled = control.settle_call(
            call_id=call_id,
            approve=False,
            version=version,
            digest=digest,
            by=display_name(user),
            reason=dict(REASONS)[reason],
            note=note,
        )
        if isinstance(settled, control.Unsettled):
            return refuse_unsettled(settled, call_id=call_id)
        if not_theirs := refuse_answerer(user, role=role, call_id=call_id):
            transaction.set_rollback(True)
            return not_theirs
        record_decision(
            user,
            role=role,
            call_id=call_id,
            verdict="rejected",
            version=version,
            digest=digest,
            reason=reason,
            note=note,
        )
    return Answered(settled.at)


def resolve_call(*, user: User, call_id: int, version: int, happened: bool, note: str) -> Answered | Refused:
    """Say whether a call of unknown outcome happened, and how that was found out."""
    role = require(user, Permission.DECIDE)
    if not note.strip():
        return Refused("note_missing", gettext("Write how you found out."), "note")
    if too_long := refuse_long_note(note):
        return too_long
    with transaction.atomic():
        settled = control.resolve_call(
            call_id=call_id, happened=happened, version=version, by=display_name(user), note=note
        )
        if isinstance(settled, control.Unsettled):
            return refuse_unsettled(settled, call_id=call_id)
        verdict = "happened" if happened else "not_happened"
        digest = ToolCall.objects.values_list("digest", flat=True).get(pk=call_id)
        record_decision(user, role=role, call_id=call_id, verdict=verdict, version=version, digest=digest, note=note)
    return Answered(settled.at)


def _find_lacking(call: ToolCall, *, user: User, shown: str, ticked: Set[str], typed: str) -> Refused | None:
    card, tier = read_card(call), read_tier(call.tier)
    if card is None or not card.approvable:
        return Refused("not_approvable", gettext("It has no plain description, so it can only be turned down."))
    for index, sentence in enumerate(ticks_of(card)):
        if str(index) not in ticked:
            return Refused(
                "tick_missing", gettext("Tick “%(sentence)s”, or say no.") % {"sentence": sentence}, f"tick-{index}"
            )
    if tier is ActionTier.DESTRUCTIVE and (too_fast := _find_too_fast(call, user, shown)):
        return too_fast
    entry = re_entry_of(card, tier)
    if entry and not typed.strip():
        return Refused("re_entry_missing", entry.missing, "typed")
    if entry and typed.strip() != entry.expected:
        return Refused(
            "re_entry_wrong", gettext("%(label)s. What you typed does not match.") % {"label": entry.label}, "typed"
        )
    return None


def _find_too_fast(call: ToolCall, user: User, shown: str) -> Refused | None:
    try:
        user_id, call_id, version, at = signing.loads(shown, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return Refused(
            "form_unknown", gettext("This form did not come from this page. Read the request again, then answer.")
        )
    if (user_id, call_id, version) != (user.pk, call.pk, call.version):
        return Refused(
            "form_unknown", gettext("This form belongs to another request or person. Read this one, then answer.")
        )
    seconds = max(0.0, timezone.now().timestamp() - at)
    if seconds < MIN_SECONDS_ON_SCREEN:
        return Refused(
            "too_fast",
            gettext("Shown for %(seconds)s s; at least 1 s is required. Nothing was done.")
            % {"seconds": format(seconds, ".1f")},
        )
    return None


def record_decision(
    user: User,
    *,
    role: str,
    call_id: int,
    verdict: str,
    version: int,
    digest: str,
    reason: str = "",
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """The decision and its audit row. The patient's words and the note stay out of the sealed record."""
    who, seen = display_name(user), {"role": str(role), "version": version, "digest": digest, "reason": reason}
    Decision.objects.create(
        call_id=call_id,
        user=user,
        who=who,
        role=role,
        verdict=verdict,
        reason=reason,
        note=note,
        version_seen=version,
        digest_seen=digest,
        tier=ToolCall.objects.values_list("tier", flat=True).get(pk=call_id),
        decided_at=timezone.now(),
    )
    append_entry(who=who, what=f"call.{verdict}", subject=f"call {call_id}", facts={**seen, **(facts or {})})
