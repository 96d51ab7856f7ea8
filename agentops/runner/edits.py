"""What the desk asks of a waiting call's tool: which choices there are, and whether a changed call would do."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from pydantic import TypeAdapter, ValidationError

from agentops.domain.arguments import BadArguments
from agentops.domain.cards import read_card
from agentops.domain.edits import ControlKind, EditForm, mark_edited
from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import join_phrases, say, sayable
from agentops.domain.validation import OutputRules
from agentops.ledger import Proposal, Wish, answer_edit, read_wish, supersede_call
from agentops.runner.endings import output_rules
from agentops.runner.looks import look_again
from agentops.runner.proposals import prepare_call
from agentops.tools.registry import Editing, Tool, ToolContext, get_toolset

log = structlog.get_logger(__name__)

MEND = say("Mend what is marked below, then send it again. Nothing was changed.")
SAME = say("These are the values it has already. Nothing was changed.")
_WORDS = {
    "string_too_long": sayable("This is too long: at most %(max_length)s characters."),
    "string_too_short": sayable("Write something here."),
    "missing": sayable("Write something here."),
    "value_error": sayable("This cannot be used: %(error)s."),
}
_ANY_OTHER = sayable("Choose one of the list.")
_NOT_OFFERED = say("This is not on the list any more. Choose again.")


class _Wrong(Exception):
    """A change that cannot be made: a sentence for each field it belongs to, or one for the whole form."""

    def __init__(self, errors: Mapping[str, str], problem: str = MEND, code: str = "invalid") -> None:
        super().__init__(problem)
        self.errors = errors
        self.problem = problem
        self.code = code


class _Edited(NamedTuple):
    """A call's arguments before and after, as JSON values."""

    was: dict[str, Any]
    now: dict[str, Any]


def answer_wish(edit_id: int) -> None:
    """Answer an edit once; never raises for what is wrong with one of them."""
    wish = read_wish(edit_id)
    if wish is None:
        return
    try:
        look_again(wish) if wish.looks else _answer(wish)
    except Exception as error:  # whatever it is, somebody waits for a word
        log.exception("edit_broke", edit_id=edit_id, error=type(error).__name__)
        problem = say("The choices could not be read. Nothing was changed; try again, or answer it as it stands.")
        answer_edit(edit_id=edit_id, form=EditForm(), code="broke", problem=problem)


def _answer(wish: Wish) -> None:
    tool = get_toolset(wish.brief.toolset).find(wish.call.tool)
    if tool is None or tool.editing is None:
        problem = say("Nothing of this can be changed here. Say no, and what it should do instead.")
        answer_edit(edit_id=wish.edit_id, form=EditForm(), code="not_changeable", problem=problem)
        return
    context = ToolContext(
        run_id=wish.transcript.run_id,
        key="",
        said=wish.brief.said,
        asked_at=wish.brief.asked_at,
        now=datetime.now(UTC),
        changing=wish.call.id,
    )
    try:
        form = tool.editing.offer(context, tool.input.model_validate_json(wish.call.arguments), wish.values)
    except ToolError as error:
        answer_edit(edit_id=wish.edit_id, form=EditForm(), code=error.code, problem=error.message)
        return
    if not wish.sends:
        answer_edit(edit_id=wish.edit_id, form=form.filled(wish.values, {}))
        return
    try:
        proposal = _make_proposal(wish, tool, tool.editing, form=form, context=context)
    except _Wrong as wrong:
        filled = form.filled(wish.values, wrong.errors)
        answer_edit(edit_id=wish.edit_id, form=filled, code=wrong.code, problem=wrong.problem)
        return
    supersede_call(edit_id=wish.edit_id, proposal=proposal, form=form.filled(wish.values, {}))


