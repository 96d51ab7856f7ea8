"""`manage.py ask "…"`: one request in the terminal, each step as it happens, the approval asked for there."""

import sys
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from agentops.control import BadRequest, Unsettled, start_run
from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.tiers import read_tier
from agentops.ledger import release_holds
from agentops.llm.models import describe_model
from agentops.management.deciding import decide_call, take_back
from agentops.models import AgentRun, Step, ToolCall
from agentops.runner.loop import advance

TERMINAL = "terminal"
LOOK_SECONDS = 0.1


class Command(BaseCommand):
    help = "Run one request here: prints each step and asks for the approval."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("request", help="what the caller said, in quotation marks")

    def handle(self, *args: Any, request: str, **options: Any) -> None:
        self.shown: set[tuple[str, int, str]] = set()
        self.say(f"Model: {describe_model()}")
        conversation: int | None = None
        words: str | None = request
        while words:
            run = self.run_one(words, conversation)
            conversation = run.conversation_id
            words = self.ask_caller() if run.outcome == "asked_back" and sys.stdin.isatty() else None

    def run_one(self, words: str, conversation: int | None) -> AgentRun:
        """One run to its end or to a question that nobody here answers."""
        try:
            run_id = start_run(request=words, channel="desk", asked_by=TERMINAL, conversation_id=conversation).run_id
        except BadRequest as bad:
            raise CommandError(bad.message) from None
        while True:
            self.watch(run_id)
            run = AgentRun.objects.get(pk=run_id)
            if RunStatus(run.status).over:
                self.say(f"\nAnswer: {run.answer}\n({run.outcome.replace('_', ' ')}, {self.cost(run)})")
                return run
            if not self.ask_staff(run_id):
                self.say(f"\nRun {run_id} goes on waiting; answer it at the desk.")
                return run

    def watch(self, run_id: int) -> None:
        """Work on the run beside this thread, and show each step as soon as it stands in the rows."""
        worker = threading.Thread(target=_work, args=(run_id,), name="ask")
        worker.start()
        while worker.is_alive():
            worker.join(LOOK_SECONDS)
            self.show_steps(run_id)
        self.show_steps(run_id)

    def show_steps(self, run_id: int) -> None:
        """Print what happened since the last look."""
        for step in Step.objects.filter(run_id=run_id).prefetch_related("calls"):
            if step.kind == "note":
                self.once(("step", step.pk, ""), f"  · {step.detail}")
            else:
                what = step.failure or step.decision.replace("_", " ")
                self.once(("step", step.pk, ""), f"  · {step.provider} {step.model}: {what} ({step.duration_ms} ms)")
            for call in step.calls.all():
                self.once(("call", call.pk, call.status), f"    {self.describe_call(call)}")

    def describe_call(self, call: ToolCall) -> str:
        """One line of the trace."""
        card = Card.model_validate(call.card or {"title": call.tool})
        status = CallStatus(call.status)
        words = card.done if status.took_effect and card.done else card.doing or card.title
        note = "" if status.took_effect or not call.result else f": {call.result.get('message', '')}"
        return f"{words} [{read_tier(call.tier).words}, {call.tool}, {status.value.replace('_', ' ')}{note}]"

    def ask_staff(self, run_id: int) -> bool:
        """Put every waiting call to whoever sits here; False where nobody does."""
        waiting = ToolCall.objects.filter(run_id=run_id, status=CallStatus.AWAITING)
        if not waiting:
            return False
        for call in waiting:
            self.show_card(call)
            try:
                given = input("Your answer, y or n (n may be followed by a reason): ").strip()
            except EOFError:
                return False
            yes = given.lower() in {"y", "yes"}
            note = "" if yes else given.removeprefix("no").removeprefix("n").strip(" ,:")
            outcome = decide_call(call=call, approve=yes, by=TERMINAL, note=note)
            if isinstance(outcome, Unsettled):
                self.say(outcome.message)
            elif outcome.status is CallStatus.AWAITING:
                self.say("Somebody else has to say yes too; that is done on the desk's page.")
                return False
            elif outcome.held_until:
                self.hold(call, (outcome.held_until - outcome.at).total_seconds())
        return True

    def hold(self, call: ToolCall, seconds: float) -> None:
        """Wait out the time in which a yes can be taken back; Ctrl-C takes it back."""
        self.say(f"  Held for {seconds:.0f} seconds. Ctrl-C takes it back.")
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            take_back(call=call, by=TERMINAL)
            self.say("  Taken back. Nothing was done.")
        release_holds()

    def show_card(self, call: ToolCall) -> None:
        """What a person has to know before saying yes."""
        card = Card.model_validate(call.card or {"title": call.tool})
        self.say(f"\n{card.question or card.title}")
        for change in card.changes:
            self.say(f"  {change.label}: {change.now} → {change.then}")
        for check in card.checks:
            self.say(f"  {'✓' if check.ok else '!'} {check.label} {check.detail}".rstrip())
        for mismatch in card.mismatches:
            self.say(f"  ! {mismatch.text}")

    def ask_caller(self) -> str | None:
        """What the caller says to a question."""
        try:
            return input("\nThe caller says (empty to stop): ").strip() or None
        except EOFError:
            return None

    def cost(self, run: AgentRun) -> str:
        """What the run cost, as far as it is known."""
        if run.unpriced_calls:
            return f"≥ ${run.cost_nano / 1e9:.4f}, {run.unpriced_calls} calls unpriced"
        return f"${run.cost_nano / 1e9:.4f}"

    def once(self, key: tuple[str, int, str], line: str) -> None:
        """Print a line the first time it is true."""
        if key not in self.shown:
            self.shown.add(key)
            self.say(line)

    def say(self, line: str) -> None:
        """Print and flush, so that a step is seen when it happens."""
        self.stdout.write(line)
        self.stdout.flush()


def _work(run_id: int) -> None:
    try:
        advance(run_id)
    finally:
        connections.close_all()
