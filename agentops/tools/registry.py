"""What a tool is, and the list of those that are plugged in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from agentops.domain.cards import Card
from agentops.domain.edits import EditForm
from agentops.domain.lifecycle import Effect as Effect
from agentops.domain.messages import ToolOffer
from agentops.domain.policy.judging import UNTRUSTED_READ
from agentops.domain.policy.rules import Kind, Subject
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import prompt_chars
from agentops.domain.validation import OutputRules

_KINDS = {"boolean": Kind.TRUTH, "integer": Kind.NUMBER, "number": Kind.NUMBER, "string": Kind.TEXT}


def _type_of(schema: Mapping[str, Any]) -> str:
    """The JSON type of an argument; that of an optional one is the type it has where it is given."""
    parts = [part.get("type") for part in schema.get("anyOf", [schema])]
    return str(next((part for part in parts if part and part != "null"), ""))


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know besides its arguments.

    `key` is the idempotency key of this call (the same on every attempt). `said` is what the caller said in this
    conversation, oldest first; `asked_at` when the latest of it was said and `now` the present, both aware.
    `beside` are the other calls of the same reply, name and input as the model gave them, where one is described;
    `changing` is the waiting call that staff are changing into this one, or that is looked at `again` as it stands.
    """

    run_id: int
    key: str
    said: tuple[str, ...]
    asked_at: datetime
    now: datetime
    beside: tuple[tuple[str, Any], ...] = ()
    changing: int | None = None
    again: bool = False


@dataclass(frozen=True)
class Editing:
    """What staff may change of a waiting call, and how the choices are found.

    `offer` makes the form from the call's arguments and from what stands in the form by now. Controls that are no
    narrowing bear the names of arguments; those in `fields` may be changed, and nothing else. `blame` says to which
    of them an error of the tool belongs, by its code. Where a field changes, the arguments that `resets` names for it
    fall back to their defaults.
    """

    fields: tuple[str, ...]
    offer: Callable[[ToolContext, Any, Mapping[str, str]], EditForm]
    blame: Mapping[str, str] = field(default_factory=dict)
    resets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """One narrow job with typed input and output.

    `run` raises `ToolError` when it certainly did not act; any other exception of a non-idempotent tool is a doubt.
    `floor` is the mildest tier an admin may give it; None means nobody classified it: destructive.
    `describe` makes the card a person reads before saying yes; without it the tool cannot be approved.
    `check` tells, for an idempotency key, whether that call took effect; None where it cannot tell.
    `local` marks a tool that touches only this database: it runs in the caller's thread, bounded by the database.
    `timeout_s` bounds any other tool, in seconds. `hands_off` ends the run and gives it to a person.
    `outgoing` names the arguments whose text leaves the clinic: it is validated before the gate.
    `editing` declares what staff may change of a waiting call; without it they can only say yes or no.
    `untrusted` declares that its result may hold free text that anybody wrote (notes, messages): once a run has read
    it, whatever acts needs a person. `facts` are what its cards tell of a call for the policy's rules to look at.
    `input_schema` replaces the schema that the model is shown (foreign tools bring their own).
    """

    name: str
    description: str
    input: type[BaseModel]
    output: type[BaseModel]
    run: Callable[[ToolContext, Any], BaseModel]
    effect: Effect
    floor: ActionTier | None = None
    describe: Callable[[ToolContext, Any], Card] | None = None
    check: Callable[[str], bool | None] | None = None
    local: bool = False
    timeout_s: float = 5.0
    max_result_chars: int = 8_000
    hands_off: bool = False
    outgoing: tuple[str, ...] = ()
    editing: Editing | None = None
    untrusted: bool = False
    facts: tuple[Subject, ...] = ()
    input_schema: dict[str, Any] | None = None

    @property
    def acts(self) -> bool:
        """Whether it changes something or lets something out."""
        return self.effect is not Effect.READ or bool(self.outgoing)

    @property
    def described(self) -> bool:
        """Whether its cards have what a person needs to say yes; that of a look-up is only a line of the trace."""
        return self.describe is not None and self.acts

    @property
    def subjects(self) -> list[Subject]:
        """What a rule of its policy may look at: its typed arguments, its own facts, and what the machine knows."""
        fields = (self.input_schema or self.input.model_json_schema()).get("properties", {})
        arguments = [(name, _KINDS.get(_type_of(schema))) for name, schema in fields.items()]
        named = [
            Subject(source="argument", name=name, kind=kind, words=name.replace("_", " "))
            for name, kind in arguments
            if kind
        ]
        return [*self.facts, UNTRUSTED_READ, *named]

    def offer(self) -> ToolOffer:
        """The tool as the model is told of it."""
        schema = self.input_schema or self.input.model_json_schema()
        return ToolOffer(name=self.name, description=self.description, input_schema=schema)


@dataclass(frozen=True)
class Toolset:
    """A set of tools with what the model and the validator must know around them.

    `briefing` gives the lines that belong to one run (clock, clinicians); `output_rules` what may leave, given the
    run's id and the results it has read.
    """

    name: str
    tools: tuple[Tool, ...]
    briefing: Callable[[datetime], str]
    output_rules: Callable[[int, tuple[str, ...]], OutputRules]

    @cached_property
    def offers(self) -> list[ToolOffer]:
        """The tools as the model is told of them, in a stable order so that the prompt's prefix can be cached."""
        return [tool.offer() for tool in self.tools]

    @cached_property
    def offer_chars(self) -> int:
        """How many characters the offers take in a prompt."""
        return prompt_chars(self.offers)

    def find(self, name: str) -> Tool | None:
        """The tool of that name; None where this toolset has none, whatever others have."""
        return next((tool for tool in self.tools if tool.name == name), None)


_toolsets: dict[str, Toolset] = {}
_tools: dict[str, Tool] = {}


def register_toolset(toolset: Toolset) -> None:
    """Plug a toolset in. A second tool of the same name is an error: two tools must never be confused."""
    clashing = {tool.name for tool in toolset.tools} & _tools.keys()
    if toolset.name in _toolsets or clashing:
        raise ValueError(f"toolset {toolset.name!r} is already registered or clashes in {sorted(clashing)}")
    _toolsets[toolset.name] = toolset
    _tools.update({tool.name: tool for tool in toolset.tools})


def unregister_toolset(name: str) -> None:
    """Unplug a toolset and its tools."""
    for tool in _toolsets.pop(name).tools:
        del _tools[tool.name]


def get_toolset(name: str) -> Toolset:
    """The toolset of that name; KeyError where none is plugged in."""
    return _toolsets[name]


def all_tools() -> list[Tool]:
    """Every registered tool, by name."""
    return sorted(_tools.values(), key=lambda tool: tool.name)
