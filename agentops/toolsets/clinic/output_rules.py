"""What may leave in an answer of one run: the clinic's own contact details and the patient's, nobody else's."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from agentops.domain.validation import OutputRules, Protected, default_claims, validate_text
from agentops.models import AgentRun
from agentops.toolsets.clinic import practice
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Appointment, Message, Patient, Provider


@dataclass
class _Seen:
    """Whom a run has met: `subjects` are those it works for, `exact` and `near` those that searches brought up."""

    subjects: set[int] = field(default_factory=set)
    exact: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)


def make_rules(run_id: int, results: tuple[str, ...]) -> OutputRules:
    """The rules for a run that has read these results (JSON, oldest first). `executed` is left to the loop.

    Grounding comes from records alone: a text that the model wrote itself and read back in a result proves nothing.
    A name or a date that the caller said in this conversation tells the caller nothing new: it may be said back.
    """
    data = [read for result in results if (read := _read_success(result)) is not None]
    seen = _meet(data)
    people = Patient.objects.in_bulk(seen.subjects | seen.exact | seen.near)
    rules = rules_for_patients(p for p in people.values() if p.pk in seen.subjects)
    said = _read_said(run_id)
    protected = tuple(each for each in _protect(seen, people) if not _was_said(each, said))
    return replace(rules, protected=protected, claims=default_claims())


def rules_for_patients(patients: Iterable[Patient]) -> OutputRules:
    """Only the clinic's contact details and those of these patients are good."""
    return OutputRules(
        known_phones=frozenset({practice.PHONE_E164}),
        known_emails=frozenset({practice.EMAIL}),
        known_urls=frozenset({practice.SITE}),
        helplines=practice.HELPLINES,
        grounding=tuple(json.dumps({"mobile": p.mobile, "email": p.email}) for p in patients),
    )


def _read_said(run_id: int) -> str:
    """What the caller said in this conversation up to this run, one request a line."""
    run = AgentRun.objects.filter(pk=run_id).first()
    if run is None:
        return ""
    talk = AgentRun.objects.filter(conversation_id=run.conversation_id, ordinal__lte=run.ordinal).order_by("ordinal")
    return "\n".join(talk.values_list("request", flat=True))


def _was_said(each: Protected, said: str) -> bool:
    """Whether these words would give the value away."""
    findings = validate_text(text=said, rules=OutputRules(protected=(each,))).findings
    return any(finding.rule == "protected_value" for finding in findings)


def _read_success(result: str) -> dict[str, Any] | None:
    """The data of a result that worked; None for errors and for what is no JSON object."""
    try:
        read = json.loads(result)
    except ValueError:
        return None
    if not isinstance(read, dict) or read.get("status", "success") != "success":
        return None
    data = read.get("data", read)
    return data if isinstance(data, dict) else None


def _meet(results: Iterable[dict[str, Any]]) -> _Seen:
    seen = _Seen()
    appointments: set[int] = set()
    messages: set[int] = set()
    for data in results:
        exact = _ids(data.get("patients"), "patient_id")
        seen.exact |= exact
        seen.near |= _ids(data.get("closest"), "patient_id")
        seen.subjects |= exact if len(exact) == 1 else set()
        seen.subjects |= _ids([data], "patient_id")
        appointments |= _ids([data], "appointment_id") | _ids(data.get("appointments"), "appointment_id")
        messages |= _ids([data], "message_id") | _ids([data], "draft_id")
    seen.subjects |= set(Appointment.objects.filter(pk__in=appointments).values_list("patient_id", flat=True))
    seen.subjects |= set(Message.objects.filter(pk__in=messages).values_list("patient_id", flat=True))
    return seen


def _ids(rows: Any, key: str) -> set[int]:
    rows = rows if isinstance(rows, list) else []
    return {row[key] for row in rows if isinstance(row, dict) and isinstance(row.get(key), int)}


def _protect(seen: _Seen, people: dict[int, Patient]) -> Iterable[Protected]:
    """Births of everyone else who came up, and the names that the caller did not say."""
    spoken = {p.folded for p in people.values() if p.pk in seen.subjects | seen.exact}
    spoken |= {fold_name(provider.name) for provider in Provider.objects.all()}
    for patient in (p for p in people.values() if p.pk not in seen.subjects):
        own = {people[pk].born for pk in seen.subjects if pk in people}
        if patient.born not in own:
            yield Protected("born", patient.born.isoformat(), patient.name)
        if patient.folded not in spoken:
            yield Protected("name", patient.name, patient.name)
