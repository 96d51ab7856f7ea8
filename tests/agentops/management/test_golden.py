"""Every golden example through the real loop; one that no longer holds fails here under its own name."""

import io
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from agentops.domain.budgets import UNPRICED, BudgetPeriod, name_refusal
from agentops.domain.golden import Example, Policy, SeenCall, find_differences, find_live_differences
from agentops.domain.lifecycle import RunStatus
from agentops.domain.limits import LimitKind
from agentops.domain.messages import FailureKind, StopReason
from agentops.domain.outcomes import ToolResultStatus
from agentops.domain.tiers import ActionTier
from agentops.domain.validation import Rule, default_claims
from agentops.management.catalogue import CATALOGUE
from agentops.management.golden import checking, shelf, theatre
from agentops.management.golden.checking import OWN_CONTACTS
from agentops.management.golden.playing import Played
from agentops.management.golden.shelf import load_shipped
from agentops.management.golden.theatre import play_apart
from agentops.models import AgentRun, GoldenResult, GoldenRun
from agentops.tools.registry import get_toolset
from agentops.toolsets.clinic import practice
from tests.misbehaving_server import MisbehavingServer, answer, in_turn
from tests.replies import message

SHIPPED = load_shipped()
BY_NAME = {example.name: example for example in SHIPPED}
EXPECTED = [part.expected for example in SHIPPED for part in example.talk if part.expected]
CALLS = [call for expected in EXPECTED for call in expected.calls]


def changed(name: str, **changes: Any) -> Example:
    """A shipped example as if something of the house had changed, under a name of its own."""
    return BY_NAME[name].model_copy(update={"name": f"{name}-changed", **changes})


CHANGED = [
    changed("booking-two-people", policies={}),
    changed("booking-tightened-tier", policies={}),
    changed("cancelling-not-permitted", tiers=list(ActionTier)),
    changed("limit-of-steps", limits={}),
    changed("message-tool-switched-off", policies={"send_message": Policy()}),
    changed("look-up-keeps-failing", faults=[]),
]


@pytest.fixture(scope="module")
def played() -> dict[str, Played]:
    """What came of every example, and of the changed ones, all in one process."""
    return {one.name: one for one in play_apart([*SHIPPED, *CHANGED], live=False)}


def differences(example: Example, played: dict[str, Played]) -> list[str]:
    return find_differences(example, played[example.name].came, own_contacts=OWN_CONTACTS)


@pytest.mark.parametrize("example", SHIPPED, ids=[example.name for example in SHIPPED])
def test_the_golden_example_holds(example: Example, played: dict[str, Played]) -> None:
    assert differences(example, played) == []


@pytest.mark.parametrize("example", CHANGED, ids=[example.name for example in CHANGED])
def test_a_change_of_what_the_gate_the_limits_or_the_tools_do_is_seen(
    example: Example, played: dict[str, Played]
) -> None:
    assert differences(example, played)


def test_a_difference_says_what_came_and_what_was_expected(played: dict[str, Played]) -> None:
    assert differences(CHANGED[0], played)[0] == "book_appointment, confirmers: 1, expected was 2."
    assert "cancel_appointment, gate: asked, expected was refused." in differences(CHANGED[2], played)


# --- what the examples cover: something new without an example fails here


def test_at_least_forty_are_shipped_and_none_is_there_twice() -> None:
    assert len(SHIPPED) >= 40
    assert len({json.dumps(example.to_json()["talk"]) for example in SHIPPED}) == len(SHIPPED)


def test_every_kind_of_task_has_its_examples() -> None:
    slugs = {entry["slug"] for entry in tomllib.loads(CATALOGUE.read_text())["task_type"]}
    assert slugs - {example.starts_as for example in SHIPPED} - {expected.task_type for expected in EXPECTED} == set()


def test_every_tool_is_seen_to_work() -> None:
    worked = {call.tool for call in CALLS if call.status.took_effect}
    assert {tool.name for tool in get_toolset("clinic").tools} - worked == set()


def test_every_limit_ends_an_example() -> None:
    assert {f"limit_{kind}" for kind in LimitKind} - {expected.outcome for expected in EXPECTED} == set()


def test_every_budget_ends_an_example() -> None:
    refusals = {*map(name_refusal, BudgetPeriod), UNPRICED}
    assert refusals - {expected.outcome for expected in EXPECTED} == set()


def test_every_failure_of_a_model_and_every_reason_to_stop_is_there() -> None:
    said = [turn for example in SHIPPED for part in example.talk for turn in part.turns]
    assert set(FailureKind) - {turn.failure for turn in said} == set()
    assert set(StopReason) - {turn.stop_reason for turn in said} == set()


def test_every_way_in_which_a_call_ends_is_there() -> None:
    retried = {ToolResultStatus(fault.how) for example in SHIPPED for fault in example.faults if fault.how != "crash"}
    assert set(ToolResultStatus) - {call.result for call in CALLS} == set()
    assert ToolResultStatus.RETRYABLE_ERROR in retried


def test_every_validation_rule_finds_something_in_an_example() -> None:
    found = {finding.split(":")[0] for expected in EXPECTED for finding in expected.findings}
    assert set(get_args(Rule)) - found == set()
    assert any(call.code == "stopped_text" for call in CALLS)


def test_every_claim_is_stopped_in_an_example() -> None:
    found = {finding for expected in EXPECTED for finding in expected.findings}
    claims = {f"false_claim: says that something was {rule.verb}, and nothing was" for rule in default_claims()}
    assert claims - found == set()


