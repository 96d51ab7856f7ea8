"""Telephone numbers, e-mail addresses and web addresses in outgoing text."""

import json

import pytest

from agentops.domain.validation import Finding, OutputRules, extract_contacts, validate_text

PHRASE = "the number on file"
RULES = OutputRules(
    known_phones=frozenset({"+442079460000", "+447700900123"}),
    known_emails=frozenset({"desk@harbourlane.example"}),
    known_urls=frozenset({"harbourlane.example", "https://forms.example.org/new-patient"}),
    helplines=frozenset({"0800 1111", "116 123"}),
)


def leave(text: str, rules: OutputRules = RULES) -> str:
    checked = validate_text(text=text, rules=rules)
    assert not checked.stopped
    return checked.text


@pytest.mark.parametrize(
    "number",
    [
        "020 7946 0999",
        "(020) 7946 0999",
        "02079460999",
        "020.7946.0999",
        "020-7946-0999",
        "020 - 7946 - 0999",
        "+44 20 7946 0999",
        "+44 (0)20 7946 0999",
        "0044 20 7946 0999",
        "07700 900456",
        "07700 900 456 ext. 12",
        "0 7 7 0 0 9 0 0 4 5 6",
        "(415) 555-0132",
        "415-555-0132",
        "555-0132",
        "+1-415-555-0132",
        "０２０ ７９４６ ０９９９",
        "٠٢٠ ٧٩٤٦ ٠٩٩٩",
        "020\u200b7946\u200b0999",
        "020\u00a07946\u20110999",
        "020\u20137946\u20140999",
        "0\u0336207946\u00ad0999",
        "020·7946·0999",
        "𝟎𝟐𝟎 𝟕𝟗𝟒𝟔 𝟎𝟗𝟗𝟗",
        "0️⃣2️⃣0️⃣ 7946 0999",
        "zero two zero, seven nine four six, zero nine nine nine",
        "oh two oh seven nine four six oh triple nine",
    ],
)
def test_a_number_that_is_not_known_is_replaced(number: str) -> None:
    assert leave(f"Please ring {number}.") == f"Please ring {PHRASE}."
    assert leave(f"Options\n{number}\nBye") == f"Options\n{PHRASE}\nBye"


@pytest.mark.parametrize("number", ["78 651 450", "467 3395", "4673395", "256781"])
def test_what_is_dialled_is_a_number_in_any_shape(number: str) -> None:
    assert leave(f"Please call {number} today") == f"Please call {PHRASE} today"


@pytest.mark.parametrize(
    "text",
    [
        "Call us on 020 7946 0000.",
        "Call us on +44 20 7946 0000, 24/7.",
        "Call us on (020) 7946 0000 or 7946 0000.",
        "Your mobile is 07700 900123.",
        "Your mobile is +44 (0)7700 900 123.",
        "020 7946 0000 / 07700 900123",
    ],
)
def test_a_known_number_stays_however_it_is_written(text: str) -> None:
    assert leave(text) == text


def test_a_known_number_beside_an_unknown_one_stays() -> None:
    assert leave("020 7946 0000 07700 900456") == f"020 7946 0000 {PHRASE}"
    assert leave("07700 900456 or 020 7946 0000") == f"{PHRASE} or 020 7946 0000"


@pytest.mark.parametrize("place", range(11))
def test_one_changed_digit_makes_a_known_number_unknown(place: int) -> None:
    digits = "02079460000"
    changed = digits[:place] + str((int(digits[place]) + 5) % 10) + digits[place + 1 :]
    for written in (
        changed,
        f"{changed[:3]} {changed[3:7]} {changed[7:]}",
        f"{changed[:3]}-{changed[3:7]}-{changed[7:]}",
    ):
        assert leave(f"It is {written}.") == f"It is {PHRASE}."


