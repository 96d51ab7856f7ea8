"""The check of one outgoing text."""

from collections.abc import Iterable

from agentops.domain.phrases import sayable
from agentops.domain.validation.claims import find_claims
from agentops.domain.validation.contacts import Contact, find_contacts, know_contacts
from agentops.domain.validation.folding import Traced, fold_text, trace
from agentops.domain.validation.personal import Leak, find_identity_numbers, find_protected
from agentops.domain.validation.rules import Finding, OutputRules, Rule, Validated

_PHRASES = {"phone": "the number on file", "email": "the e-mail address on file", "url": "our website"}
_LABELS = {
    "phone": sayable("a telephone number"),
    "email": sayable("an e-mail address"),
    "url": sayable("a web address"),
}
_UNKNOWN: dict[str, Rule] = {"phone": "unknown_phone", "email": "unknown_email", "url": "unknown_url"}
_MOST_TURNS = 12


def validate_text(*, text: str, rules: OutputRules) -> Validated:
    """Check one outgoing text: replace contact details that are not known to be good, stop what must not leave.

    Where `stopped` is true the text is empty. Checking the answer again changes nothing. Never raises.
    """
    good, traced, findings = know_contacts(rules), trace(text), list[Finding]()
    for _ in range(_MOST_TURNS):
        folded = fold_text(trace(traced.text))
        contacts = list(find_contacts(text=folded.text, good=good))
        leaks = _find_leaks(folded.text, contacts, rules)
        if leaks:
            return _stop([*findings, *(_report_leak(leak, folded, traced) for leak in leaks)])
        unknown = [contact for contact in contacts if not contact.good]
        if not unknown:
            return Validated(traced.text, stopped=False, findings=_in_order(findings))
        findings += [_report_unknown(contact, folded, traced) for contact in unknown]
        traced = _replace_unknown(traced, folded, unknown)
    return _stop(
        [
            *findings,
            Finding("unsettled", "stopped", 0, len(text), sayable("a text that hides contact details in layers")),
        ]
    )


def _stop(findings: Iterable[Finding]) -> Validated:
    return Validated("", stopped=True, findings=_in_order(findings))


def _report_leak(leak: Leak, folded: Traced, traced: Traced) -> Finding:
    return Finding(leak.rule, "stopped", *traced.locate(*folded.locate(leak.start, leak.end)), leak.label)


def _report_unknown(contact: Contact, folded: Traced, traced: Traced) -> Finding:
    span = traced.locate(*folded.locate(contact.start, contact.end))
    return Finding(_UNKNOWN[contact.kind], "replaced", *span, _LABELS[contact.kind])


def _find_leaks(text: str, contacts: list[Contact], rules: OutputRules) -> list[Leak]:
    return [
        *find_identity_numbers(text),
        *find_protected(text=text, contacts=contacts, rules=rules),
        *find_claims(text=text, rules=rules),
    ]


def _replace_unknown(traced: Traced, folded: Traced, unknown: Iterable[Contact]) -> Traced:
    """Put the plain phrase where each stood. Each turn takes away digits, dots or an @, and the phrases have none."""
    parts, done = list[tuple[int, int, str]](), 0
    for contact in sorted(unknown, key=lambda each: each.start):
        start, end = folded.locate(contact.start, contact.end)
        if start >= done:
            parts.append((start, end, _PHRASES[contact.kind]))
            done = end
    return traced.replace(parts)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.end)))
