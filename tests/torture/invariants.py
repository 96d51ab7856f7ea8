"""What must be true of a run when everything is over, told from our rows and from the world outside."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.models import AgentRun, AuditEntry, Conversation, RunFact, Step, ToolCall
from supervision.inbox.desk import read_desk
from supervision.models import Decision
from tests.torture.cast import LAST_WORDS, acting_tool, mark_of, name_ask
from tests.torture.outside import Outside
from tests.torture.points import Subject


class Harm(StrEnum):
    """The kinds of violation that the table counts."""

    DOUBLE = "double"
    LOST = "lost"
    STUCK = "stuck"
    DOUBT = "doubt"
    BOOKS = "books"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must never be."""

    harm: Harm
    words: str


MOST_LOSSES = 3
"""A run that lost so many workers is given to a person."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A run that should be over, with what its life cost: tokens and answers that faults took."""

    subject: Subject
    outside: Outside
    run: AgentRun
    doubtful: bool
    lost_tokens: int
    lost_answers: range

    @property
    def act(self) -> ToolCall:
        """The call under test."""
        return self.calls.get(tool=acting_tool(self.subject.effect))

    @property
    def calls(self) -> QuerySet[ToolCall]:
        """The calls that count: one that was changed first gave its place to another."""
        return ToolCall.objects.filter(run=self.run).exclude(status=CallStatus.SUPERSEDED)

    @property
    def effects(self) -> int:
        """How often it really happened; a look-up is not counted, since it changes nothing."""
        return count_effects(self.subject, self.run.pk, self.outside)

    @property
    def turns(self) -> list[Step]:
        """What the model said, in order."""
        return list(Step.objects.filter(run=self.run).exclude(kind="note").order_by("seq"))


Law = Callable[[Aftermath], Iterator[str]]


def count_effects(subject: Subject, run_id: int, outside: Outside) -> int:
    """How often the tool under test really acted for this run."""
    if subject.effect is Effect.TRANSACTIONAL:
        return Conversation.objects.filter(channel=mark_of(run_id)).count()
    return outside.effects(run_id)


def is_on_the_desk(call: ToolCall) -> bool:
    """Whether staff who open the list now see this call."""
    return any((row.kind, row.id) == ("call", call.pk) for row in read_desk(view="waiting", now=timezone.now()).rows)


def find_violations(after: Aftermath, *, weather: bool = False) -> list[Violation]:
    """Everything that is wrong with a run that went through one fault, or through `weather`: any number of deaths."""
    if not after.run.finished_at:
        return [Violation(Harm.STUCK, f"{after.run} {list(ToolCall.objects.filter(run=after.run))}")]
    laws = LAWS_OF_WEATHER if weather else LAWS
    return [Violation(harm, words) for harm, law in laws for words in law(after)]


def acts_at_most_once(after: Aftermath) -> Iterator[str]:
    if after.effects > 1:
        yield f"it happened {after.effects} times"
    if after.outside.refusals(after.run.pk):
        yield "one key was used for two contents"
    repeated = ToolCall.objects.filter(run=after.run, effect=Effect.NON_IDEMPOTENT, attempts__gt=1)
    for call in repeated:
        yield f"{call.tool} was begun {call.attempts} times"


def does_what_was_approved(after: Aftermath) -> Iterator[str]:
    approved = ToolCall.objects.filter(run=after.run).exclude(decided_by="").values_list("digest", flat=True)
    for digest in after.outside.digests(after.run.pk) - set(approved):
        yield f"{digest} was approved by nobody"


def loses_nothing(after: Aftermath) -> Iterator[str]:
    happened = after.act.status in {CallStatus.SUCCEEDED, CallStatus.HAPPENED}
    ended = {CallStatus.SUCCEEDED, *([CallStatus.HAPPENED, CallStatus.NOT_HAPPENED] if after.doubtful else [])}
    for call in after.calls.exclude(status__in=ended):
        yield f"{call.tool}, allowed or approved, became {call.status}"
    if after.subject.effect is not Effect.READ and after.effects != int(happened):
        yield f"the rows say {after.act.status}, and it happened {after.effects} times"
    if (after.run.status, after.run.answer) != ("completed", LAST_WORDS):
        yield f"the run ended as {after.run.status} ({after.run.outcome}): {after.run.answer}"


def loses_nothing_silently(after: Aftermath) -> Iterator[str]:
    """A run that cost three workers their life is given to a person; what it did by then must still be told."""
    if after.run.status == "completed":
        yield from loses_nothing(after)
        return
    if after.run.outcome != "workers_lost" or after.run.lease_losses < MOST_LOSSES or not after.run.handoff_reason:
        yield f"the run ended as {after.run.status} ({after.run.outcome}) after {after.run.lease_losses} losses"
    for call in ToolCall.objects.filter(run=after.run):
        if not CallStatus(call.status).answered:
            yield f"{call.tool} stays {call.status}"
    act = after.calls.filter(tool=acting_tool(after.subject.effect)).first()
    happened = act is not None and CallStatus(act.status).took_effect
    if after.subject.effect is not Effect.READ and after.effects != int(happened):
        yield f"the rows say {act}, and it happened {after.effects} times"


def charges_what_was_used(after: Aftermath) -> Iterator[str]:
    used = Step.objects.filter(run=after.run).aggregate(n=Sum(F("input_tokens") + F("output_tokens")))["n"] or 0
    if after.run.tokens != used + after.lost_tokens or after.run.tokens_reserved:
        lost = f"{used} in the turns and {after.lost_tokens} lost"
        yield f"{after.run.tokens} tokens charged and {after.run.tokens_reserved} reserved, not {lost}"


def counts_each_turn_once(after: Aftermath) -> Iterator[str]:
    if after.run.iterations != len(after.turns):
        yield f"{after.run.iterations} turns counted, {len(after.turns)} written"


