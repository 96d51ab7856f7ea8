"""One function per button: who may, what the machine says, the decision and the audit row, all in one transaction."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone

from agentops import control
from agentops.audit import append_entry
from agentops.control import BadRequest as BadRequest
from agentops.domain.tiers import ActionTier, read_tier
from agentops.models import AgentRun, ToolCall
from supervision.cards import re_entry_of, read_card, ticks_of
from supervision.models import REASONS, Decision, HandoffClosing
from supervision.roles import Permission, display_name, require

MIN_SECONDS_ON_SCREEN = 1.0
MAX_NOTE = 2_000
_SALT = "supervision.shown"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer was used."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer was not used; `message` says why in a sentence for staff, `field` names what to mend in the form."""

    code: str
    message: str
    field: str = ""


def sign_showing(*, call_id: int, version: int) -> str:
    """A token for a form: this call, in this version, was put on a screen at this moment."""
    return signing.dumps([call_id, version, timezone.now().timestamp()], salt=_SALT)


def start_run(
    *,
    user: User,
    request: str,
    channel: str,
    on_the_line: bool,
    conversation_id: int | None = None,
    request_key: str | None = None,
) -> int:
    """Hand a caller's words to the assistant; the run's id. Raises BadRequest, in words for the form."""
    require(user, Permission.START_RUN)
    who = display_name(user)
    with transaction.atomic():
        started = control.start_run(
            request=request,
            channel=channel,
            on_the_line=on_the_line,
            asked_by=who,
            conversation_id=conversation_id,
            request_key=request_key,
        )
        if started.created:
            append_entry(who=who, what="run.started", subject=f"run {started.run_id}", facts={"channel": channel})
    return started.run_id


def approve_call(
    *, user: User, call_id: int, version: int, digest: str, shown: str, ticked: Set[str], typed: str
) -> Answered | Refused:
    """Say yes to exactly what was read: every conflict ticked, what cannot be undone typed and not too fast."""
    role = require(user, Permission.DECIDE)
    call = ToolCall.objects.filter(pk=call_id, version=version, digest=digest).first()
    lacking = _find_lacking(call, shown=shown, ticked=ticked, typed=typed) if call else None
    if lacking:
        return lacking
    with transaction.atomic():
        settled = control.settle_call(
            call_id=call_id, approve=True, version=version, digest=digest, by=display_name(user)
        )
        if isinstance(settled, control.Unsettled):
            return _refused(settled)
        facts = {"ticked": sorted(ticked)} if ticked else {}
        _record(user, role=role, call_id=call_id, verdict="approved", version=version, digest=digest, facts=facts)
    return Answered(settled.at)


