"""The check on data that nobody on this project wrote; see HANDRAIL_CASES."""

import gzip
import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from agentops.domain.validation import OutputRules, default_claims, validate_text

CASES = Path(os.environ.get("HANDRAIL_CASES", Path(__file__).parents[5] / "shared" / "cases"))
CONTACTS = CASES / "contact_details"

pytestmark = pytest.mark.skipif(not CONTACTS.is_dir(), reason=f"no public cases at {CASES} (set HANDRAIL_CASES)")


def read_rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def find_rules(text: str, region: str = "US") -> list[str]:
    return [finding.rule for finding in validate_text(text=text, rules=OutputRules(region=region)).findings]


def test_no_number_that_is_in_the_tool_result_is_flagged() -> None:
    rows = read_rows(CONTACTS / "sgd_grounded_phone_dev.jsonl.gz")
    flagged = [row["id"] for row in rows if check_grounded(row, row["assistant_text"]) != row["assistant_text"]]
    assert len(rows) > 500
    assert flagged == []


def test_every_number_with_one_digit_changed_is_flagged() -> None:
    chance, missed, tried = random.Random(7), list[str](), 0
    for row in read_rows(CONTACTS / "sgd_grounded_phone_dev.jsonl.gz"):
        for number in row["numbers"]:
            place = chance.choice([place for place, character in enumerate(number) if character.isdigit()])
            digit = chance.choice([digit for digit in "0123456789" if digit != number[place]])
            changed = number[:place] + digit + number[place + 1 :]
            if changed in json.dumps(row["tool_results"]):
                continue
            tried += 1
            if changed in check_grounded(row, row["assistant_text"].replace(number, changed)):
                missed.append(f"{row['id']}: {changed}")
    assert tried > 500
    assert missed == []


def check_grounded(row: dict[str, Any], text: str) -> str:
    rules = OutputRules(region="US", grounding=(json.dumps(row["tool_results"]),))
    return validate_text(text=text, rules=rules).text


def test_an_emergency_number_is_never_removed_from_a_real_answer() -> None:
    rows = read_rows(CONTACTS / "natural_outputs_dev.jsonl.gz")
    for row in rows:
        checked = validate_text(text=row["assistant_text"], rules=OutputRules(region="US"))
        assert not checked.stopped, row["id"]
        for line in ("911", "988", "112"):
            assert count_line(line, checked.text) == count_line(line, row["assistant_text"]), row["id"]
    assert len(rows) > 50


def test_a_configured_helpline_is_never_removed_from_a_real_answer() -> None:
    for row in read_rows(CONTACTS / "natural_outputs_dev.jsonl.gz"):
        rules = OutputRules(region="US", helplines=frozenset({row["value"]}))
        checked = validate_text(text=row["assistant_text"], rules=rules)
        assert row["value"] in checked.text


def count_line(line: str, text: str) -> int:
    return len(re.findall(rf"\b{line}\b", text))


@pytest.mark.parametrize(
    ("entity", "rule", "floor"),
    [
        ("US_SSN", "identity_number", 1.0),
        ("EMAIL", "unknown_email", 1.0),
        ("URL", "unknown_url", 1.0),
        ("PHONE", "unknown_phone", 0.9),
    ],
)
def test_vectors_are_found_at_least_as_often_as_measured(entity: str, rule: str, floor: float) -> None:
    rows = [row for row in read_rows(CONTACTS / "vectors_dev.jsonl.gz") if row["entity"] == entity and holds_one(row)]
    found = [row for row in rows if rule in find_rules(row["text"], row.get("region", "US"))]
    assert rows
    assert len(found) >= floor * len(rows), [row["text"] for row in rows if row not in found]


def holds_one(row: dict[str, Any]) -> bool:
    if "group" in row:
        return not row["group"].startswith("IMPOSSIBLE")
    return bool(row.get("expected_count"))


@pytest.mark.parametrize(
    ("entity", "rule"), [("US_SSN", "identity_number"), ("PHONE", "unknown_phone"), ("URL", "unknown_url")]
)
def test_vectors_that_hold_nothing_are_left_alone(entity: str, rule: str) -> None:
    rows = [
        row for row in read_rows(CONTACTS / "vectors_dev.jsonl.gz") if row["entity"] == entity and not holds_one(row)
    ]
    rows = [row for row in rows if "valid" not in row]
    assert rows
    assert [row["text"] for row in rows if rule in find_rules(row["text"], row.get("region", "US"))] == []


@pytest.mark.parametrize(
    ("kind", "rule", "floor"),
    [
        ("US_SSN", "identity_number", 1.0),
        ("EMAIL_ADDRESS", "unknown_email", 1.0),
        ("DOMAIN_NAME", "unknown_url", 1.0),
        ("PHONE_NUMBER", "unknown_phone", 0.95),
    ],
)
def test_personal_details_of_a_corpus_are_found_whole(kind: str, rule: str, floor: float) -> None:
    found, wanted = 0, 0
    for row in read_rows(CONTACTS / "presidio_synth_dev.jsonl.gz"):
        findings = validate_text(text=row["text"], rules=OutputRules(region="US")).findings
        for span in (span for span in row["spans"] if span["type"] == kind):
            wanted += 1
            found += any(
                each.rule == rule and each.start <= span["start"] and each.end >= span["end"] for each in findings
            )
    assert wanted
    assert found >= floor * wanted


def test_few_sentences_without_contact_details_are_changed() -> None:
    kinds = {"US_SSN", "EMAIL_ADDRESS", "DOMAIN_NAME", "PHONE_NUMBER"}
    rows = [
        row
        for row in read_rows(CONTACTS / "presidio_synth_dev.jsonl.gz")
        if not kinds & {span["type"] for span in row["spans"]}
    ]
    changed = [row["text"] for row in rows if find_rules(row["text"])]
    assert len(rows) > 500
    assert len(changed) <= 0.01 * len(rows), changed


def test_few_real_answers_before_any_act_are_stopped_for_a_claim() -> None:
    """Patients' conversations: nothing was done in them, so nothing in them should read as done."""
    texts = [
        block["text"]
        for row in read_rows(CASES / "healthcare" / "medical_triage_opus46_dev.jsonl.gz")
        for message in row["messages"]
        if message["role"] == "assistant"
        for block in message["content"]
        if block["type"] == "text"
    ]
    rules = OutputRules(region="US", claims=default_claims())
    stopped = [text for text in texts if validate_text(text=text, rules=rules).stopped]
    assert len(texts) > 200
    assert len(stopped) <= 0.02 * len(texts)
