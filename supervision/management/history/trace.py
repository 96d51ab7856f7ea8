"""A run while it is told: turns at the price of their day, look-ups, people who answer or do not."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from agentops.domain.arguments import digest_call
from agentops.domain.lifecycle import CallStatus
from agentops.domain.pricing import Usage, price_usage
from supervision.management.history.cast import TOOLS, Scene, make_card, make_facts
from supervision.management.history.stories import STAFF, Kind
from supervision.management.history.world import Keys, World

Row = dict[str, Any]
ANSWER_MINUTES = 30
HELD_SECONDS = 30
PREFIX = 1_900
"""Tokens of the prompt that are the same in every call, and so come from the cache."""


def _result(status: str, code: str, message: str, suggestion: str, data: Row | None = None) -> str:
    return json.dumps({"status": status, "code": code, "message": message, "suggestion": suggestion, "data": data,
                       "truncated": False})  # fmt: skip


DONE = _result("success", "ok", "", "", {"text": "Done."})
TIMED_OUT = _result("timeout", "timeout", "The calendar did not answer in time.",
                    "Look again with fewer days, or answer with what you have.")  # fmt: skip
NOBODY = _result("permanent_error", "expired", "Nobody answered in time, so it was not done. This is not a refusal.",
                 "Tell the caller that it is not done yet and that a person will call back.")  # fmt: skip
SAID_NO = _result("permanent_error", "rejected", "A colleague said no: wrong day or time.", "Do not propose it again.")
BY_HAND = _result("permanent_error", "not_happened", "A colleague found that it did not happen.", "Say so.")


@dataclass(slots=True)
class Trace:
    """A run while it is told: what it did so far, what it cost, and what time it is in it."""

    world: World
    keys: Keys
    rng: Random
    kind: Kind
    scene: Scene
    channel: str
    created: datetime
    talk: int
    run: int = 0
    now: datetime = field(init=False)
    steps: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    active_ms: int = 0
    waited_ms: int = 0
    tokens: int = 0
    cost: int = 0
    unpriced: int = 0

    def __post_init__(self) -> None:
        self.run = self.keys.take("run")
        self.now = self.created + timedelta(milliseconds=80 + self.rng.randrange(400))

    @property
    def turns(self) -> int:
        """Model calls so far, failed ones too."""
        return len(self.steps)

    def pass_time(self, low: int, high: int) -> int:
        """Let the machine work for a while; most often not long."""
        ms = int(low + (high - low) * self.rng.random() ** 2.5)
        ms = max(1, min(ms, self.world.limits.active_ms - self.active_ms - 1))
        self.active_ms += ms
        self.now += timedelta(milliseconds=ms)
        return ms

    def turn(self, decision: str, content: list[Row], *, model: str = "") -> Row:
        """The model says something, at the price of its day."""
        usage, began = self._usage(decision), self.now
        name = model or self.world.model(decision, began.date())
        priced = price_usage(model=name, usage=usage, on=began.date(), rows=self.world.prices.get(name, []))
        asks = content[0]["type"] == "tool_use"
        quick = decision == "classify_intent"
        step = self.blank_step("model", decision, name) | {
            "duration_ms": self.pass_time(250, 900) if quick else self.pass_time(700, 5_500),
            "content": json.dumps(content),
            "stop_reason": "tool_use" if asks else "end_turn",
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_write_tokens": usage.cache_write_5m_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cost_nano": priced.nano,
            "price_id": priced.row_id,
        }
        self.steps.append(step)
        self.tokens += usage.total
        self.cost += priced.nano or 0
        self.unpriced += priced.nano is None
        return step

    def fail_turn(self, decision: str, failure: str, detail: str) -> None:
        """The provider turns a call down before it works on it: nothing is billed."""
        step = self.blank_step("failure", decision, self.world.model(decision, self.now.date()))
        self.steps.append(step | {"failure": failure, "detail": detail, "duration_ms": self.pass_time(100, 900)})
        self.pass_time(500, 2_000)

    def call(self, step: Row, tool: str, status: CallStatus, **fields: Any) -> Row:
        """A call that the step proposed."""
        tier, effect, _, _ = TOOLS[tool]
        given = {"patient_id": self.scene.patient_id} | ({"day": self.scene.day} if tier != "read" else {})
        arguments = json.dumps(given, sort_keys=True, separators=(",", ":"))
        number = self.keys.take("call")
        row: Row = {
            "id": number, "facts": json.dumps(make_facts(tool, self.scene, number=number)),
            "run_id": self.run, "step_id": step["id"], "position": 0,
            "tool_use_id": f"toolu_{step['id']}", "tool": tool, "arguments": arguments,
            "digest": digest_call(tool=tool, arguments=arguments), "tier": tier, "effect": effect,
            "rule": "", "card": make_card(tool, self.scene), "status": status, "version": 2, "attempts": 0,
            "result": None, "decided_by": "", "approver": None, "decision_note": "", "proposed_at": self.now,
            "expires_at": None, "decided_at": None, "held_until": None, "started_at": None, "finished_at": None,
        }  # fmt: skip
        row |= fields
        self.calls.append(row)
        return row

    def look(self, step: Row, tool: str, *, failed: bool = False) -> None:
        """A look-up that needs nobody; a failed one is told to the model with what to do instead."""
        row = self.call(step, tool, CallStatus.FAILED if failed else CallStatus.SUCCEEDED, started_at=self.now)
        self.pass_time(*(2_000, 5_000) if failed else (4, 60))
        row |= {"finished_at": self.now, "attempts": 3 if failed else 1, "result": TIMED_OUT if failed else DONE,
                "rule": "“Look-up only” runs without asking."}  # fmt: skip

    def ask(self, step: Row, tool: str, status: CallStatus) -> None:
        """A call that waited for a person, and what they said."""
        asked = self.now
        row = self.call(step, tool, status, rule="This always needs a person.", version=3)
        row["expires_at"] = asked + timedelta(minutes=ANSWER_MINUTES)
        if status is CallStatus.EXPIRED:
            self._wait_until(row["expires_at"])
            row |= {"result": NOBODY, "finished_at": self.now, "version": 2}
            return
        username, who = self.rng.choice(STAFF)
        self._wait_until(asked + timedelta(seconds=min(1_700.0, self.rng.lognormvariate(4.4, 1.0))))
        row |= {"decided_by": who, "decided_at": self.now, "approver": self.world.users.get(username)}
        if status is CallStatus.REJECTED:
            row |= {"result": SAID_NO, "finished_at": self.now, "approver": None, "version": 2}
            self._decide(row, username, "rejected", reason="wrong_time")
            return
        self._decide(row, username, "approved")
        self._wait_until(self.now + timedelta(seconds=HELD_SECONDS))
        row |= {"held_until": self.now, "started_at": self.now, "attempts": 1}
        self.pass_time(10, 400)
        if status is CallStatus.SUCCEEDED:
            row |= {"finished_at": self.now, "result": DONE}
            return
        self._wait_until(self.now + timedelta(minutes=self.rng.uniform(2, 40)))
        row |= {"finished_at": self.now, "result": DONE if status is CallStatus.HAPPENED else BY_HAND, "version": 4}
        self._decide(row, username, status.value, version=3)

    def _wait_until(self, then: datetime) -> None:
        self.waited_ms += int((then - self.now).total_seconds() * 1000)
        self.now = then

    def _decide(self, row: Row, username: str, verdict: str, *, reason: str = "", version: int = 1) -> None:
        self.decisions.append(
            {"call_id": row["id"], "user_id": self.world.users.get(username), "who": row["decided_by"],
             "role": "front desk", "verdict": verdict, "reason": reason, "version_seen": version,
             "digest_seen": row["digest"], "tier": row["tier"], "decided_at": self.now}
        )  # fmt: skip

    def blank_step(self, kind: str, decision: str, model: str) -> Row:
        """The next step with nothing in it yet."""
        return {"id": self.keys.take("step"), "run_id": self.run, "seq": len(self.steps) + 1, "kind": kind,
                "decision": decision, "provider": "anthropic", "model": model, "content": "[]", "stop_reason": "",
                "failure": "", "detail": "", "input_tokens": 0, "output_tokens": 0, "cache_write_tokens": 0,
                "cache_read_tokens": 0, "cost_nano": None, "price_id": None, "started_at": self.now,
                "duration_ms": 0}  # fmt: skip

    def _usage(self, decision: str) -> Usage:
        spread = self.rng.random
        if decision == "classify_intent":
            return Usage(input_tokens=480 + int(80 * spread()), output_tokens=8 + int(6 * spread()))
        grown = 1 + self.kind.drift * self.world.late(self.now)
        room = (self.world.limits.tokens - self.tokens) // 3
        fresh = min(room, int((900 + 260 * self.turns) * (0.8 + 0.4 * spread()) * grown))
        cached = "cache_write_5m_tokens" if self.turns == 1 and spread() < 0.3 else "cache_read_tokens"
        written = 60 + int(300 * spread() ** 2)
        return Usage(input_tokens=fresh, output_tokens=written, **{cached: PREFIX if room > 2 * PREFIX else 0})
