"""A run's life as people and workers live it: asked for, worked on, answered, worked on, over."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from unittest import mock

from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.utils import timezone

from agentops.ledger import claim_run, give_up, release_holds
from agentops.models import AgentRun, ToolCall
from agentops.runner import loop
from agentops.runner.edits import answer_wish
from agentops.runner.sweeper import sweep_once
from supervision import actions
from tests.torture.cast import Cast, acting_tool
from tests.torture.points import Path, Subject

LONG_AGO = "2020-01-01T00:00:00Z"
MOST_ROUNDS = 6
A_WHILE = timedelta(seconds=5)
CHANGED_TEXT = "changed"
"""What the call under test is changed to."""


@contextmanager
def as_worker(owner: str) -> Iterator[None]:
    """Hold leases under a name of one's own: a forked process would otherwise bear its parent's."""
    claim, give = partial(claim_run, owner=owner), partial(give_up, owner=owner)
    with mock.patch.multiple(loop, claim_run=claim, give_up=give):
        yield


def live(subject: Subject, cast: Cast, *, path: Path = Path.STRAIGHT) -> None:
    """The whole life up to the trap or to its end. A database that fails a person is an error on their page."""
    at_work, say = partial(work, cast), partial(answer_all, subject)
    on_the_way = {
        Path.STRAIGHT: [],
        Path.CHANGED: [partial(send_change, subject), partial(answer_edits, subject)],
        Path.UNDONE: [say, partial(take_back, subject)],
    }
    scenes = [partial(ask_for, subject), at_work, *on_the_way[path], say, partial(end_holds, subject), at_work]
    for scene in scenes:
        with suppress(OperationalError):
            scene()
        if cast.trap.sprung:
            return


def recover(subject: Subject, cast: Cast) -> AgentRun:
    """What happens after a fault: time passes, the person tries again, the sweeper and a fresh worker do the rest.

    Ends with a run that is over or in doubt, or with one that is stuck.
    """
    for _ in range(MOST_ROUNDS):
        let_time_pass(subject)
        if not subject.run():
            ask_for(subject)
        sweep_once()
        work(cast)
        answer_all(subject)
        run = AgentRun.objects.get(request_key=subject.key)
        if run.finished_at or doubts(run.pk):
            break
    return run


def ask_for(subject: Subject) -> None:
    """A person hands the caller's words in; the form's key makes a second press harmless."""
    actions.start_run(user=person(), request=subject.words, channel="desk", on_the_line=False, request_key=subject.key)


def work(cast: Cast) -> None:
    """A worker answers the doorbell as long as it rings. A broken database breaks one slice off."""
    while not cast.trap.sprung and (run_id := cast.outside.take_bell()):
        with suppress(OperationalError):
            loop.advance(run_id)


def send_change(subject: Subject) -> None:
    """A person changes the call under test first."""
    call = ToolCall.objects.get(run__request_key=subject.key, tool=acting_tool(subject.effect), status="awaiting")
    seen = {"call_id": call.pk, "version": call.version, "digest": call.digest}
    actions.change_call(user=person(), **seen, values={"text": CHANGED_TEXT}, note="She said so.")


def answer_edits(subject: Subject) -> None:
    """A worker hears of what the desk asked."""
    for edit in subject.edits().filter(answered_at=None):
        answer_wish(edit.pk)


def take_back(subject: Subject) -> None:
    """A person takes the yes to the call under test back."""
    call = ToolCall.objects.get(run__request_key=subject.key, tool=acting_tool(subject.effect))
    actions.undo_approval(user=person(), call_id=call.pk, version=call.version, digest=call.digest)


def end_holds(subject: Subject) -> None:
    """Half a minute passes, and whoever looks after holds comes by."""
    let_holds_pass(subject)
    release_holds()


def let_holds_pass(subject: Subject) -> None:
    """Nothing of this run can be taken back any more."""
    held = ToolCall.objects.filter(run__request_key=subject.key, status="approved", held_until__isnull=False)
    held.update(held_until=LONG_AGO)


def answer_all(subject: Subject) -> None:
    """A person says yes to whatever waits."""
    for call in ToolCall.objects.filter(run__request_key=subject.key, status="awaiting").order_by("pk"):
        say_yes(call)


def say_yes(call: ToolCall) -> actions.Answered | actions.Refused:
    """The button, pressed by Priya on the card as it now stands."""
    return actions.approve_call(
        user=person(),
        call_id=call.pk,
        version=call.version,
        digest=call.digest,
        shown=actions.sign_showing(user=person(), call_id=call.pk, version=call.version),
        ticked=set(),
        typed="",
    )


def clear_up(run_id: int, *, happened: bool) -> None:
    """A person has looked, and says what became of each call in doubt."""
    for call in doubts(run_id):
        actions.resolve_call(
            user=person(), call_id=call.pk, version=call.version, happened=happened, note="I looked it up."
        )


def doubts(run_id: int) -> list[ToolCall]:
    """The calls of a run of which nobody knows whether they happened."""
    return list(ToolCall.objects.filter(run_id=run_id, status="in_doubt"))


def person() -> User:
    """Priya of the front desk."""
    return User.objects.get(username="priya")


def let_time_pass(subject: Subject) -> None:
    """Leases and holds end, bells count as forgotten, a server hangs up on a client that sleeps in a transaction."""
    run = AgentRun.objects.filter(request_key=subject.key)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            )
    let_holds_pass(subject)
    # Whoever sweeps leaves a change to its bell for a second.
    subject.edits().filter(answered_at=None).update(asked_at=timezone.now() - A_WHILE)
    run.filter(status="running").update(lease_expires_at=LONG_AGO)
    run.filter(status="queued").update(rung_at=LONG_AGO)