def reject_call(*, user: User, call_id: int, version: int, digest: str, reason: str, note: str) -> Answered | Refused:
    """Say no, with one of the coded reasons; the note goes to the assistant."""
    role = require(user, Permission.DECIDE)
    if reason not in dict(REASONS):
        return Refused("reason_missing", "Choose why not.", "reason")
    if too_long := _too_long(note):
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
            return _refused(settled)
        _record(
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
        return Refused("note_missing", "Write how you found out.", "note")
    if too_long := _too_long(note):
        return too_long
    with transaction.atomic():
        settled = control.resolve_call(
            call_id=call_id, happened=happened, version=version, by=display_name(user), note=note
        )
        if isinstance(settled, control.Unsettled):
            return _refused(settled)
        verdict = "happened" if happened else "not_happened"
        digest = ToolCall.objects.values_list("digest", flat=True).get(pk=call_id)
        _record(user, role=role, call_id=call_id, verdict=verdict, version=version, digest=digest, note=note)
    return Answered(settled.at)


def close_handoff(*, user: User, run_id: int, note: str) -> Answered | Refused:
    """Take what the assistant could not finish off the desk, saying what was done about it. The first one counts."""
    require(user, Permission.CLOSE_HANDOFF)
    if not note.strip():
        return Refused("note_missing", "Write what you did about it.", "note")
    if too_long := _too_long(note):
        return too_long
    now, who = timezone.now(), display_name(user)
    with transaction.atomic():
        run = AgentRun.objects.select_for_update().filter(pk=run_id).exclude(handoff_reason="").first()
        if run is None:
            return Refused("not_found", "There is nothing to close here.")
        closing, created = HandoffClosing.objects.get_or_create(
            run=run, defaults={"user": user, "who": who, "note": note, "closed_at": now}
        )
        if not created:
            return Refused("already_closed", f"{closing.who} closed this before you.")
        append_entry(who=who, what="handoff.closed", subject=f"run {run_id}", facts={})
        control.note_handoff_closed(run_id=run_id)
    return Answered(now)


def cancel_run(*, user: User, run_id: int) -> bool:
    """Stop a run; False where it was over already."""
    require(user, Permission.STOP_RUN)
    who = display_name(user)
    with transaction.atomic():
        stopped = control.cancel_run(run_id=run_id, by=who)
        if stopped:
            append_entry(who=who, what="run.stopped", subject=f"run {run_id}", facts={})
    return stopped


def set_tool_tier(*, user: User, tool: str, tier: str, enabled: bool, version: int) -> int | Refused:
    """Classify a tool; how many waiting requests this withdrew, or why it was not done."""
    require(user, Permission.SET_TIERS)
    who = display_name(user)
    try:
        with transaction.atomic():
            changed = control.set_tool_tier(tool=tool, tier=tier, enabled=enabled, version=version, by=who)
            if isinstance(changed, control.Conflict):
                return Refused("conflict", changed.message)
            facts = {"tier": tier, "enabled": enabled, "withdrawn": changed.invalidated}
            append_entry(who=who, what="tool.changed", subject=tool[:80], facts=facts)
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, "tier")
    return changed.invalidated


def _refused(settled: control.Unsettled) -> Refused:
    """The page's own heading says that the answer was not used; it is not said twice."""
    return Refused(settled.code, settled.message.removesuffix(" Your answer was not used."))


def _find_lacking(call: ToolCall, *, shown: str, ticked: Set[str], typed: str) -> Refused | None:
    card, tier = read_card(call), read_tier(call.tier)
    if card is None or not card.approvable:
        return Refused("not_approvable", "It has no plain description, so it can only be turned down.")
    for index, sentence in enumerate(ticks_of(card)):
        if str(index) not in ticked:
            return Refused("tick_missing", f"Tick “{sentence}”, or say no.", f"tick-{index}")
    if tier is ActionTier.DESTRUCTIVE and (too_fast := _find_too_fast(call, shown)):
        return too_fast
    entry = re_entry_of(card, tier)
    if entry and not typed.strip():
        return Refused("re_entry_missing", f"{entry.label.removesuffix(' to confirm')}.", "typed")
    if entry and typed.strip() != entry.expected:
        return Refused("re_entry_wrong", f"{entry.label}. What you typed does not match.", "typed")
    return None


def _find_too_fast(call: ToolCall, shown: str) -> Refused | None:
    try:
        call_id, version, at = signing.loads(shown, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return Refused("form_unknown", "This form did not come from this page. Read the request again, then answer.")
    if (call_id, version) != (call.pk, call.version):
        return Refused("form_unknown", "This form belongs to another request. Read this one, then answer.")
    seconds = max(0.0, timezone.now().timestamp() - at)
    if seconds < MIN_SECONDS_ON_SCREEN:
        return Refused("too_fast", f"Shown for {seconds:.1f} s; at least 1 s is required. Nothing was done.")
    return None


def _too_long(note: str) -> Refused | None:
    if len(note) <= MAX_NOTE:
        return None
    return Refused("note_too_long", f"The note is too long: {len(note):,} of {MAX_NOTE:,} characters.", "note")


def _record(
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
        decided_at=timezone.now(),
    )
    append_entry(who=who, what=f"call.{verdict}", subject=f"call {call_id}", facts={**seen, **(facts or {})})
