"""Who has what in hand. A claim tells colleagues, it never locks: the first answer counts, whoever gives it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from agentops import control
from agentops.audit import append_entry
from agentops.models import AgentRun, ToolCall
from supervision.actions.outcomes import Answered, Refused, refuse_long_note
from supervision.models import Claim
from supervision.roles import Permission, display_name, require


class Work(NamedTuple):
    """One thing on the desk: a request by its call's id, or a hand-off by its run's."""

    kind: str
    id: int

    @property
    def subject(self) -> str:
        """How the record names it."""
        return f"call {self.id}" if self.kind == "call" else f"run {self.id}"

    @property
    def run_id(self) -> int | None:
        """The run it belongs to; None where there is no such thing."""
        if self.kind == "call":
            return ToolCall.objects.filter(pk=self.id).values_list("run_id", flat=True).first()
        runs = AgentRun.objects.filter(pk=self.id).exclude(handoff_reason="")
        return runs.values_list("pk", flat=True).first()


def work_of(claim: Claim) -> Work:
    """What a claim is of."""
    return Work(claim.kind, claim.work_id)


def take_work(*, user: User, work: Work, due_in: timedelta | None = None) -> Answered | Refused:
    """Have it, from whoever had it before; `due_in` says when this person means to be done."""
    due = timezone.now() + due_in if due_in else None
    return _claim(user, work, kept=True, due_at=due)


def look_at_work(*, user: User, work: Work) -> Answered | Refused:
    """Have it while the page is open, where nobody else has it; said again every few seconds."""
    return _claim(user, work, kept=False)


def leave_work(*, user: User, work: Work, note: str) -> Answered | Refused:
    """Leave it to a colleague, with a word for them if there is one."""
    require(user, Permission.DECIDE)
    if too_long := refuse_long_note(note):
        return too_long
    run_id, now = work.run_id, timezone.now()
    if run_id is None:
        return Refused("not_found", gettext("There is nothing to leave here."))
    with transaction.atomic():
        AgentRun.objects.select_for_update().get(pk=run_id)
        mine = Claim.objects.of(work.kind, work.id).filter(released_at=None).first()
        if mine and mine.user_id != user.pk:
            return Refused("not_yours", gettext("%(who)s has this. It is not yours to leave.") % {"who": mine.who})
        if mine:
            Claim.objects.filter(pk=mine.pk).update(released_at=now, note=note)
        elif note:
            _add_claim(user, work, now, kept=True, note=note, released_at=now)
        if note or (mine and mine.kept):
            append_entry(who=display_name(user), what="work.left", subject=work.subject, facts={"note": bool(note)})
        control.note_handoff_closed(run_id=run_id)
    return Answered(now)


def let_go(user: User, *, call_id: int, at: datetime) -> None:
    """Have a request no longer, since this person's part of it is done: the other of two shall not wait for them."""
    Claim.objects.filter(call=call_id, user=user, released_at=None).update(released_at=at)


def hand_over_work(*, user: User, note: str) -> int | Refused:
    """The end of a shift: everything this person has goes back to the desk with the note; how many things."""
    require(user, Permission.DECIDE)
    if not note.strip():
        return Refused("note_missing", gettext("Write what the next person has to know."), "note")
    if too_long := refuse_long_note(note):
        return too_long
    works = [work_of(claim) for claim in Claim.objects.kept_by(user)]
    for work in works:
        leave_work(user=user, work=work, note=note)
    return len(works)


def _claim(user: User, work: Work, *, kept: bool, due_at: datetime | None = None) -> Answered | Refused:
    require(user, Permission.DECIDE)
    run_id, now = work.run_id, timezone.now()
    if run_id is None:
        return Refused("not_found", gettext("There is nothing to take here."))
    with transaction.atomic():
        AgentRun.objects.select_for_update().get(pk=run_id)
        held = Claim.objects.of(work.kind, work.id).filter(released_at=None).first()
        if held and held.user_id == user.pk and (held.kept or not kept):
            Claim.objects.filter(pk=held.pk).update(seen_at=now, due_at=due_at or held.due_at)
            return Answered(now)
        lives = Claim.objects.of(work.kind, work.id).alive(now).exists()
        if held and lives and not kept:
            return Refused(
                "taken", gettext("%(who)s has this. You can still answer; the first answer counts.") % {"who": held.who}
            )
        if held:
            Claim.objects.filter(pk=held.pk).update(released_at=now)
        _add_claim(user, work, now, kept=kept, due_at=due_at)
        if kept:
            facts = {"from": held.who} if held and held.user_id != user.pk else {}
            append_entry(who=display_name(user), what="work.taken", subject=work.subject, facts=facts)
        control.note_handoff_closed(run_id=run_id)
    return Answered(now)


def _add_claim(
    user: User,
    work: Work,
    now: datetime,
    *,
    kept: bool,
    note: str = "",
    due_at: datetime | None = None,
    released_at: datetime | None = None,
) -> None:
    Claim.objects.create(
        call_id=work.id if work.kind == "call" else None,
        run_id=work.id if work.kind == "handoff" else None,
        user=user,
        who=display_name(user),
        kept=kept,
        note=note,
        due_at=due_at,
        taken_at=now,
        seen_at=now,
        released_at=released_at,
    )
