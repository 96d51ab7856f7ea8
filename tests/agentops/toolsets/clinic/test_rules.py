"""What the model is told of the clinic, and what may leave in an answer."""

import json
from datetime import date
from typing import Any

from agentops.domain.validation import OutputRules, validate_text
from agentops.models import AgentRun
from agentops.toolsets.clinic.briefing import write_briefing
from agentops.toolsets.clinic.output_rules import make_rules
from tests.agentops.toolsets.clinic.conftest import NOW, Desk, have_said, make_patient


def read_rules(*data: dict[str, Any], run_id: int = 1) -> OutputRules:
    return make_rules(run_id, tuple(json.dumps({"status": "success", "data": one}) for one in data))


def test_the_briefing_has_one_fact_a_line(desk: Desk) -> None:
    assert write_briefing(NOW).splitlines() == [
        "Clinic: Harbour Lane Surgery",
        "Now: Tuesday 10 March 2026, 14:34 (Europe/London)",
        "Opening hours: Monday to Friday 08:30 to 18:00",
        "Clinicians: Dr Anita Patel (GP); Dr Wei Chen (GP); Nurse Grace Lowe (nurse)",
        "Kinds: consultation (20 min), follow-up (20 min), surgery review (20 min), medication review (20 min), "
        "vaccination (10 min), blood test (10 min), phone call (10 min)",
    ]


def test_the_clinics_own_details_may_leave_and_unknown_ones_may_not(desk: Desk) -> None:
    rules = read_rules()
    ours = "Call us on 020 7946 0180 or write to desk@harbourlane.example.com."
    assert validate_text(text=ours, rules=rules).text == ours
    checked = validate_text(text="Call 020 7946 0999.", rules=rules)
    assert "0999" not in checked.text
    assert "07700 900123" not in validate_text(text="We have 07700 900123.", rules=rules).text


def test_the_patients_own_details_may_leave_once_the_record_was_read(desk: Desk) -> None:
    rules = read_rules(desk.call("get_patient_info", patient_id=desk.ana.pk))
    text = "We have 07700 900123 for you."
    assert validate_text(text=text, rules=rules).text == text


def test_a_number_that_the_model_wrote_into_a_draft_is_not_good_for_that(desk: Desk) -> None:
    draft = desk.call("draft_message", patient_id=desk.ana.pk, body="Call 020 7946 0999 now.")
    assert "0999" not in validate_text(text="Call 020 7946 0999 now.", rules=read_rules(draft)).text


def test_other_people_of_a_search_are_protected(desk: Desk) -> None:
    make_patient("Anna", "Gomes", desk.priya.born, "5190 339")
    near = desk.call("search_patients", name="Anna Gomez")
    assert {one["name"] for one in near["closest"]} == {"Ana Gomez", "Anna Gomes"}
    rules = read_rules(near, desk.call("get_patient_info", patient_id=desk.ana.pk))
    assert {(p.kind, p.value) for p in rules.protected} == {("name", "Anna Gomes"), ("born", "1992-01-27")}
    assert validate_text(text="Is it Anna Gomes?", rules=rules).stopped
    assert validate_text(text="Born 27 January 1992?", rules=rules).stopped
    assert not validate_text(text="Thank you, Ana Gomez, born 14 May 1987.", rules=rules).stopped


def test_a_name_that_two_share_may_be_said_but_not_the_others_birth(desk: Desk) -> None:
    make_patient("Ana", "Gomez", desk.priya.born, "5190 338")
    rules = read_rules(desk.call("search_patients", name="Ana Gomez"))
    assert not validate_text(text="We have two people called Ana Gomez. When were you born?", rules=rules).stopped
    assert validate_text(text="Are you the one born 27 January 1992?", rules=rules).stopped


def test_what_the_caller_said_may_be_said_back(desk: Desk) -> None:
    make_patient("Priya", "Shah", date(1993, 1, 27), "5190 341")
    make_patient("Pria", "Shah", date(1993, 5, 2), "5190 342")
    near = desk.call("search_patients", name="Priya Shah", born=date(1993, 5, 1))
    back = "I have no Priya Shah born 27 January 1993 here."
    asked = ["I am Priya Shah, born 27th of January 1993."]
    assert validate_text(text=back, rules=read_rules(near)).stopped
    assert not validate_text(text=back, rules=read_rules(near, run_id=have_said(*asked))).stopped
    assert not validate_text(text=back, rules=read_rules(near, run_id=have_said(*asked, "Hello?"))).stopped


def test_what_the_caller_did_not_say_or_said_elsewhere_or_later_stays_protected(desk: Desk) -> None:
    near = desk.call("search_patients", name="Pria Shah")
    leak = "Do you mean Priya Shah, born 27 January 1992?"
    other = have_said("I am Priya Shah, born 27 January 1992.")
    first = have_said("I am Pria Shah.")
    AgentRun.objects.filter(pk=other).update(conversation=AgentRun.objects.get(pk=first).conversation, ordinal=1)
    assert validate_text(text=leak, rules=read_rules(near, run_id=first)).stopped
    assert not validate_text(text=leak, rules=read_rules(near, run_id=other)).stopped
    number = have_said("My social security number is 219-09-9999.")
    assert validate_text(text=leak, rules=read_rules(near, run_id=number)).stopped


def test_an_appointment_or_a_message_shows_whom_a_run_works_for(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(12, "14:00"))
    listed = desk.call("list_patient_appointments", patient_id=desk.ana.pk)
    text = "We have 07700 900123."
    assert validate_text(text=text, rules=read_rules(listed)).text == text
    assert validate_text(text=text, rules=read_rules({"appointment_id": visit.pk})).text == text
    assert validate_text(text=text, rules=read_rules({"appointments": [{"appointment_id": "x"}]})).text != text


def test_results_that_failed_or_cannot_be_read_prove_nothing(desk: Desk) -> None:
    info = desk.call("get_patient_info", patient_id=desk.ana.pk)
    failed = json.dumps({"status": "permanent_error", "data": info})
    rules = make_rules(1, (failed, "not json", "[1, 2]", "null", '{"status": "success", "data": 7}'))
    assert rules.grounding == ()
    assert make_rules(1, (json.dumps(info),)).grounding != ()
