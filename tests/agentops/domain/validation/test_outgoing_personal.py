"""Values that stop an answer: identity numbers, and what belongs to other patients."""

import pytest

from agentops.domain.validation import OutputRules, Protected, Validated, validate_text

OTHERS = OutputRules(
    known_phones=frozenset({"+447700900111"}),
    grounding=('{"name": "Zoë Marie O\'Hara"}',),
    protected=(
        Protected("name", "Zoë Marie O'Hara", "12"),
        Protected("phone", "+447700900456", "12"),
        Protected("phone", "+447700900111", "13"),
        Protected("email", "zoe@example.org", "12"),
        Protected("born", "1985-03-12", "12"),
        Protected("record", "HL-4821-077", "12"),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "It is 219-09-9998.",
        "It is 219.09.9998.",
        "It is 219 09 9998.",
        "It is 219 - 09 - 9998.",
        "It is 219\u201109\u20119998.",
        "It is ２１９-０９-９９９８.",
        "It is 219\u200b-09-9998.",
        "It is 219-099998.",
        "Your SSN is 219099998.",
        "social security number: 21909-9998",
        "219099998 is your SSN",
        "tax id 911-70-1234",
        "SSN: two one nine, zero nine, nine nine nine eight",
        "National insurance QQ 12 34 56 C",
    ],
)
def test_an_identity_number_stops_the_answer(text: str) -> None:
    checked = validate_text(text=text, rules=OutputRules())
    assert checked.stopped
    assert checked.text == ""
    assert checked.findings[-1].rule == "identity_number"
    assert not any(character.isdigit() for finding in checked.findings for character in finding.label)


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",
        "666-12-3456",
        "219-00-9998",
        "219-09-0000",
        "94087-1234",
        "23-11-2026",
        "Your reference: 219099998",
    ],
)
def test_what_only_looks_like_an_identity_number_does_not_stop(text: str) -> None:
    assert not validate_text(text=text, rules=OutputRules()).stopped


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Zoë Marie O'Hara is next.", "name"),
        ("That is Zoe O’Hara's slot.", "name"),
        ("O'HARA, ZOË", "name"),
        ("zo\u200be  o'hara", "name"),
        ("Ring 07700 900456", "telephone number"),
        ("Ring +44 (0)7700 900 456", "telephone number"),
        ("zoe@example.org", "e-mail address"),
        ("Zoe at example dot org", "e-mail address"),
        ("born 1985-03-12", "date of birth"),
        ("born 12/03/1985", "date of birth"),
        ("born 12/3/85", "date of birth"),
        ("born on 12th March 1985", "date of birth"),
        ("born the 12th of March, 1985", "date of birth"),
        ("born Mar 12, 1985", "date of birth"),
        ("record HL-4821-077", "record"),
        ("record hl 4821 077", "record"),
    ],
)
def test_another_patients_value_stops_the_answer(text: str, kind: str) -> None:
    checked = validate_text(text=text, rules=OTHERS)
    assert checked.stopped
    assert checked.findings[0].label == f"another person's {kind}"


@pytest.mark.parametrize(
    "text", ["Zoe is a nice name.", "Marie Ohara", "Ring 07700 900111", "born 1985-03-13", "4821 078"]
)
def test_other_values_and_those_this_patient_shares_do_not_stop(text: str) -> None:
    assert validate_text(text=text, rules=OTHERS) == Validated(text, stopped=False, findings=())