def _make_proposal(wish: Wish, tool: Tool, editing: Editing, *, form: EditForm, context: ToolContext) -> Proposal:
    """The changed call, validated as the model's own are, with a card that says who changed what."""
    edited, filled = _put_in(wish, tool, editing), form.filled(wish.values, {})
    try:
        proposal = prepare_call(tool, use_id=wish.call.tool_use_id, raw=edited.now, rules=_rules(wish), context=context)
    except ValidationError as wrong:
        raise _Wrong(_say_errors(wrong, editing)) from None
    except BadArguments:
        raise _Wrong({}, say("This cannot be written down as it is. Type it again.")) from None
    except ToolError as error:
        if blamed := editing.blame.get(error.code):
            raise _Wrong({blamed: error.message}) from None
        _refuse_unoffered(filled, was=edited.was)
        raise _Wrong({}, error.message, error.code) from None
    if proposal.digest == wish.call.digest:
        raise _Wrong({}, SAME, "unchanged")
    _refuse_foreign_text(proposal, tool)
    _refuse_unoffered(filled, was=edited.was)
    return _signed(proposal, wish, was=edited.was, at=context.now)


def _rules(wish: Wish) -> OutputRules:
    """What may leave in this run, as far as it has come."""
    results = tuple(call.result.for_model() for call in wish.transcript.calls if call.result)
    rules = get_toolset(wish.brief.toolset).output_rules(wish.transcript.run_id, results)
    return output_rules(wish.transcript, rules)


def _signed(proposal: Proposal, wish: Wish, *, was: Mapping[str, Any], at: datetime) -> Proposal:
    """The proposal with who changed what, and when, on its card."""
    assert proposal.card, "a prepared call has its card"
    card = mark_edited(
        proposal.card,
        before=read_card(wish.card) if wish.card else None,
        was=was,
        now=json.loads(proposal.arguments),
        by=wish.who,
        at=at,
        note=wish.note,
    )
    return replace(proposal, card=card)


def _put_in(wish: Wish, tool: Tool, editing: Editing) -> _Edited:
    """The call's arguments with the values of the form in them, read as the tool's own types."""
    was: dict[str, Any] = json.loads(wish.call.arguments)
    now, errors = dict(was), dict[str, str]()
    for name in editing.fields:
        if name not in wish.values:
            continue
        try:
            value = _read_value(tool, name, wish.values[name])
        except ValidationError as wrong:
            errors[name] = _say_error(wrong)
            continue
        if value != was.get(name):
            now[name] = value
            for other in editing.resets.get(name, ()):
                now.pop(other, None)
    if errors:
        raise _Wrong(errors)
    return _Edited(was, now)


def _read_value(tool: Tool, name: str, text: str) -> Any:
    """What was typed or chosen, as a JSON value of the argument's type."""
    declared = tool.input.model_fields[name]
    adapter: TypeAdapter[Any] = TypeAdapter(declared.rebuild_annotation())
    return adapter.dump_python(adapter.validate_strings(text), mode="json")


def _say_errors(wrong: ValidationError, editing: Editing) -> dict[str, str]:
    errors = {str(one["loc"][0]) if one["loc"] else "": _say(dict(one)) for one in wrong.errors(include_url=False)}
    if not set(errors) <= set(editing.fields):
        raise _Wrong({}, say("This does not fit together. Choose again.")) from None
    return errors


def _say_error(wrong: ValidationError) -> str:
    return _say(dict(wrong.errors(include_url=False)[0]))


def _say(error: dict[str, Any]) -> str:
    """One mistake as staff read it; never the library's own words."""
    return say(_WORDS.get(error["type"], _ANY_OTHER), **error.get("ctx", {}))


def _refuse_foreign_text(proposal: Proposal, tool: Tool) -> None:
    """Staff's own words are never altered behind their back: what must not leave is said, and they take it out."""
    if not proposal.findings and not proposal.refusal:
        return
    labels = dict.fromkeys(say(str(finding["label"])) for finding in proposal.findings)
    told = say("It holds %(labels)s that must not leave. Take it out.", labels=_name_all(labels))
    raise _Wrong(dict.fromkeys(tool.outgoing, told))


def _name_all(labels: Iterable[str]) -> str:
    return join_phrases(labels, between=", ") or say("something")


def _refuse_unoffered(form: EditForm, *, was: Mapping[str, Any]) -> None:
    """Only what stands on the list as it is now can be chosen, or what the call had before."""
    errors = {
        control.name: _NOT_OFFERED
        for control in form.controls
        if control.kind is ControlKind.CHOICE and not control.offered and control.value != str(was.get(control.name))
    }
    if errors:
        raise _Wrong(errors)
