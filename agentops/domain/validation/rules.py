"""What the check of outgoing text is told, and what it answers."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "unknown_phone", "unknown_email", "unknown_url", "identity_number", "protected_value", "false_claim", "unsettled"
]
"""Everything that can be found wrong with a text."""


@dataclass(frozen=True)
class Protected:
    """A value that belongs to somebody else (`owner`) and must not leave."""

    kind: str
    value: str
    owner: str


@dataclass(frozen=True)
class ClaimRule:
    """A claim that something was done, and the tools of which one must have been executed for it to be true.

    `words` are past participles ("booked") and phrases that claim by themselves ("all set"). `evidence` are words
    that mark an existing booking in a tool result: a sentence that only describes such a booking claims nothing new.
    """

    verb: str
    words: tuple[str, ...]
    tools: frozenset[str]
    evidence: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OutputRules:
    """What is known to be good and what must not leave, for one run.

    `known_phones` are E.164, `known_emails` lower case, `known_urls` hosts or full addresses, `helplines` as written.
    `grounding` holds this run's tool results about this patient and clinic: contact details found there are good.
    `executed` names the tools that ran with success in this run.
    """

    region: str = "GB"
    known_phones: frozenset[str] = frozenset()
    known_emails: frozenset[str] = frozenset()
    known_urls: frozenset[str] = frozenset()
    helplines: frozenset[str] = frozenset()
    grounding: tuple[str, ...] = ()
    protected: tuple[Protected, ...] = ()
    claims: tuple[ClaimRule, ...] = ()
    executed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One thing that was found; offsets are characters of the original text. `label` never repeats the value."""

    rule: Rule
    action: Literal["replaced", "stopped"]
    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Validated:
    """The text that may leave. Where `stopped` is true nothing may leave, and `text` is empty."""

    text: str
    stopped: bool
    findings: tuple[Finding, ...] = ()
