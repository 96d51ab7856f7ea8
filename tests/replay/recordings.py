"""Recorded conversations of real agents, served by the replay server of the cases and followed by our own loop."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from pydantic import BaseModel, RootModel

from agentops.control import settle_call, start_run
from agentops.domain.cards import Card, Change, Check
from agentops.domain.lifecycle import Effect, RunStatus
from agentops.domain.outcomes import ToolError
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier
from agentops.domain.validation import OutputRules
from agentops.llm.claude import ClaudeModel
from agentops.llm.models import use_model
from agentops.models import AgentRun, ModelRoute, TaskType, ToolCall, ToolPolicy
from agentops.runner.loop import advance
from agentops.tools.registry import Tool, Toolset, register_toolset, unregister_toolset
from tests.servers import free_port

CASES = Path(os.environ.get("HANDRAIL_CASES", "../shared/cases"))
DATA = CASES / "trajectories" / "trajectories_dev.jsonl.gz"
SERVER = CASES / "replay_messages_server.py"
# The server sends each answer in two pieces, and the system would keep the second back for 40 ms.
AT_ONCE = """
import runpy, socketserver, sys
socketserver.StreamRequestHandler.disable_nagle_algorithm = True
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
TOOLSET = "recorded"
ROOMY = {
    "max_iterations": 1_000,
    "max_tokens": 100_000_000,
    "max_active_ms": 3_600_000,
    "max_tool_calls": 1_000,
    "max_identical_calls": 1_000,
}


@dataclass(frozen=True)
class Recording:
    """One recorded conversation: where its tools stand, what its agent said, the most calls between two user texts."""

    id: str
    tools: str
    policy: str
    agent: str
    answers: tuple[str, ...]
    longest_stretch: int


def load_recordings() -> list[Recording]:
    """Every recorded conversation, in the order of the file."""
    with gzip.open(DATA, "rt") as lines:
        return [_read_recording(json.loads(line)) for line in lines]


def _read_recording(row: dict[str, Any]) -> Recording:
    said = [block for message in row["messages"] if message["role"] == "assistant" for block in message["content"]]
    return Recording(
        id=row["id"],
        tools=row["tools_ref"],
        policy=row["system_ref"],
        agent=row["agent_model"],
        answers=tuple(block["text"] for block in said if block["type"] == "text"),
        longest_stretch=row["stats"]["max_tool_calls_between_user_texts"],
    )


