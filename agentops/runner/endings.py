"""How a run ends in words: the answer is validated before it leaves, a hand-off gets its summary."""

from dataclasses import replace
from typing import Any

from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.next_move import Finish
from agentops.domain.outcomes import UNANSWERED
from agentops.domain.partial import compose_partial, compose_summary, describe_end, describe_reason
from agentops.domain.transcript import Transcript
from agentops.domain.validation import OutputRules, Validated, validate_text
from agentops.ledger import Ending


def output_rules(transcript: Transcript, rules: OutputRules) -> OutputRules:
    """The toolset's rules with what this run really did: a claim is only true of an executed call."""
    done = frozenset(call.tool for call in transcript.calls if call.status.took_effect)
    return replace(rules, executed=done)


def end_run(transcript: Transcript, finish: Finish, *, rules: OutputRules) -> Ending:
    """Turn the loop's verdict into the run's end. Only a plain answer ends without a person."""
    if finish.status is RunStatus.CANCELLED:
        return Ending(finish.status, finish.outcome, compose_partial(transcript, handed_over=False), "Stopped.")
    if finish.status is not RunStatus.COMPLETED:
        return _hand_off(transcript, finish, rules=rules)
    checked = validate_text(text=finish.answer, rules=output_rules(transcript, rules))
    if checked.stopped:
        stopped = Finish(RunStatus.HANDED_OFF, "stopped_answer")
        return replace(_hand_off(transcript, stopped, rules=rules), findings=_findings(checked))
    note = "Contact details that are not on file were taken out of the answer." if checked.findings else ""
    ending = Ending(finish.status, finish.outcome, checked.text, note, findings=_findings(checked))
    return _call_back(ending, transcript) if _is_promised(transcript) else ending


def _is_promised(transcript: Transcript) -> bool:
    """Whether the caller was told that a person will call back, because nobody answered a request in time."""
    expired = [call.result for call in transcript.calls if call.status is CallStatus.EXPIRED]
    return any(result is None or result.code != UNANSWERED for result in expired)


def _call_back(ending: Ending, transcript: Transcript) -> Ending:
    reason = describe_reason("request_expired")
    return replace(ending, handoff_reason=reason, handoff_summary=compose_summary(transcript))


def _hand_off(transcript: Transcript, finish: Finish, *, rules: OutputRules) -> Ending:
    """Give the run to a person. Words the model said besides are used only where they pass the same checks."""
    said = validate_text(text=finish.answer, rules=output_rules(transcript, rules)) if finish.answer.strip() else None
    answer = said.text if said and not said.stopped else compose_partial(transcript)
    reason = describe_end(transcript, finish.outcome)
    return Ending(
        status=finish.status,
        outcome=finish.outcome,
        answer=answer,
        note=f"Handed to a person: {reason}.",
        handoff_reason=reason,
        handoff_summary=compose_summary(transcript),
        findings=_findings(said) if said else (),
    )


def _findings(checked: Validated) -> tuple[dict[str, Any], ...]:
    return tuple({"rule": f.rule, "action": f.action, "label": f.label} for f in checked.findings)
