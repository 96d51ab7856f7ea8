"""Tools that an attacker would wish for: they take any text, and one takes any name of an argument."""

from dataclasses import replace
from functools import partial

from pydantic import BaseModel, ConfigDict

from agentops.domain.cards import Card, Change, Check
from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, Tool, ToolContext
from tests.scripted import Answer, Note, toy

NEXT_LINE = "The next line"


class AnyNames(BaseModel):
    """Takes whatever it is given."""

    model_config = ConfigDict(extra="allow")


def describe(_: ToolContext, args: Note, *, is_message: bool = False) -> Card:
    """A card that repeats the text wherever a tool may put it, and has a line after it."""
    return Card(
        title=f"Write {args.text}"[:200],
        question="Write this text?",
        yes="Yes, write it",
        no="No, do not write",
        doing=f"Write {args.text}",
        done=f"Wrote {args.text}",
        changes=[
            Change(label="Text", now="None", then=args.text, is_message=is_message),
            Change(label="After it", now="Nothing", then=NEXT_LINE),
        ],
        checks=[Check(label="It is a toy", ok=True)],
    )


def describe_names(_: ToolContext, args: AnyNames) -> Card:
    """A card that says nothing of the values: the page has to."""
    return describe(_, Note(text="as listed"))


def make_tools(executed: list[str]) -> tuple[Tool, ...]:
    """The tools; those that act write down the text that they were really run with."""

    def act(_: ToolContext, args: Note) -> Answer:
        executed.append(args.text)
        return Answer(text="done")

    def look(_: ToolContext, args: Note) -> Answer:
        return Answer(text=args.text)

    effect, risky = Effect.NON_IDEMPOTENT, ActionTier.RISKY
    writing = toy("act", act, effect=effect, floor=risky)
    return (
        replace(writing, describe=describe),
        replace(writing, name="letter", describe=partial(describe, is_message=True)),
        replace(writing, name="final", describe=describe, floor=ActionTier.DESTRUCTIVE),
        replace(writing, name="undescribed", describe=None),
        replace(writing, name="names", input=AnyNames, input_schema={"type": "object"}, describe=describe_names),
        replace(toy("look", look), describe=describe),
    )
