"""What holds for every text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.domain.validation import OutputRules, Protected, default_claims, extract_contacts, validate_text

RULES = OutputRules(
    known_phones=frozenset({"+442079460000"}),
    known_emails=frozenset({"desk@example.org"}),
    known_urls=frozenset({"harbourlane.example"}),
    helplines=frozenset({"116 123"}),
    grounding=(
        '{"appointment_id": 1, "starts_at": "2026-11-27T15:00:00+00:00", "mobile": "07700 900123"}',
        "not json {",
    ),
    protected=tuple(Protected("name", f"Given{n} Family{n}", str(n)) for n in range(50)),
    claims=default_claims(),
)
PIECES = st.sampled_from([
    "020 7946 0999", "07700 900123", "020 7946 0000", "116 123", "999", "a@example.com", "desk@example.org", " at ",
    " dot com", "www.example.com", "our website", "the number on file", "https://", "harbourlane.example/x", "+44",
    "(0)", "-", "/", ", ", ". ", "\n", "1", "23", "4567", "zero seven ", "\u200b", "０", "call ", "number ", "I've ",
    "booked ", "not ", "has been ", "you ", "moved ", "?", "patient no. ", "219-09", "-9998", "12/03/", "2026", "$",
    "£", "[.]", "@", ".", "x", "½", "e-mail", "\x00",
])  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_checking_never_raises_and_checking_again_changes_nothing(text: str) -> None:
    checked = validate_text(text=text, rules=RULES)
    again = validate_text(text=checked.text, rules=RULES)
    assert again.text == checked.text
    assert again.findings == ()
    assert all(0 <= finding.start <= finding.end <= len(text) for finding in checked.findings)
    assert checked.stopped == any(finding.action == "stopped" for finding in checked.findings)
    if not checked.findings:
        assert checked.text == text


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_nothing_unknown_is_left_in_what_may_leave(text: str) -> None:
    checked = validate_text(text=text, rules=OutputRules())
    assert extract_contacts(checked.text, "GB") == ()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(min_value=0, max_value=999), st.sampled_from([" ", "-", ".", "", "\u2011", "\u00a0", "\u200b", " - "])
)
def test_a_fictional_mobile_number_is_always_found(last: int, gap: str) -> None:
    number = f"07700{gap}900{gap}{last:03}"
    assert validate_text(text=f"It is {number}", rules=OutputRules()).text == "It is the number on file"


LONG_PIECES = (
    "I have not booked you in and ", "020 7946 0999 ", "1 ", "7", "0-", "a at ", "a dot com ", "a.", "a@b.com ", "０",
    "12, 345 6789, ", "078-05-112 ", "we have checked ", "now just already also ", "i have got your ", "one two ",
    "www.", "\n", "(", "+1", "booked ", "_", "a-", "' ", "your appointments are ", "9/", "[a.", "x://",
)  # fmt: skip


@pytest.mark.parametrize("piece", LONG_PIECES)
def test_twenty_thousand_characters_take_less_than_a_second(piece: str) -> None:
    text = (piece * 20000)[:20000]
    started = time.process_time()
    validate_text(text=text, rules=RULES)
    assert time.process_time() - started < 1.0
