"""What the planner works with: the reading, the briefing, the record of calls.

The flows are written as if tools answered at once. `use` gives the recorded result of the same call; where there is
none yet it raises `Propose`, the call goes out, and the next request runs the flow again with one more result.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NoReturn

from agentops.domain.language import Reading
from agentops.llm.offline.briefing import Briefing
from agentops.llm.offline.history import READS, Call, History
from agentops.llm.offline.wording import CALL_BACK, NOT_DONE, PERSON


class Propose(Exception):
    """The next call, with words for the caller where some must come first."""

    def __init__(self, tool: str, args: dict[str, Any], text: str = "") -> None:
        super().__init__(tool)
        self.tool = tool
        self.input = args
        self.text = text


class Say(Exception):
    """The answer that ends the turn."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Failed(Exception):
    """A call that did not succeed."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.code)
        self.call = call


@dataclass(frozen=True, slots=True)
class Desk:
    """One request, read. `turn` is the last text by itself, `reading` the whole conversation.

    `pick` is the answer to "which appointment?", kept apart so that its day is not taken for the new one.
    """

    briefing: Briefing
    history: History
    reading: Reading
    turn: Reading
    offered: frozenset[str]
    pick: Reading | None = None

    @property
    def now(self) -> datetime:
        """The present on the clinic's clock; without it no day can be named and a person takes over."""
        if self.briefing.now is None:
            self.hand_over("The assistant was not told today's date.")
        return self.briefing.now

    @property
    def last_said(self) -> str:
        """The caller's latest words."""
        return self.history.said[-1] if self.history.said else ""

    def use(self, tool: str, *, text: str = "", **args: Any) -> dict[str, Any]:
        """The output of a call. Raises `Propose` where it was not made yet, `Failed` where it did not succeed.

        What was read of patients stays known through the conversation; everything else counts for this turn only.
        """
        known = {name: _plain(value) for name, value in args.items() if value is not None and value != ""}
        scope = self.history.calls if tool == "search_patients" else self.history.fresh
        made = next((call for call in reversed(scope) if call.tool == tool and call.args == known), None)
        if made is None:
            if tool not in self.offered:
                self._say_unable(tool)
            raise Propose(tool, known, text)
        if not made.ok:
            raise Failed(made)
        return made.data

    def hand_over(self, reason: str, *, text: str = PERSON, urgent: bool = False) -> NoReturn:
        """Give the conversation to a person, or say that somebody will call where that cannot be done."""
        tried = [call for call in self.history.fresh if call.tool == "escalate_to_human"]
        if not tried and "escalate_to_human" in self.offered:
            summary = " / ".join(self.history.said)[-600:]
            raise Propose("escalate_to_human", {"reason": reason[:300], "summary": summary, "urgent": urgent}, text)
        if tried and tried[-1].ok:
            raise Say(text)
        raise Say(
            f"{text.split(' I am ')[0] if urgent else NOT_DONE} Please call the clinic, so that a person can help you."
        )

    def _say_unable(self, tool: str) -> NoReturn:
        if tool != "escalate_to_human" and "escalate_to_human" in self.offered:
            self.hand_over(f"The assistant may not use {tool} here.", text=f"{NOT_DONE} {CALL_BACK}")
        raise Say(f"{NOT_DONE} Please call the clinic, so that a person can help you.")

    def writes(self) -> list[Call]:
        """The calls of this turn that change or send something, in order."""
        return [c for c in self.history.fresh if c.tool not in READS and c.tool != "escalate_to_human"]


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value
