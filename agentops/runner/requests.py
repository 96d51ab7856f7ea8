"""From transcript to model request: the prompt, the tools on offer, and what the turn will take."""

from dataclasses import dataclass, field
from functools import cached_property

from agentops.domain.messages import ModelRequest
from agentops.domain.routing import DecisionType
from agentops.domain.transcript import Transcript, prompt_chars, run_messages, spoken_messages
from agentops.ledger import PriceList, RunBrief, TurnQuote
from agentops.tools.registry import Toolset, get_toolset

DEFAULT_CAP = 1_024


class NoRoute(Exception):
    """No model is set for a decision: the run cannot go on until an admin names one."""


@dataclass(frozen=True)
class Desk:
    """What one run works with: its brief, its toolset and the tools it may be offered."""

    brief: RunBrief
    toolset: Toolset
    briefing: str
    prices: PriceList = field(default_factory=PriceList)

    @cached_property
    def _fixed_chars(self) -> int:
        return prompt_chars(self.brief.prompt, self.briefing) + self.toolset.offer_chars

    def quote(self, transcript: Transcript, decision: DecisionType) -> TurnQuote:
        """How many characters the coming turn has to read, and how many tokens its route lets it write."""
        model, cap = self.brief.routes.get(decision, ("", DEFAULT_CAP))
        failed = sum(1 for turn in transcript.turns[-2:] if turn.failure == "truncated")
        return TurnQuote(self._fixed_chars + prompt_chars(run_messages(transcript)), cap * 2**failed, model)

    def request(
        self, transcript: Transcript, *, decision: DecisionType, max_tokens: int, deadline_s: float
    ) -> ModelRequest:
        """The request of one turn. A turn that only sorts the run is offered no tools."""
        route = self.brief.routes.get(decision)
        if route is None:
            raise NoRoute(f"no model is set for {decision}; add a route for it")
        sorting = decision is DecisionType.CLASSIFY_INTENT
        return ModelRequest(
            decision=decision,
            model=route[0],
            system=_sorting_prompt(self.brief) if sorting else self.brief.prompt,
            briefing=self.briefing,
            messages=spoken_messages(transcript) if sorting else run_messages(transcript),
            tools=[] if sorting else self.toolset.offers,
            max_tokens=max_tokens,
            deadline_s=deadline_s,
        )


def open_desk(brief: RunBrief) -> Desk:
    """Lay out what a run works with. Its briefing is the toolset's as of the moment the caller asked, and is kept."""
    toolset = get_toolset(brief.toolset)
    line = "yes" if brief.on_the_line else "no"
    briefing = brief.briefing or f"{toolset.briefing(brief.asked_at)}\nCaller on the line: {line}"
    return Desk(brief=brief, toolset=toolset, briefing=briefing)


def _sorting_prompt(brief: RunBrief) -> str:
    kinds = "\n".join(f"- {slug}: {description}" for slug, description in brief.sorting_types)
    return f"{brief.prompt}\n\nName the kind of this request with exactly one of these words and nothing else:\n{kinds}"