def test_every_tier_and_every_verdict_of_the_gate_is_there() -> None:
    assert {call.tier for call in CALLS} == set(ActionTier)
    assert {call.gate for call in CALLS} == {"allowed", "asked", "refused"}
    assert {call.confirmers for call in CALLS} == {1, 2}


def test_the_numbers_for_emergencies_are_kept() -> None:
    kept = {text for expected in EXPECTED for text in expected.words.contains}
    assert practice.HELPLINES - kept == set()


def test_every_end_of_a_run_but_a_stop_by_people_is_there() -> None:
    ends = {status for status in RunStatus if status.over} - {RunStatus.CANCELLED}
    assert ends - {expected.status for expected in EXPECTED} == set()


# --- the command


@pytest.fixture
def at_hand(played: dict[str, Played], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Played]]:
    """What was played already stands for a second process."""
    results = dict(played)
    monkeypatch.setattr(checking, "play_apart", lambda examples, *, live: [results[one.name] for one in examples])
    yield results


def run_golden(*arguments: str) -> str:
    out = io.StringIO()
    call_command("golden", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_prints_by_task_type_and_keeps_a_row_for_each(at_hand: dict[str, Played]) -> None:
    printed = run_golden()
    assert f"{len(SHIPPED)} hold, 0 did not." in printed
    assert "\ncancelling: " in printed
    kept = GoldenRun.objects.get()
    assert (kept.passed, kept.failed, kept.live) == (len(SHIPPED), 0, False)
    assert set(kept.results.values_list("name", flat=True)) == set(BY_NAME)
    assert not AgentRun.objects.exists()


@pytest.mark.django_db
def test_an_example_that_does_not_hold_ends_the_command_with_one(at_hand: dict[str, Played]) -> None:
    name = "booking-two-people"
    at_hand[name] = replace(at_hand[name], came=at_hand[f"{name}-changed"].came)
    with pytest.raises(SystemExit) as ended:
        run_golden()
    assert ended.value.code == 1
    row = GoldenResult.objects.get(name=name)
    assert row.differences == ["book_appointment, confirmers: 1, expected was 2."]
    assert GoldenRun.objects.get().failed == 1


@pytest.mark.django_db
def test_one_alone_is_played_and_not_kept(at_hand: dict[str, Played]) -> None:
    assert "1 hold, 0 did not." in run_golden("--only", "limit-of-steps")
    lines = [json.loads(line) for line in run_golden("--only", "limit-of-steps", "--json").splitlines()]
    assert [line["name"] for line in lines] == ["limit-of-steps"]
    assert not GoldenRun.objects.exists()
    with pytest.raises(CommandError, match="no golden example named nothing-of-the-kind"):
        run_golden("--only", "nothing-of-the-kind")


@pytest.mark.django_db
def test_what_came_is_accepted_only_by_its_name(
    at_hand: dict[str, Played], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "booking-two-people"
    (tmp_path / f"{name}.json").write_text((shelf.SHELF / f"{name}.json").read_text())
    monkeypatch.setattr(shelf, "SHELF", tmp_path)
    at_hand[name] = replace(at_hand[name], came=at_hand[f"{name}-changed"].came)
    assert "confirmers: 1, expected was 2" in run_golden("--accept", name)
    assert "1 hold, 0 did not." in run_golden("--only", name)
    assert not GoldenRun.objects.exists()


@pytest.mark.django_db
def test_a_live_round_without_a_key_is_refused_in_one_line() -> None:
    assert settings.MODEL_PROVIDER == "offline"
    with pytest.raises(CommandError, match="needs HANDRAIL_MODEL=anthropic and ANTHROPIC_API_KEY"):
        run_golden("--live")


def test_live_a_model_is_really_asked_and_what_people_were_asked_and_the_words_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = BY_NAME["question-usual-clinician"]
    turns = [message(content=turn.content, stop_reason=turn.stop_reason.value) for turn in example.talk[0].turns]
    again = message(content=[{"type": "text", "text": "Your doctor is Dr Patel."}])
    with MisbehavingServer(in_turn(*map(answer, [turns[0], turns[1], again]))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setattr(settings, "ANTHROPIC_API_KEY", "sk-invented")
        came = next(play_apart([example], live=True)).came
        assert ["sk-invented" in str(seen.headers) for seen in server.seen] == [True] * 3
    assert find_live_differences(example, came, own_contacts=OWN_CONTACTS) == []
    doing = [came[0].model_copy(update={"calls": [asked_to_cancel()], "answer": "Your doctor is Dr Chen."})]
    assert len(find_live_differences(example, doing, own_contacts=OWN_CONTACTS)) == 2


def asked_to_cancel() -> SeenCall:
    return next(call for call in CALLS if call.tool == "cancel_appointment" and call.gate == "asked")


@pytest.mark.django_db
def test_examples_are_never_played_in_a_database_that_holds_anything() -> None:
    with pytest.raises(CommandError, match="begins without a table"):
        call_command("play_golden")


def test_the_process_that_plays_is_not_told_where_the_real_data_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HANDRAIL_DATABASE", "HANDRAIL_DATABASE_FILE", "HANDRAIL_REDIS", "HANDRAIL_REDIS_FILE"):
        monkeypatch.setenv(name, "postgresql://handrail@127.0.0.1/handrail")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-invented")
    told = theatre._environment(tmp_path / "golden.sqlite3", live=False)
    assert "127.0.0.1" not in " ".join(told.values())
    assert "sk-invented" not in told.values()
    assert told["HANDRAIL_DATABASE"] == f"sqlite:///{tmp_path}/golden.sqlite3"