def test_a_number_of_this_runs_tool_results_is_known_in_every_writing() -> None:
    rules = OutputRules(grounding=(json.dumps({"patient": {"mobile": "+447700900456", "desk": "020 7946 0111"}}),))
    for number in ("07700 900456", "+44 7700 900456", "02079460111", "+44 20 7946 0111"):
        assert leave(f"Ring {number}", rules) == f"Ring {number}"
    assert leave("Ring 07700 900457", rules) == f"Ring {PHRASE}"


@pytest.mark.parametrize(
    "line", ["911", "988", "112", "999", "111", "NHS 111", "999 / 112", "911, 988", "0800 1111", "116 123"]
)
def test_emergency_numbers_and_helplines_are_never_removed(line: str) -> None:
    for text in (f"Call {line} now.", f"**CALL {line}!**", f"Ring 07700 900123 or {line}"):
        assert leave(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Patient no. 4821 077",
        "Patient no. 4821077 has appointment_id 12345678",
        "NHS number 943 476 5919",
        "Your reference is 20261234567",
        "On 23/11/2026 at 09:30-17:00",
        "Free: 09:00, 09:20, 09:40 and 10:00 on 2026-11-23",
        "from 2026-11-23 09:00 to 2026-11-27T18:00:00+00:00",
        "born 12.03.1985, 12-03-1985 or 1985-03-12 (23 11 2026)",
        "2026-11-20/11-23, 2025/2026, 20261123",
        "It costs £1,200.50 or $1200000 (1,200,000 pounds)",
        "rooms 12, 15, 18, 21, 33, 46",
        "10.0.0.255 and 123e4567-e89b-12d3-a456-426614174000",
        "card ending in 4242; 4242 4242 4242 4242",
        "Suite 300, 12 Harbour Lane, CA 94087-1234",
        "Monday to Friday 08:30 to 18:00",
    ],
)
def test_other_numbers_are_not_touched(text: str) -> None:
    assert leave(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "a.person@example.com",
        "A.Person+x@sub.example.co.uk",
        "a.person＠example.com",
        "a.per\u200bson@exam\u200bple.com",
        "name at example dot com",
        "name [at] example [dot] com",
        "name(at)example.com",
        "user@xn--80ak6aa92e.com",
    ],
)
def test_an_unknown_email_address_is_replaced(address: str) -> None:
    assert leave(f"Write to {address}, please.") == "Write to the e-mail address on file, please."


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org/a?b=c#d",
        "www.example.com/x",
        "example.com",
        "book.example.co.uk/now",
        "example[.]com",
        "example dot com",
        "https://harbourlane.example@example.org/x",
        "https://harbourlane.example.org",
        "https://forms.example.org/other",
        "ftp://example.org",
    ],
)
def test_an_unknown_web_address_is_replaced(address: str) -> None:
    assert leave(f"See {address}.") == "See our website."


@pytest.mark.parametrize(
    "text",
    [
        "Write to desk@harbourlane.example or Desk@HarbourLane.example.",
        "See https://www.harbourlane.example/hours, harbourlane.example or www.harbourlane.example.",
        "Use https://forms.example.org/new-patient.",
        "We open at 9.Please come early, e.g. at 8 a.m.Thanks",
        "No.It is closed. Dr.Patel is in. 3.5 mg/day and/or 5.mg",
        "See you at harbourlane.example",
    ],
)
def test_known_addresses_and_plain_words_stay(text: str) -> None:
    assert leave(text) == text


def test_a_finding_says_where_and_what_kind() -> None:
    text = "Ring\u200b 020 7946\u200b 0999 or x@example.com"
    phone, email = validate_text(text=text, rules=RULES).findings
    assert phone == Finding("unknown_phone", "replaced", 6, 20, "a telephone number")
    assert text[phone.start : phone.end] == "020 7946\u200b 0999"
    assert text[email.start : email.end] == "x@example.com"


def test_extract_contacts_reads_the_plain_form_of_each() -> None:
    found = extract_contacts("Ring 020 7946 0999, mail Jo@Example.com, see www.example.org/x/", "GB")
    assert [(contact.kind, contact.value) for contact in found] == [
        ("email", "jo@example.com"),
        ("url", "example.org/x"),
        ("phone", "+442079460999"),
    ]
