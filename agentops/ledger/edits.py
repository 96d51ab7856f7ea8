"""What a worker answers to the desk's wish to change a call: choices, a problem, or the call that takes its place."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from agentops.after_commit import announce
from agentops.audit import append_entry
from agentops.domain.edits import EditForm
from agentops.domain.events import Event, EventKind
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import failure
from agentops.domain.phrases import say
from agentops.domain.policy.judging import UNTRUSTED, Gate
from agentops.domain.transcript import CallView, Transcript
from agentops.ledger.briefs import read_brief
from agentops.ledger.gate import ask_people, facts_of, judge_proposal, setting_of
from agentops.ledger.progress import RunBrief
from agentops.ledger.proposals import Gated, Proposal, write_call
from agentops.ledger.reading import find_run, read_call, read_transcript
from agentops.ledger.stops import tool_stop
from agentops.models import CallEdit, ToolCall, move_call
from agentops.models.moves import NOW
from agentops.models.rows import CALL, LOCKED_RUN, POLICY, RunRow

EDIT_LASTS = timedelta(minutes=2)
"""A change that nobody took up for so long is not made any more: whoever sent it has gone on by then."""

OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class Wish:
    """One unanswered edit with what the tool needs to answer it. `sends` marks a change that is to be made, `looks` a
    fresh look at the call as it stands.
    """

    edit_id: int
    who: str
    sends: bool
    looks: bool
    values: dict[str, str]
    note: str
    call: CallView
    card: dict[str, Any] | None
    brief: RunBrief
    transcript: Transcript


def open_edits(*, limit: int = 100) -> list[int]:
    """Edits whose bell was lost, as long as somebody may still wait for them."""
    now = Now()
    waiting = CallEdit.objects.filter(
        answered_at=None, asked_at__gt=now - EDIT_LASTS, asked_at__lt=now - timedelta(seconds=1)
    )
    return list(waiting.order_by("asked_at").values_list("pk", flat=True)[:limit])


def read_wish(edit_id: int) -> Wish | None:
    """What somebody wants of a call's tool; None where it is answered, or was never asked."""
    edit = CallEdit.objects.filter(pk=edit_id, answered_at=None).first()
    row = CALL.row(call_id=edit.call_id) if edit else None
    if edit is None or row is None:
        return None
    run = find_run(row.run_id)
    return Wish(
        edit_id=edit.pk,
        who=edit.who,
        sends=edit.sends,
        looks=edit.looks,
        values=edit.values,
        note=edit.note,
        call=read_call(row),
        card=row.card,
        brief=read_brief(run),
        transcript=read_transcript(run, with_history=False),
    )


@transaction.atomic
def answer_edit(*, edit_id: int, form: EditForm, code: str = "", problem: str = "") -> bool:
    """Give the form with its choices, and the problem where a change cannot be made; False where it was answered."""
    edit = CallEdit.objects.select_for_update().filter(pk=edit_id, answered_at=None).first()
    if edit is None:
        return False
    _answer(edit, form=form, code=code, problem=problem)
    return True


@transaction.atomic
def supersede_call(*, edit_id: int, proposal: Proposal, form: EditForm) -> bool:
    """Put the changed call in the place of the one it was made from: gated anew, waiting for a person, to the same end.

    It counts as no further tool call. False where the change was not made: somebody answered the call meanwhile, its
    time ran out, the run was stopped, or the gate refuses it. The edit says which.
    """
    edit = CallEdit.objects.filter(pk=edit_id).first()
    run = LOCKED_RUN.row(run_id=edit.call.run_id) if edit else None
    # Read again under the run's lock: two workers may have heard the same bell.
    edit = CallEdit.objects.select_related("call").filter(pk=edit_id, answered_at=None).first()
    if edit is None or run is None:
        return False
    if run.now - edit.asked_at > EDIT_LASTS:
        return _refuse(
            edit, form, "too_late", say("Nobody could check this in time. Nothing was changed; send it again.")
        )
    gated = _gate(proposal, old=edit.call, run=run)
    if gated.result:
        return _refuse(edit, form, gated.result.code, gated.result.message)
    if run.stop_requested or not _supersede(edit):
        return _refuse(edit, form, OVERTAKEN, say("Somebody was faster. Your change was not used."))
    old = edit.call
    new = write_call(gated, run=run, step_id=old.step_id, position=old.position, supersedes=old)
    _answer(edit, form=form, successor_id=new.id)
    facts = {"successor": new.id, "digest": new.digest, "version": edit.version}
    append_entry(who=edit.who, what="call.changed", subject=f"call {old.pk}", facts=facts)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=old.pk, version=edit.version + 1))
    kind: EventKind = "run.changed" if gated.ask_requester else "call.waiting"
    announce(Event(kind=kind, run_id=run.pk, call_id=new.id, version=new.version))
    return True


def _gate(proposal: Proposal, *, old: ToolCall, run: RunRow) -> Gated:
    """The gate once more, by the policy as it stands now. What a person put in waits for a person, whatever it says."""
    policy = POLICY.row(tool=proposal.tool)
    setting = setting_of(policy)
    # What the assistant had read when it proposed the call is as true of the changed one.
    facts = facts_of(proposal, tainted=old.facts.get(UNTRUSTED) is not False)
    verdict = judge_proposal(proposal, facts=facts, setting=setting, permitted=run.tiers)
    stop = tool_stop(proposal.tool, policy=policy)
    if stop or verdict.gate is Gate.REFUSE:
        return Gated(proposal, verdict, CallStatus.REFUSED, facts, stop or failure(verdict.code, verdict.rule, ""))
    if verdict.gate is Gate.ALLOW:
        verdict = replace(verdict, rule=say("Staff changed it, so a person reads it once more."))
    return ask_people(proposal, verdict, facts=facts, setting=setting, channel=run.channel)


def _supersede(edit: CallEdit) -> bool:
    """Take the old call off the desk, if it is still the very one that was read and its time is not up."""
    message = say("%(who)s changed this before it was decided.", who=edit.who)
    result = failure("superseded", message, "The changed call took its place: its result is what counts.")
    return move_call(
        call_id=edit.call_id,
        old=[CallStatus.AWAITING],
        new=CallStatus.SUPERSEDED,
        when={"version": edit.version, "digest": edit.digest, "expires_at__gt": NOW},
        result=result.stored,
        finished_at=timezone.now(),
    )


def _refuse(edit: CallEdit, form: EditForm, code: str, problem: str) -> bool:
    _answer(edit, form=form, code=code, problem=problem)
    return False


def _answer(
    edit: CallEdit, *, form: EditForm, code: str = "", problem: str = "", successor_id: int | None = None
) -> None:
    CallEdit.objects.filter(pk=edit.pk).update(
        answered_at=Now(),
        form=form.model_copy(update={"problem": problem}).stored,
        code=code[:40],
        problem=problem[:500],
        successor_id=successor_id,
    )
    announce(Event(kind="edit.answered", run_id=edit.call.run_id, call_id=edit.call_id))
