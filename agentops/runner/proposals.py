"""From a model's words to calls that can be put to the gate: parsed once, validated, described for a person."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from agentops.domain.arguments import BadArguments, canonical_arguments, digest_call
from agentops.domain.cards import Card
from agentops.domain.messages import Block, ModelReply
from agentops.domain.outcomes import ToolError, ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.validation import OutputRules, validate_text
from agentops.ledger import Proposal, RunBrief
from agentops.tools.registry import Tool, ToolContext, Toolset

Finding = dict[str, Any]


def read_proposals(
    reply: ModelReply, *, run_id: int, brief: RunBrief, toolset: Toolset, rules: OutputRules, now: datetime
) -> list[Proposal]:
    """Make every call of a reply ready for the gate, in the model's order; a bad one carries its refusal.

    Only tools of the run's own toolset exist here.
    """
    context = ToolContext(run_id=run_id, key="", said=brief.said, asked_at=brief.asked_at, now=now)
    blocks = reply.tool_uses
    asked = [(str(block.get("name", "")), block.get("input")) for block in blocks]
    proposals = [
        _read_one(
            block,
            toolset=toolset,
            rules=rules,
            context=replace(context, beside=(*asked[:index], *asked[index + 1 :])),
        )
        for index, block in enumerate(blocks)
    ]
    return [_hurry(one) for one in proposals] if brief.on_the_line else proposals


def _hurry(proposal: Proposal) -> Proposal:
    """Somebody who holds the line waits minutes, however long an answer would be of use."""
    card = proposal.card
    return replace(proposal, card=card.model_copy(update={"answer_by": None})) if card else proposal


def _read_one(block: Block, *, toolset: Toolset, rules: OutputRules, context: ToolContext) -> Proposal:
    name, use_id, raw = str(block.get("name", "")), str(block.get("id", "")), block.get("input")
    tool = toolset.find(name)
    if tool is None:
        return _refused(use_id, name, _unknown_tool(name, toolset))
    try:
        return prepare_call(tool, use_id=use_id, raw=raw, rules=rules, context=context)
    except BadArguments as bad:
        return _refused(use_id, name, _bad_arguments(name, f"{bad.rule}: {bad}"))
    except ValidationError as wrong:
        return _refused(use_id, name, _bad_arguments(name, _name_errors(wrong)))
    except ToolError as error:
        return _refused(use_id, name, failure(error.code, error.message, error.suggestion))


def prepare_call(tool: Tool, *, use_id: str, raw: Any, rules: OutputRules, context: ToolContext) -> Proposal:
    """One call of a known tool, ready for the gate. Raises BadArguments, ValidationError or ToolError where it is not
    one that could be done.
    """
    parsed = tool.input.model_validate_json(canonical_arguments(raw), strict=tool.input_schema is None)
    parsed, findings, stopped = _clean_outgoing(tool, parsed, rules=rules)
    arguments = canonical_arguments(parsed.model_dump(mode="json"))
    card = tool.describe(context, parsed) if tool.describe else Card(title=tool.name)
    return Proposal(
        tool_use_id=use_id,
        tool=tool.name,
        arguments=arguments,
        digest=digest_call(tool=tool.name, arguments=arguments),
        floor=tool.floor,
        effect=tool.effect,
        hands_off=tool.hands_off,
        acts=tool.acts,
        untrusted=tool.untrusted,
        facts=card.facts,
        card=card.model_copy(update={"changeable": tool.editing is not None}),
        findings=findings,
        refusal=_stopped_text(tool.name) if stopped else None,
    )


def _clean_outgoing(
    tool: Tool, parsed: BaseModel, *, rules: OutputRules
) -> tuple[BaseModel, tuple[Finding, ...], bool]:
    """Validate the texts that would leave the clinic before anyone is asked: what is approved is what is sent."""
    findings: list[Finding] = []
    stopped = False
    changes: dict[str, str] = {}
    for field in tool.outgoing:
        checked = validate_text(text=getattr(parsed, field), rules=rules)
        stopped = stopped or checked.stopped
        changes[field] = checked.text
        findings += [{"rule": f.rule, "action": f.action, "label": f.label} for f in checked.findings]
    return parsed.model_copy(update=changes) if changes else parsed, tuple(findings), stopped


def _refused(use_id: str, name: str, result: ToolResult) -> Proposal:
    return Proposal(
        tool_use_id=use_id,
        tool=name,
        arguments="{}",
        digest=digest_call(tool=name, arguments="{}"),
        card=Card(title=name[:80] or "nameless tool"),
        refusal=result,
    )


def _unknown_tool(name: str, toolset: Toolset) -> ToolResult:
    names = ", ".join(tool.name for tool in toolset.tools)
    return failure(
        "unknown_tool", say("There is no tool named %(value)s.", value=repr(name[:80])), f"Use one of: {names}."
    )


def _bad_arguments(name: str, why: str) -> ToolResult:
    return failure(
        "bad_arguments",
        say("%(name)s was not run: %(why)s.", name=name, why=why),
        "Correct the arguments and call it again.",
    )


def _stopped_text(name: str) -> ToolResult:
    return failure(
        "stopped_text",
        say("%(name)s was not run: its text holds something that must not leave.", name=name),
        "Stop here.",
    )


def _name_errors(error: ValidationError) -> str:
    """Path and rule of each mistake, never the value."""
    parts = [
        f"{'.'.join(str(part) for part in one['loc']) or 'arguments'}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "; ".join(parts[:5])
