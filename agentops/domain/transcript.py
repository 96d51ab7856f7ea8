"""A run as the machine reads it from its rows: the request, the model's turns, the calls and what they came to.

The transcript is the program counter: to resume a run is to read it again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.limits import Limits, Spent, weigh_text
from agentops.domain.messages import Block, FailureKind, Message, StopReason
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.tiers import ActionTier


class Held(NamedTuple):
    """When a look-up ran whose result is not in its row yet: the next commit writes it (aware times)."""

    started_at: datetime
    finished_at: datetime


class CallView(NamedTuple):
    """One proposed call. `result` is there once the call is answered, `held` while only its worker knows it.

    `changed` says what staff changed of it before it was decided, `confirmers` how many people had to say yes.
    `facts` is what it was judged by; the result of an `untrusted` one may hold free text that anybody wrote.
    While it is `on_hold` its yes may still be taken back. `approver_gone`: whoever said yes may no longer do so.
    """

    id: int
    tool_use_id: str
    tool: str
    arguments: str
    digest: str
    tier: ActionTier
    effect: Effect
    status: CallStatus
    version: int
    hands_off: bool = False
    attempts: int = 0
    doing: str = ""
    done: str = ""
    changed: str = ""
    confirmers: int = 1
    facts: Mapping[str, Any] = {}
    untrusted: bool = False
    result: ToolResult | None = None
    held: Held | None = None
    on_hold: bool = False
    approver_gone: bool = False

    @property
    def runnable(self) -> bool:
        """Whether the machine may start it now."""
        return self.status.runnable and not self.on_hold


class Turn(NamedTuple):
    """One model turn. A turn with a `failure` brought no reply and is not shown to the model."""

    seq: int
    content: tuple[Block, ...] = ()
    stop_reason: StopReason = StopReason.END_TURN
    calls: tuple[CallView, ...] = ()
    failure: FailureKind | None = None
    retry_after: float | None = None
    sorting: bool = False

    @property
    def text(self) -> str:
        """What the model said, without its calls."""
        return "\n\n".join(b["text"] for b in self.content if b.get("type") == "text" and b.get("text"))


class Transcript(NamedTuple):
    """Everything `next_move` looks at. `sorted` says whether the run has its task type.

    `heard_untrusted`: an earlier run of the conversation, whose words this one reads, had read untrusted free text.
    """

    run_id: int
    request: str
    limits: Limits
    spent: Spent
    history: tuple[Message, ...] = ()
    turns: tuple[Turn, ...] = ()
    sorted: bool = True
    stop_requested: bool = False
    heard_untrusted: bool = False

    @property
    def tainted(self) -> bool:
        """Whether the model has read free text that anybody may have written."""
        return self.heard_untrusted or any(call.untrusted and call.result is not None for call in self.calls)

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Every call of the run in the order proposed."""
        return tuple(call for turn in self.turns for call in turn.calls)

    def with_turn(self, turn: Turn) -> "Transcript":
        """The transcript with one more turn."""
        return self._replace(turns=(*self.turns, turn))

    def with_call(self, call: CallView, *, instead_of: int | None = None) -> "Transcript":
        """The transcript with one call replaced by its newer state, or by the call that took its place."""
        place = call.id if instead_of is None else instead_of
        turns = tuple(
            turn._replace(calls=tuple(call if old.id == place else old for old in turn.calls))
            if any(old.id == place for old in turn.calls)
            else turn
            for turn in self.turns
        )
        return self._replace(turns=turns)

    def with_spent(self, **changes: int) -> "Transcript":
        """The transcript with other counters."""
        return self._replace(spent=self.spent._replace(**changes))


def call_key(*, call_id: int, digest: str) -> str:
    """The idempotency key of a call: the same for every attempt."""
    return f"handrail-call-{call_id}-{digest[:16]}"


UNKNOWN = failure("unknown", "Nobody knows what came of this call.", "Do not rely on it either way.")


def result_block(call: CallView) -> Block:
    """The `tool_result` of a call; one that never got a result says so, since every call must be answered."""
    result = call.result or UNKNOWN
    content = result.for_model(changed=call.changed)
    block: Block = {"type": "tool_result", "tool_use_id": call.tool_use_id, "content": content}
    return block if result.ok else {**block, "is_error": True}


def run_messages(transcript: Transcript, *, over: bool = False) -> list[Message]:
    """The messages of this run after those of earlier runs of its conversation.

    In a run that is `over` every call is answered, if only by saying that nobody knows. Turns that failed or that
    only sorted the run are left out. All results of a turn go back in one message, in the model's order. A turn that
    paused is continued by sending it back unchanged.
    """
    messages: list[Message] = [*transcript.history, {"role": "user", "content": [_text(transcript.request)]}]
    for turn in transcript.turns:
        if turn.failure or turn.sorting or not turn.content:
            continue
        messages.append({"role": "assistant", "content": list(turn.content)})
        if turn.calls and (over or all(call.status.answered for call in turn.calls)):
            messages.append({"role": "user", "content": [result_block(call) for call in turn.calls]})
    return messages


def closing_messages(transcript: Transcript, answer: str) -> list[Message]:
    """The messages of a finished run as a later run of the conversation sees them, ending with what the caller read."""
    messages = run_messages(transcript, over=True)[len(transcript.history) :]
    last = transcript.turns[-1] if transcript.turns else None
    spoke_last = bool(last and last.content and not last.calls and not last.failure and not last.sorting)
    if not spoke_last:
        return [*messages, {"role": "assistant", "content": [_text(answer)]}] if answer else messages
    if last and last.text != answer and answer:
        return [*messages[:-1], {"role": "assistant", "content": [_text(answer)]}]
    return messages


def spoken_messages(transcript: Transcript) -> list[Message]:
    """What was said, without calls and results: enough to sort a request, and valid where no tool is on offer."""
    spoken: list[Message] = []
    for message in run_messages(transcript):
        words = [block for block in message["content"] if block.get("type") == "text" and block.get("text")]
        if not words:
            continue
        if spoken and spoken[-1]["role"] == message["role"]:
            spoken[-1] = {"role": message["role"], "content": [*spoken[-1]["content"], *words]}
        else:
            spoken.append({"role": message["role"], "content": words})
    return spoken


def unchanged_repeats(transcript: Transcript, *, digest: str) -> int:
    """How often this very call was answered in a row with one and the same result, up to now."""
    results = [call.result.for_model() for call in transcript.calls if call.digest == digest and call.result]
    count = 0
    for result in reversed(results):
        if result != results[-1]:
            break
        count += 1
    return count


def was_turned_down(transcript: Transcript, *, digest: str) -> bool:
    """Whether a person already said no to this very call in this run."""
    return any(call.digest == digest and call.status is CallStatus.REJECTED for call in transcript.calls)


def prompt_chars(*parts: Any) -> int:
    """How many characters a prompt of these parts has, weighed, near enough for a token estimate."""
    return sum(weigh_text(part if isinstance(part, str) else repr(part)) for part in parts)


def _text(text: str) -> Block:
    return {"type": "text", "text": text}