def asks_no_more_than_it_must(after: Aftermath) -> Iterator[str]:
    asks = after.outside.asks(after.subject.words)
    used = [turn.provider_request_id for turn in after.turns]
    lost = set(map(name_ask, asks)) - set(used)
    if len(lost) not in after.lost_answers or len(set(used)) != len(used) or not set(used) <= set(map(name_ask, asks)):
        yield f"{len(asks)} questions, {len(used)} turns, {len(lost)} answers lost, not {list(after.lost_answers)}"


def numbers_steps_densely(after: Aftermath) -> Iterator[str]:
    numbers = list(Step.objects.filter(run=after.run).order_by("seq").values_list("seq", flat=True))
    if not numbers or numbers[0] != 1 or any(b - a != 1 for a, b in pairwise(numbers)):
        yield f"the steps are numbered {numbers}"


def answers_every_call_in_order(after: Aftermath) -> Iterator[str]:
    asks = after.outside.asks(after.subject.words)
    for before, turn in pairwise(after.turns):
        proposed = [block["id"] for block in before.content if block["type"] == "tool_use"]
        read = json.loads(asks[int(turn.provider_request_id.removeprefix("ask-"))])
        stored = list(after.calls.filter(step=before).order_by("position").values_list("tool_use_id", flat=True))
        if not proposed == read == stored:
            yield f"the model proposed {proposed}, the rows hold {stored}, the model read {read}"


def counts_calls_and_ends_once(after: Aftermath) -> Iterator[str]:
    calls = after.calls.exclude(status="refused").count()
    if after.run.tool_calls != calls:
        yield f"{after.run.tool_calls} calls counted, {calls} written"
    fact = RunFact.objects.filter(run=after.run).first()
    if fact is None or (fact.tokens, fact.iterations) != (after.run.tokens, after.run.iterations):
        yield "the end's figures are missing or differ from the run's"
    if after.run.lease_owner:
        yield f"the lease is still held by {after.run.lease_owner}"


def keeps_a_change(after: Aftermath) -> Iterator[str]:
    """A change that was sent is made, unless its answer says that it was not; what acts is what stands in its place."""
    for edit in after.subject.edits():
        if not edit.answered_at:
            yield "a change was never answered"
        elif edit.code != "broke" and (edit.successor != after.act or after.act.supersedes != edit.call):
            yield f"{after.act} acts where {edit.successor} should"


def loses_one_lease_at_most(after: Aftermath) -> Iterator[str]:
    if after.run.lease_losses > 1:
        yield f"one fault cost {after.run.lease_losses} leases"


def charges_at_least_what_was_used(after: Aftermath) -> Iterator[str]:
    used = Step.objects.filter(run=after.run).aggregate(n=Sum(F("input_tokens") + F("output_tokens")))["n"] or 0
    if after.run.tokens < used or after.run.tokens_reserved:
        yield f"{after.run.tokens} tokens charged and {after.run.tokens_reserved} reserved where {used} were used"


def keeps_one_decision_and_its_seal(after: Aftermath) -> Iterator[str]:
    calls = ToolCall.objects.filter(run=after.run)
    cleared = calls.filter(status__in=[CallStatus.HAPPENED, CallStatus.NOT_HAPPENED])
    verdicts = sorted(Decision.objects.filter(call__run=after.run).values_list("verdict", flat=True))
    back = verdicts.count("undone")
    yes = calls.exclude(decided_by="").count() + back
    expected = [*["approved"] * yes, *cleared.values_list("status", flat=True), *["undone"] * back]
    if verdicts != expected:
        yield f"decisions {verdicts}, not {expected}"
    subjects = [f"call {pk}" for pk in ToolCall.objects.filter(run=after.run).values_list("pk", flat=True)]
    sealed = AuditEntry.objects.filter(subject__in=[f"run {after.run.pk}", *subjects]).order_by("seq")
    whats = [entry.what for entry in sealed]
    edits = after.subject.edits()
    changes = ["call.change_sent"] * edits.count() + ["call.changed"] * edits.exclude(successor=None).count()
    if sorted(whats) != sorted(["run.started", *changes, *(f"call.{verdict}" for verdict in verdicts)]):
        yield f"the sealed record holds {whats}"


LAWS: tuple[tuple[Harm, Law], ...] = (
    (Harm.DOUBLE, acts_at_most_once),
    (Harm.BOOKS, does_what_was_approved),
    (Harm.LOST, loses_nothing),
    (Harm.BOOKS, charges_what_was_used),
    (Harm.BOOKS, counts_each_turn_once),
    (Harm.BOOKS, asks_no_more_than_it_must),
    (Harm.BOOKS, numbers_steps_densely),
    (Harm.BOOKS, answers_every_call_in_order),
    (Harm.BOOKS, counts_calls_and_ends_once),
    (Harm.LOST, keeps_a_change),
    (Harm.BOOKS, loses_one_lease_at_most),
    (Harm.BOOKS, keeps_one_decision_and_its_seal),
)

LAWS_OF_WEATHER: tuple[tuple[Harm, Law], ...] = (
    (Harm.DOUBLE, acts_at_most_once),
    (Harm.BOOKS, does_what_was_approved),
    (Harm.LOST, loses_nothing_silently),
    (Harm.BOOKS, charges_at_least_what_was_used),
    (Harm.BOOKS, counts_each_turn_once),
    (Harm.BOOKS, asks_no_more_than_it_must),
    (Harm.BOOKS, numbers_steps_densely),
    (Harm.BOOKS, answers_every_call_in_order),
    (Harm.BOOKS, counts_calls_and_ends_once),
    (Harm.BOOKS, keeps_one_decision_and_its_seal),
)