@contextmanager
def serve_recordings(folder: Path) -> Iterator[str]:
    """Run the replay server over the recordings; yields its address.

    Users' texts are served without blanks around them, as the desk takes them in.
    """
    for tools in DATA.parent.glob("tools_*.json"):
        shutil.copy(tools, folder)
    with gzip.open(DATA, "rt") as source, gzip.open(folder / DATA.name, "wt", compresslevel=1) as target:
        target.writelines(json.dumps(_trim(json.loads(line))) + "\n" for line in source)
    port = free_port()
    command = [sys.executable, "-c", AT_ONCE, str(SERVER), "--data", str(folder / DATA.name), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


def _trim(row: dict[str, Any]) -> dict[str, Any]:
    for message in row["messages"]:
        for block in message["content"] if message["role"] == "user" else []:
            if block["type"] == "text":
                block["text"] = block["text"].strip()
    return row


def talk_to(url: str, body: Any = None) -> Any:
    """GET, or POST where there is a body; an HTTP error is raised."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as answer:
        return json.load(answer)


# --- the foreign toolset


class AnyArguments(RootModel[dict[str, Any]]):
    """Whatever the recorded model sent."""


class Text(BaseModel):
    """A recorded result."""

    text: str


class RecordedTools:
    """A toolset made from recorded definitions; its tools ask the replay server for the recorded result."""

    def __init__(self, definitions: list[dict[str, Any]]) -> None:
        self.url = ""
        self.answers: tuple[str, ...] = ()
        self.tools = tuple(self._make_tool(definition) for definition in definitions)

    @contextmanager
    def plugged_in(self) -> Iterator[None]:
        """Offer these tools for the length of the block."""
        register_toolset(Toolset(TOOLSET, self.tools, briefing=_brief, output_rules=self._allow_everything))
        for tool in self.tools:
            tier = tool.floor.value if tool.floor else ""
            policy = {"tier": tier, "floor": tier, "hold_seconds": 0}
            ToolPolicy.objects.update_or_create(tool=tool.name, defaults=policy)
        try:
            yield
        finally:
            unregister_toolset(TOOLSET)

    def _allow_everything(self, _: int, __: tuple[str, ...]) -> OutputRules:
        """Whatever the recorded agent says is known to be good: what is looked at here is the loop."""
        return OutputRules(grounding=self.answers)

    def _make_tool(self, definition: dict[str, Any]) -> Tool:
        name, writes = definition["name"], definition["writes"]
        return Tool(
            name=name,
            description=definition["description"],
            input=AnyArguments,
            output=Text,
            input_schema=definition["input_schema"],
            run=lambda _, arguments: self._run(name, arguments),
            effect=Effect.NON_IDEMPOTENT if writes else Effect.READ,
            floor=ActionTier.RISKY if writes else ActionTier.READ,
            describe=lambda _, arguments: _describe(name, arguments),
            max_result_chars=100_000,
        )

    def _run(self, name: str, arguments: AnyArguments) -> Text:
        result = talk_to(f"{self.url}/tool", {"name": name, "input": arguments.root})
        if result["is_error"]:
            raise ToolError("recorded_error", result["content"], suggestion="Do as the recording did.")
        return Text(text=result["content"])


def load_tools(name: str) -> RecordedTools:
    """The toolset of one file. The oldest has no labels; its tools are those of the later airline file."""
    folder = DATA.parent
    labels = {
        t["name"]: t.get("x_author_type") for t in json.loads((folder / name.replace("tau1", "tau2")).read_text())
    }
    definitions = json.loads((folder / name).read_text())
    return RecordedTools([tool | {"writes": labels.get(tool["name"]) == "write"} for tool in definitions])


def _describe(name: str, arguments: AnyArguments) -> Card:
    given = json.dumps(arguments.root, sort_keys=True)
    return Card(
        title=name,
        question=f"Run {name}?",
        yes="Yes, run it",
        no="No, do not run it",
        doing=f"Run {name}",
        done=f"Ran {name}",
        changes=[Change(label="Arguments", now="None", then=given)],
        checks=[Check(label="The arguments are shown whole", ok=True)],
    )


def _brief(_: datetime) -> str:
    return ""


# --- following a recording


def make_task(slug: str, *, policy: str, **limits: int) -> TaskType:
    """A task type for the recorded tools, with the recorded policy as its prompt."""
    for decision in DecisionType:
        ModelRoute.objects.get_or_create(
            task_type=None,
            decision=decision,
            provider=settings.MODEL_PROVIDER,
            valid_from=date(2026, 1, 1),
            defaults={"model": "claude-sonnet-5-5", "max_tokens": 1_024},
        )
    facts = {"name": slug, "description": slug, "toolset": TOOLSET, "prompt": (DATA.parent / policy).read_text()}
    return TaskType.objects.update_or_create(
        slug=slug, defaults={**facts, "permitted_tiers": ["read", "safe", "risky"], **limits}
    )[0]


@dataclass
class Followed:
    """How it went: the runs in order, and the replay server's report."""

    runs: list[AgentRun]
    report: dict[str, Any]


def follow(recording: Recording, *, server: str, tools: RecordedTools, task: TaskType, approve: bool) -> Followed:
    """Hold the recorded conversation with our own loop in this thread; a run that does not complete ends it."""
    tools.url, tools.answers = f"{server}/t/{recording.id}", recording.answers
    talk_to(f"{tools.url}/reset", {})
    runs: list[AgentRun] = []
    model = ClaudeModel(api_key="sk-invented", base_url=tools.url)
    try:
        with use_model(model):
            while text := talk_to(f"{tools.url}/user?k={len(runs)}")["text"]:
                talk_id = runs[-1].conversation_id if runs else None
                started = start_run(request=text, task_type=task.slug, conversation_id=talk_id)
                runs.append(_work(started.run_id, approve=approve))
                if runs[-1].status != RunStatus.COMPLETED:
                    break
    finally:
        model.close()
    return Followed(runs, talk_to(f"{tools.url}/report"))


def _work(run_id: int, *, approve: bool) -> AgentRun:
    while True:
        advance(run_id)
        run = AgentRun.objects.get(pk=run_id)
        waiting = list(ToolCall.objects.filter(run_id=run_id, status="awaiting"))
        if run.status != RunStatus.SUSPENDED or not waiting:
            return run
        for call in waiting:
            settle_call(call_id=call.pk, approve=approve, version=call.version, digest=call.digest, by="Priya Nair")
