"""Who plays in a run's life: one tool of each effect, a model, a bell and a desk; each reports where it stands."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from django.contrib.auth.models import Group, User
from django.utils import timezone

from agentops import after_commit
from agentops.domain.arguments import digest_call
from agentops.domain.edits import Control, ControlKind, EditForm
from agentops.domain.events import Event
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import ModelReply, ModelRequest
from agentops.domain.tiers import ActionTier
from agentops.llm.models import use_model
from agentops.models import Conversation
from agentops.tools.registry import Editing, Tool, ToolContext
from supervision.roles import Role
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.torture.outside import Outside
from tests.torture.trap import NO_TRAP, Place, Trap
from tests.toys import make_task, set_tier

LAST_WORDS = "It is done."


class Cast:
    """Everybody but the machine itself. `trap` is what lies in wait for the run at hand."""

    def __init__(self, outside: Outside, *, pause: Callable[[], None] = lambda: None) -> None:
        self.outside = outside
        self.pause = pause
        self.trap: Trap = NO_TRAP

    # --- tools

    def look(self, context: ToolContext, args: Note) -> Answer:
        """Look something up."""
        self.pause()
        return Answer(text=f"seen {args.text}")

    def acting(self, effect: Effect) -> Callable[[ToolContext, Note], Answer]:
        """What the tool of this effect does."""

        def act(context: ToolContext, args: Note) -> Answer:
            self.trap.reach(Place.TOOL_ENTERED)
            self.pause()
            if effect is Effect.TRANSACTIONAL:
                Conversation.objects.create(channel=mark_of(context.run_id), opened_at=timezone.now())
            elif effect is not Effect.READ:
                digest = digest_call(tool=acting_tool(effect), arguments=args.model_dump_json())
                once = effect is Effect.IDEMPOTENT
                self.outside.act(run=context.run_id, key=context.key, digest=digest, once=once)
            self.trap.reach(Place.TOOL_ACTED)
            return Answer(text="acted")

        return act

    def tools(self) -> list[Tool]:
        """A look-up, one that needs a yes, and the tools under test: one of each effect, each with a yes."""
        acting = [
            toy(
                acting_tool(effect),
                self.acting(effect),
                effect=effect,
                floor=ActionTier.RISKY,
                editing=Editing(fields=("text",), offer=_offer),
                local=effect is Effect.TRANSACTIONAL,
            )
            for effect in Effect
        ]
        return [toy("look", self.look), toy("peek", self.look, floor=ActionTier.RISKY), *acting]

    # --- the model, the bell and the desk

    def ring(self, run_id: int) -> None:
        """The broker of this world."""
        self.trap.reach(Place.BELL_DUE)
        self.outside.ring(run_id)
        self.trap.reach(Place.BELL_RUNG)

    def ring_for_edit(self, edit_id: int) -> None:
        """Nobody hears of a change by this bell: whoever looks for unanswered ones answers it."""

    def hint(self, event: Event) -> None:
        """The desk's sockets: nobody listens, and nobody has to."""
        self.trap.reach(Place.HINT_DUE)
        self.trap.reach(Place.HINT_SENT)

    @contextmanager
    def on_stage(self) -> Iterator[None]:
        """Plug in the tools and the model."""
        with plugged_in(*self.tools()), use_model(Model(self)):
            yield

    @contextmanager
    def at_the_exits(self) -> Iterator[None]:
        """Stand where otherwise the broker and the sockets are."""
        with mock.patch.multiple(after_commit, _ring=self.ring, _ring_for_edit=self.ring_for_edit, _hint=self.hint):
            yield


class Model(ScriptedModel):
    """Looks, proposes the tool that the request names between two look-ups, then says that it is done.

    Every question is counted outside, and its number comes back with the reply: the rows show which reply was used.
    """

    def __init__(self, cast: Cast) -> None:
        super().__init__(call(("look", {"text": "first"})), self._propose, say(LAST_WORDS))
        self.cast = cast

    def ask(self, request: ModelRequest) -> ModelReply:
        """The next line of the script."""
        self.cast.trap.reach(Place.MODEL_ASKED)
        number = self.cast.outside.note_ask(request_of(request), json.dumps(results_read(request)))
        self.cast.pause()
        reply = replace(super().ask(request), provider_request_id=name_ask(number))
        self.cast.trap.reach(Place.MODEL_ANSWERED)
        return reply

    def _propose(self, request: ModelRequest) -> ModelReply:
        tool = request_of(request).split()[1]
        return call(("peek", {"text": "before"}), (tool, {"text": "once"}), ("look", {"text": "after"}))


def _offer(_: ToolContext, args: Note, given: Mapping[str, str]) -> EditForm:
    return EditForm(controls=[Control(name="text", label="Text", kind=ControlKind.TEXT, value=args.text)])


def acting_tool(effect: Effect) -> str:
    """The name of the tool under test of this effect."""
    return f"act_{effect.value}"


def mark_of(run_id: int) -> str:
    """What a transactional tool leaves behind in our own database."""
    return f"mark {run_id}"


def request_of(request: ModelRequest) -> str:
    """The caller's words."""
    return str(request.messages[0]["content"][0]["text"])


def name_ask(number: int) -> str:
    """How a reply's row says which question it answers."""
    return f"ask-{number}"


def results_read(request: ModelRequest) -> list[str]:
    """The ids of the results in the last message, in their order."""
    return [str(block["tool_use_id"]) for block in request.messages[-1]["content"] if block["type"] == "tool_result"]


def furnish(*, hold: int = 30) -> None:
    """The rows that every life needs: task type, policies, people. A yes is held for so many seconds."""
    make_task("unsorted", sorts=False)
    set_tier("look", "read")
    for name in ["peek", *(acting_tool(effect) for effect in Effect)]:
        set_tier(name, "risky", hold=hold)
    priya, _ = User.objects.get_or_create(username="priya", defaults={"first_name": "Priya", "last_name": "Nair"})
    priya.groups.add(Group.objects.get_or_create(name=Role.FRONT_DESK)[0])
