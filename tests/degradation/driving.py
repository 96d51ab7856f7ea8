"""A whole run through the real loop and the real client, against a server of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.llm.claude import ClaudeModel
from agentops.llm.models import use_model
from agentops.models import AgentRun, TaskType
from agentops.runner.loop import advance
from agentops.tools.registry import ToolContext
from tests.asking import connect
from tests.misbehaving_server import Act, MisbehavingServer, Seen, stay_silent
from tests.scripted import Answer, Note, plugged_in, toy
from tests.toys import begin, make_task, set_tier

TOKENS = 40_000
WORKING_MS = 30_000
SHORT_MS = 1_200


@dataclass
class Effects:
    """What the toy tools did: `acts` stays empty unless a person said yes."""

    looks: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def look(self, context: ToolContext, args: Note) -> Answer:
        """Look something up: it reads the same every time."""
        self.looks.append(args.text)
        return Answer(text=f"saw {args.text}")

    def act(self, context: ToolContext, args: Note) -> Answer:
        """Change something."""
        self.acts.append(args.text)
        return Answer(text="acted")


@dataclass
class Desk:
    """One server and one client for many cases, as a worker has one client for many runs."""

    server: MisbehavingServer
    model: ClaudeModel
    effects: Effects

    def drive(
        self, act: Act, *, working_ms: int = WORKING_MS, request: str = "Please act."
    ) -> tuple[AgentRun, list[Seen]]:
        """Work on a new run while the server acts so; the run as it stands then, and what the server was asked."""
        TaskType.objects.filter(slug="toying").update(max_active_ms=working_ms)
        self.effects.looks.clear()
        seen = self.server.answer_by(act)
        run_id = begin(request)
        with use_model(self.model):
            advance(run_id)
        return AgentRun.objects.get(pk=run_id), seen


@contextmanager
def open_desk() -> Iterator[Desk]:
    """A task with room for ten steps, a look-up that runs by itself, an act that needs a yes, a server, a client."""
    effects = Effects()
    make_task(max_tokens=TOKENS)
    set_tier("look", "read")
    set_tier("act", "risky")
    acting = toy("act", effects.act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)
    with (
        plugged_in(toy("look", effects.look), acting),
        MisbehavingServer(stay_silent) as server,
        connect(server.url, read_timeout_s=60) as model,
    ):
        yield Desk(server, model, effects)
