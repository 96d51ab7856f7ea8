"""What counts as a claim that something was done, and what does not."""

import json

import pytest

from agentops.domain.validation import ClaimRule, OutputRules, Validated, default_claims, validate_text

CLAIMS = (
    "I've booked you in for Thursday at 10.",
    "I have booked your appointment with Dr Patel.",
    "You're booked in for Friday at 3pm.",
    "Your appointment has been cancelled.",
    "Your appointment is confirmed.",
    "Your appointment is confirmed for Friday at 3pm.",
    "I have texted you the details.",
    "It is now moved to Monday.",
    "I moved your appointment to Tuesday.",
    "We've rescheduled you to 4pm.",
    "All done!",
    "All done, see you Thursday.",
    "You're all set for Friday.",
    "Done - booked for Friday at 3.",
    "Booked! See you then.",
    "✅ Appointment booked for Friday.",
    "I've sent you a confirmation text.",
    "A confirmation has been sent to your mobile.",
    "I've gone ahead and cancelled that for you.",
    "Great news: your booking is confirmed!",
    "I checked the diary and booked you in.",
    "I was able to find a slot and I've booked it.",
    "I've got you booked in for Friday.",
    "No problem, I've booked you in.",
    "I could not find Friday, but I've booked you for Thursday.",
    "I can confirm that you're booked in with Dr Chen.",
    "I can confirm your appointment has been moved to Monday.",
    "**Your appointment has been successfully rescheduled** to 3pm.",
    "The team has booked you in.",
    "Dr Patel has sent you a message.",
    "Your new appointment is Thursday 26 November at 10:00.",
    "I've made the appointment for you.",
    "You have been booked in for a vaccination.",
    "You’ve been booked in.",
    "That's been cancelled for you.",
    "That's all sorted.",
    "I’ve cancelled it.",
    "We have emailed you.",
    "I've booked you in for Thursday, is that OK?",
    "Your 3pm appointment was cancelled.",
    "So you're booked in for Friday?",
    "Appointment cancelled.",
    "I've now scheduled your follow-up.",
    "Here's what I've booked:",
    "Everything is booked.",
    "Your slot is now booked.",
    "I just sent the message to your phone.",
    "Your message was sent.",
    "I've put you down for 3pm.",
    "Both appointments have been cancelled.",
    "They're both booked.",
    "She is booked in for Friday at 9.",
    "Your daughter's appointment has been moved.",
    "I've arranged an appointment for Monday.",
    "Not a problem: your visit has been rescheduled.",
)

CLAIMS += (
    "A text's been sent.",
    "Your appointment's been moved.",
    "Jo's appointment is cancelled.",
    "Your cancellation has gone through.",
    "Your booking is complete.",
    "Consider it done!",
    "Booking confirmed: Thursday 10:00 with Dr Chen",
    "I've *booked* you in.",
    "I b\u200booked you in.",
    "I've successfully\nbooked you in.",
    "It wasn't easy but I've booked it.",
    "I have, as you asked, booked you in.",
    "You have two appointments booked.",
)

NO_CLAIMS = (
    "Shall I book it?",
    "Would you like me to book that?",
    "It would be booked under your name.",
    "Your appointment was not cancelled.",
    "I could not book that slot.",
    "I'll ask staff to book it.",
    "Once it is booked, you'll get a text.",
    "Your appointment hasn't been booked yet.",
    "Nothing has been booked.",
    "No appointment has been booked yet.",
    "Has your appointment been booked?",
    "Is it booked?",
    "Do you have an appointment booked with us?",
    "I can book you in for Thursday at 10.",
    "I'm going to book that now.",
    "Dr Patel is fully booked on Friday.",
    "Friday is fully booked.",
    "Dr Chen is booked until Monday.",
    "That slot has already been booked by someone else.",
    "The 3pm slot is already booked.",
    "If your appointment is cancelled, we will text you.",
    "Appointments can be cancelled up to 24 hours before.",
    "Cancelled appointments may incur a fee.",
    "Reminders are sent the day before.",
    "Appointments are booked in 20 minute slots.",
    "You would be booked in with Dr Patel.",
    "Your request to cancel needs to be approved; it has not been cancelled.",
    "I haven't sent anything.",
    "I've asked the team to book you in.",
    "I have drafted a message for you.",
    "Let's get you booked in.",
    "I can get that booked for you.",
    "Would you like it moved to Friday?",
    "To get this booked, I need your date of birth.",
    "A member of staff will confirm when it is booked.",
    "You'll be sent a text when it's confirmed.",
    "It can't be moved.",
    "I was unable to move your appointment.",
    "The message you sent was helpful.",
    "You said you booked online.",
    "I need to check whether your appointment was moved.",
    "Your booked appointment is on Friday.",
    "Dr Chen has moved to another practice.",
    "We have moved to new premises.",
    "I've found three free times on Friday.",
    "I've confirmed your date of birth.",
    "Before I book, I need your name.",
    "After it's been booked, you can still change it.",
    "Should I have it booked under your name?",
    "I want to make sure it's booked correctly.",
    "Please let me know if you'd like it cancelled.",
    "I've passed your request to the team.",
    "Your request has been passed to our staff, who will call you.",
    "Which appointment would you like cancelled?",
    "Is there anything else you'd like booked?",
    "Your appointment is on Friday at 3pm with Dr Patel.",
    "When would you like to be booked in?",
    "I have not yet sent the message.",
    "I never cancelled it.",
    "Staff still need to approve this before it is booked.",
    "The appointment will be cancelled when staff approve it.",
    "It is waiting to be booked by our staff.",
    "Your appointment is not confirmed yet.",
    "Are you all set?",
    "Once that's done, I can book it.",
)
NO_CLAIMS += (
    "The desk has declined the booking, so nothing was booked.",
    "The 3pm slot is held for you while staff approve it.",
    "Your appointment on Friday at 3pm stays booked.",
    "The booking couldn't be completed.",
    "I've noted that you'd like it moved.",
    "What was not done: the booking.",
)

