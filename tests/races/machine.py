"""Races of the machine with itself: workers for one run, sweepers for one question, writers of one record."""

import threading
from datetime import timedelta
from typing import Any

from django.db import connections
from django.db.models.functions import Now

from agentops.audit import append_entry, verify_chain
from agentops.models import AgentRun, AuditEntry, AuditHead, ToolCall
from agentops.runner.loop import advance
from agentops.runner.sweeper import sweep_once
from tests.races.rounds import Round, Verdict, unexpected, unless
from tests.races.scene import DEADLOCK_SECONDS, Scene, let_lease_run_out
from tests.toys import answer, begin

LONG = timedelta(hours=1)


def claim_claim(scene: Scene, number: int) -> Round:
    """Eight workers hear the bell of one run; in every other round its last worker is dead."""
    run_id, dead = begin(), number % 2
    if dead:
        AgentRun.objects.filter(pk=run_id).update(status="running", lease_owner="dead", lease_epoch=1)
        let_lease_run_out(run_id)
    before, asked = AgentRun.objects.get(pk=run_id), scene.planner.asked

    def judge(got: list[Any]) -> Verdict:
        after, winners = AgentRun.objects.get(pk=run_id), scene.planner.asked - asked
        wrong = [
            *unexpected(got),
            *unless(winners == 1, f"{winners} workers asked the model"),
            *unless(after.lease_epoch == before.lease_epoch + 1, f"epoch {before.lease_epoch} to {after.lease_epoch}"),
            *unless(after.lease_losses == dead, f"{after.lease_losses} losses counted"),
            *unless(after.status == "suspended" and after.iterations == 1, f"{after.status}, {after.iterations} turns"),
            *unless(ToolCall.objects.filter(run_id=run_id).count() == 1, "not one call"),
        ]
        return Verdict(winners, got.count(None) - winners, tuple(wrong))

    return Round([lambda: advance(run_id)] * 8, judge)


def sweeper_sweeper(scene: Scene, number: int) -> Round:
    """Four sweepers find a question whose time is up, a bell that was lost and a worker that is gone."""
    call, lost, gone = scene.waiting_call(), begin(), begin()
    ToolCall.objects.filter(pk=call.pk).update(expires_at=Now() - timedelta(seconds=1))
    AgentRun.objects.filter(pk=lost).update(rung_at=Now() - LONG)
    AgentRun.objects.filter(pk=gone).update(status="running", lease_owner="dead", lease_epoch=1)
    let_lease_run_out(gone)
    parked = AgentRun.objects.get(pk=call.run_id)
    scene.bells.clear()

    def judge(got: list[Any]) -> Verdict:
        after, run = ToolCall.objects.get(pk=call.pk), AgentRun.objects.get(pk=call.run_id)
        rung = set(scene.bells)
        for run_id in (call.run_id, lost, gone):
            advance(run_id)
        ended = AgentRun.objects.get(pk=call.run_id)
        wrong = [
            *unexpected(got),
            *unless(after.status == "expired" and after.version == call.version + 1, f"{after.status} {after.version}"),
            *unless(run.status == "queued" and run.version == parked.version + 1, f"{run.status} {run.version}"),
            *unless(rung == {call.run_id, lost, gone}, f"rang for {rung}"),
            *unless(ended.status == "completed" and not scene.effects[call.run_id], f"{ended.status}"),
        ]
        AgentRun.objects.filter(pk__in=[lost, gone]).update(rung_at=Now() + LONG)
        return Verdict(1, sum(isinstance(one, int) for one in got) - 1, tuple(wrong))

    return Round([sweep_once] * 4, judge)


def result_takeover(scene: Scene, number: int) -> Round:
    """A worker comes back from its tool at the moment at which another takes the run over."""
    call = scene.waiting_call()
    answer(call)
    scene.acting.clear()
    scene.go_on.clear()
    first = threading.Thread(target=_work, args=[call.run_id])
    first.start()
    scene.acting.wait(DEADLOCK_SECONDS)
    let_lease_run_out(call.run_id)

    def come_back() -> None:
        scene.go_on.set()
        first.join(DEADLOCK_SECONDS)

    before = scene.leases_lost
    return Round(
        [come_back, lambda: advance(call.run_id)],
        lambda got: _judge_takeover(scene, call, got, scene.leases_lost - before),
    )


def _judge_takeover(scene: Scene, call: ToolCall, got: list[Any], lost: int) -> Verdict:
    run, after = AgentRun.objects.get(pk=call.run_id), ToolCall.objects.get(pk=call.pk)
    kept = (after.status, run.status, run.lease_losses, lost) == ("succeeded", "completed", 0, 0)
    taken = (after.status, run.status, run.lease_losses, lost) == ("in_doubt", "suspended", 1, 1)
    wrong = [
        *unexpected(got),
        *unless(kept != taken, f"{after.status}, {run.status}, {run.lease_losses} losses, {lost} told"),
        *unless(after.result is None or kept, "the late result was written over the doubt"),
        *unless(scene.effects[call.run_id] == 1, f"{scene.effects[call.run_id]} effects"),
    ]
    return Verdict(kept + taken, 1, tuple(wrong))


def audit_append(scene: Scene, number: int) -> Round:
    """Eight writers of one record, which in every tenth round is still empty."""
    if number % 10 == 0:
        AuditEntry.objects.all().delete()
        AuditHead.objects.all().delete()
    before = AuditEntry.objects.count()

    def writer(index: int) -> Any:
        return lambda: append_entry(who=f"Writer {index}", what="raced", subject=f"round {number}", facts={"n": index})

    def judge(got: list[Any]) -> Verdict:
        seqs, flaw = list(AuditEntry.objects.values_list("seq", flat=True)), verify_chain()
        written = AuditEntry.objects.filter(subject=f"round {number}").count()
        wrong = [
            *unexpected(got),
            *unless(written == 8, f"{written} of 8 written"),
            *unless(seqs == list(range(1, before + 9)), "the numbers are not dense"),
            *unless(flaw is None, f"{flaw}"),
        ]
        return Verdict(written, 0, tuple(wrong))

    return Round([writer(index) for index in range(8)], judge)


def _work(run_id: int) -> None:
    try:
        advance(run_id)
    finally:
        connections.close_all()
