"""What every race needs: eight people and an admin, a tool that counts its effects, a run that waits for a yes."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from django.contrib.auth.models import Group, User
from django.db.models.functions import Now

from agentops import after_commit
from agentops.domain.edits import Control, ControlKind, EditForm
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import ModelReply, ModelRequest
from agentops.domain.tiers import ActionTier
from agentops.llm.models import use_model
from agentops.models import AgentRun, ToolCall, ToolPolicy
from agentops.runner import loop
from agentops.runner.loop import advance
from agentops.tools.registry import Editing, ToolContext
from tests.scripted import Answer, Note, call, plugged_in, say, toy
from tests.toys import begin, make_task, set_tier, waiting_calls

NAMES = ("Priya Nair", "Mo Ali", "Ana Gomez", "Tom Reed", "Ida Berg", "Sam Okoro", "Lena Voss", "Raj Mehta")
DEADLOCK_SECONDS = 30.0


class Planner:
    """Proposes one act, then says that it is done; counts how often it was asked."""

    provider = "offline"

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, request: ModelRequest) -> ModelReply:
        """The line that belongs to this turn."""
        self.asked += 1
        turn = sum(message["role"] == "assistant" for message in request.messages)
        return call(("act", {"text": "x"})) if turn == 0 else say("It is done.")


class Scene:
    """The cast, and the counts by which a race is judged."""

    def __init__(self) -> None:
        self.planner = Planner()
        self.deciders = [_person(name, "front desk") for name in NAMES]
        self.admin = _person("Leo Marsh", "admin")
        self.effects: Counter[int] = Counter()
        self.bells: list[int] = []
        self.leases_lost = 0
        self.acting = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def act(self, context: ToolContext, args: Note) -> Answer:
        """The tool: it acts, says so, and answers when it may."""
        self.effects[context.run_id] += 1
        self.acting.set()
        self.go_on.wait(DEADLOCK_SECONDS)
        return Answer(text="acted")

    def waiting_call(self) -> ToolCall:
        """A new run, parked before the one call it proposes."""
        run_id = begin()
        advance(run_id)
        return waiting_calls(run_id)[0]

    def settle_policy(self) -> int:
        """Put the tool back to "Hard to undo"; the version to change it from."""
        set_tier("act", "risky")
        return ToolPolicy.objects.values_list("version", flat=True).get(tool="act")


def _person(name: str, role: str) -> User:
    first, last = name.split()
    user, _ = User.objects.get_or_create(username=first.lower(), defaults={"first_name": first, "last_name": last})
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@contextmanager
def open_scene() -> Iterator[Scene]:
    """Plug the tool and the planner in, and keep the doorbells instead of ringing them."""
    make_task()
    set_tier("act", "risky")
    scene = Scene()
    tool = toy(
        "act",
        scene.act,
        effect=Effect.NON_IDEMPOTENT,
        floor=ActionTier.RISKY,
        timeout_s=DEADLOCK_SECONDS,
        editing=Editing(fields=("text",), offer=_offer),
    )
    with (
        plugged_in(tool),
        use_model(scene.planner),
        mock.patch.object(after_commit, "_ring", scene.bells.append),
        mock.patch.object(after_commit, "_ring_for_edit", lambda edit_id: None),
        _counting_lost_leases(scene),
    ):
        yield scene


def _offer(_: ToolContext, args: Note, given: Mapping[str, str]) -> EditForm:
    return EditForm(controls=[Control(name="text", label="Text", kind=ControlKind.TEXT, value=args.text)])


@contextmanager
def _counting_lost_leases(scene: Scene) -> Iterator[None]:
    """Count how often a worker says that its run is another's now: it says so in its log, and goes."""
    logger = logging.getLogger(loop.__name__)

    def count(record: logging.LogRecord) -> bool:
        scene.leases_lost += "lease_lost" in str(record.msg)
        return False

    level = logger.level
    logger.setLevel(logging.WARNING)
    logger.addFilter(count)
    try:
        yield
    finally:
        logger.removeFilter(count)
        logger.setLevel(level)


def let_lease_run_out(run_id: int) -> None:
    """What a worker's silence of half a minute does."""
    AgentRun.objects.filter(pk=run_id).update(lease_expires_at=Now() - timedelta(seconds=1))