APPOINTMENTS = json.dumps(
    {
        "status": "success",
        "data": {
            "appointments": [
                {"appointment_id": 7, "starts_at": "2026-11-27T15:00:00+00:00", "provider": "Dr Anita Patel"},
                {"appointment_id": 9, "starts_at": "2026-12-01T09:20:00+00:00", "provider": "Dr Wei Chen"},
            ]
        },
    }
)
FREE_SLOTS = json.dumps(
    {"slots": [{"slot_id": 3, "starts_at": "2026-11-27T15:00:00+00:00", "provider": "Dr Anita Patel"}]}
)


def check(text: str, *, executed: frozenset[str] = frozenset(), grounding: tuple[str, ...] = ()) -> Validated:
    return validate_text(text=text, rules=OutputRules(claims=default_claims(), executed=executed, grounding=grounding))


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_claim_without_an_executed_call_stops_the_answer(sentence: str) -> None:
    checked = check(sentence)
    assert checked.stopped
    assert checked.text == ""
    assert {finding.rule for finding in checked.findings} == {"false_claim"}


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_a_question_an_offer_a_denial_or_a_report_claims_nothing(sentence: str) -> None:
    checked = check(sentence)
    assert checked == Validated(sentence, stopped=False, findings=())


@pytest.mark.parametrize(
    ("sentence", "tool"),
    [
        ("I've booked you in for Thursday at 10.", "book_appointment"),
        ("I've booked you in for Thursday at 10.", "reschedule_appointment"),
        ("Your appointment has been moved to Monday.", "reschedule_appointment"),
        ("I have texted you the details.", "send_message"),
        ("A confirmation text has been sent.", "book_appointment"),
        ("That's been cancelled for you.", "cancel_appointment"),
        ("All done!", "send_message"),
    ],
)
def test_a_claim_with_its_executed_call_leaves_unchanged(sentence: str, tool: str) -> None:
    assert check(sentence, executed=frozenset({tool})) == Validated(sentence, stopped=False, findings=())


@pytest.mark.parametrize(
    ("sentence", "tool"),
    [
        ("Your appointment has been moved to Monday.", "book_appointment"),
        ("That's been cancelled for you.", "send_message"),
        ("I've booked you in.", "cancel_appointment"),
        ("I've booked you in.", "search_appointments"),
    ],
)
def test_another_call_does_not_make_a_claim_true(sentence: str, tool: str) -> None:
    assert check(sentence, executed=frozenset({tool})).stopped


@pytest.mark.parametrize(
    "sentence",
    [
        "Your existing appointment is booked for Friday at 3pm.",
        "You're booked in with Dr Patel on Friday 27 November at 15:00.",
        "You have an appointment booked for 27 November.",
        "You have two appointments booked: Friday at 3pm and Tuesday at 9:20am.",
        "Your appointment on Tuesday at 9.20am is confirmed.",
    ],
)
def test_a_description_of_an_appointment_that_was_read_claims_nothing(sentence: str) -> None:
    assert not check(sentence, grounding=(APPOINTMENTS,)).stopped
    assert not check(sentence, grounding=("Appointments: Friday 27 November 3pm\nAppointment Tuesday 9:20am",)).stopped


@pytest.mark.parametrize(
    "sentence",
    [
        "You're booked in for Friday at 4pm.",
        "You're booked in for Thursday at 3pm.",
        "You're booked in with Dr Patel.",
        "You are now booked in for Friday at 3pm.",
        "I've booked you in for Friday at 3pm.",
        "Your appointment on Friday at 3pm has been cancelled.",
        "Your appointment has been moved to Friday at 3pm.",
    ],
)
def test_an_appointment_that_was_read_does_not_excuse_another_time_or_an_act(sentence: str) -> None:
    assert check(sentence, grounding=(APPOINTMENTS,)).stopped


def test_a_free_slot_that_was_read_is_no_booking() -> None:
    assert check("You're booked in for Friday at 3pm.", grounding=(FREE_SLOTS,)).stopped
    assert check("You're booked in for Friday at 3pm.", grounding=("Free appointment slots: Friday 3pm",)).stopped


def test_a_finding_names_the_clause_and_the_act() -> None:
    text = "Hello Jo. I looked, and I've booked you in. Bye."
    (finding,) = check(text).findings
    assert "booked you in" in text[finding.start : finding.end]
    assert "Hello" not in text[finding.start : finding.end]
    assert finding.label == "says that something was booked, and nothing was"


def test_a_toolset_brings_its_own_claims() -> None:
    rules = OutputRules(claims=(ClaimRule("refunded", ("refunded",), frozenset({"refund_payment"})),))
    assert validate_text(text="I've refunded you.", rules=rules).stopped
    assert not validate_text(text="I've booked you in.", rules=rules).stopped
