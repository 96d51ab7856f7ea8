"""Claims that something was booked, moved, sent or cancelled, in a text that is about to leave."""

import re
from collections.abc import Iterator

from agentops.domain.validation.clauses import Clause, read_clauses
from agentops.domain.validation.evidence import Moment, describes_moments, read_moments
from agentops.domain.validation.grammar import Saying, read_saying
from agentops.domain.validation.personal import Leak
from agentops.domain.validation.rules import ClaimRule, OutputRules


def default_claims() -> tuple[ClaimRule, ...]:
    """What a clinic's assistant may say that it did, and the tools that make it true."""
    booking = frozenset({"book_appointment", "reschedule_appointment"})
    cancelling = frozenset({"cancel_appointment", "reschedule_appointment"})
    sending = booking | cancelling | {"send_message"}
    return (
        ClaimRule("booked", _BOOKED, booking, frozenset({"appointment", "appointments", "appointment_id", "booked"})),
        ClaimRule("moved", _MOVED, frozenset({"reschedule_appointment"})),
        ClaimRule("sent", ("sent", "resent", "texted", "emailed", "messaged", "sms'd"), sending),
        ClaimRule("cancelled", ("cancelled", "canceled", "called off", "taken off the diary"), cancelling),
        ClaimRule("done", _DONE, sending),
    )


_BOOKED = (
    "booked", "rebooked", "scheduled", "reserved", "arranged", "confirmed", "secured", "pencilled",
    "made an appointment", "made the appointment", "made your appointment", "made you an appointment",
    "made a booking", "made the booking", "made that booking", "made your booking",
    "set up an appointment", "set up the appointment", "set up your appointment",
    "put you in", "put you down", "added you", "got you in", "got you down", "fixed you up",
)  # fmt: skip
_MOVED = (
    "moved", "rescheduled", "rearranged", "changed", "switched", "swapped", "postponed",
    "brought forward", "pushed back",
    "made the change", "made that change", "made those changes",
    "your new appointment is", "your new appointment time is", "your new time is",
)  # fmt: skip
_DONE = (
    "all set", "all done", "done", "sorted", "taken care of", "good to go", "consider it done", "complete", "completed",
    "updated", "processed", "went through", "gone through",
)  # fmt: skip


def find_claims(*, text: str, rules: OutputRules) -> Iterator[Leak]:
    """Clauses that claim an act for which no call was executed in this run; in doubt, a clause claims."""
    unproved = [(rule, _compile_words(rule)) for rule in rules.claims if not rule.tools & rules.executed]
    if not unproved:
        return
    moments = {rule.verb: read_moments(texts=rules.grounding, marks=rule.evidence) for rule, _ in unproved}
    for clause in read_clauses(text):
        for rule, words in unproved:
            if any(_claims(clause, match, moments[rule.verb]) for match in words.finditer(clause.words)):
                yield Leak(
                    "false_claim", clause.start, clause.end, f"says that something was {rule.verb}, and nothing was"
                )


def _compile_words(rule: ClaimRule) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(rule.words, key=len, reverse=True)))})\b")


def _claims(clause: Clause, match: re.Match[str], known: tuple[Moment, ...]) -> bool:
    """An act always claims; a state claims unless it describes a booking that was read from a tool."""
    saying = read_saying(clause=clause, start=match.start(), end=match.end())
    if saying is Saying.STATE and not _NEWLY.search(clause.words):
        return not describes_moments(clause.sentence, known)
    return saying is not Saying.NOTHING


_NEWLY = re.compile(r"\b(?:now|just|successfully)\b")
