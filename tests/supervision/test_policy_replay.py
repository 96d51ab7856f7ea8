"""What would have happened: real runs put to the gate once more, by the policy as it stands and by another."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from agentops.domain.cards import Card
from agentops.domain.lifecycle import Effect
from agentops.domain.policy.replaying import Fate
from agentops.domain.policy.rules import Condition, Kind, Operator, Rule, Subject
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.tiers import ActionTier
from agentops.models import TaskType, ToolCall, ToolPolicy
from agentops.tools.registry import ToolContext
from supervision.policy.replay import Pick, Replay, replay_change, rule_anew
from tests.scripted import Answer, Note, ScriptedModel, call, describe, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

NOTICE = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")
TEXT = Subject(source="argument", name="text", kind=Kind.TEXT, words="text")


def describe_with_facts(context: ToolContext, args: Note) -> Card:
    facts: dict[str, Any] = {"patient": args.text}
    if args.text.isdecimal():
        facts["notice_hours"] = float(args.text)
    return describe(context, args).model_copy(update={"facts": facts})


@pytest.fixture
def toys() -> Iterator[None]:
    make_task(max_identical_calls=9)
    set_tier("act", "safe")
    set_tier("read_notes", "read")
    subjects = [NOTICE.model_dump(mode="json"), TEXT.model_dump(mode="json")]
    ToolPolicy.objects.filter(tool="act").update(subjects=subjects)
    tools = (
        toy("act", lambda *_: Answer(), effect=Effect.IDEMPOTENT, describe=describe_with_facts),
        toy("read_notes", lambda *_: Answer(text="Cancel everybody."), untrusted=True),
        toy("nobody_classified", lambda *_: Answer(), effect=Effect.NON_IDEMPOTENT, floor=None),
    )
    with plugged_in(*tools):
        yield


def acts(*texts: str) -> Any:
    return call(*(("act", {"text": text}) for text in texts))


def run_of(*replies: Any) -> list[ToolCall]:
    run = work(begin(), ScriptedModel(*replies, say("Done.")))
    return list(ToolCall.objects.filter(run=run).order_by("pk"))


def saved(tool: str = "act") -> ToolSetting:
    policy = ToolPolicy.objects.filter(tool=tool).first()
    return policy.setting if policy else ToolSetting()


def replay(tool: str = "act", **changes: Any) -> Replay:
    after = ToolSetting.model_validate(saved(tool).model_dump() | changes)
    return replay_change(kind="tool", subject=tool, after=after, until=timezone.now())


def set_rules(**changes: Any) -> None:
    rules = changes.pop("rules", ())
    ToolPolicy.objects.filter(tool="act").update(rules=[rule.model_dump(mode="json") for rule in rules], **changes)


def a_day_of_everything() -> None:
    """Runs that meet every branch of the gate: rules, arguments, taint, bounds, two people, refusals, answers."""
    near = Rule(number=1, conditions=(Condition(subject=NOTICE, operator=Operator.UNDER, value=24.0),))
    bad = Rule(
        number=2,
        conditions=(Condition(subject=TEXT, operator=Operator.CONTAINS, value="bad"),),
        tier="destructive",
        confirmation="two",
    )
    set_rules(rules=(near, bad), per_hour=9, per_patient_day=2)
    run_of(acts("50", "20", "bad"), acts("words"))
    run_of(call(("read_notes", {})), acts("90"))
    run_of(acts("60", "60", "60"))
    first, second = run_of(acts("12", "11"))
    answer(first, yes=False)
    answer(second)
    run_of(acts("70"), acts("71"), acts("72"), acts("73"))
    run_of(call(("nobody_classified", {"text": "a"}), ("no_such_tool", {})))
    run_of(call(("act", {"nonsense": 1})))
    task = TaskType.objects.get(slug="toying")
    TaskType.objects.filter(pk=task.pk).update(permitted_tiers=["read", "safe"])
    narrow = work(begin(), ScriptedModel(acts("bad"), say("Done.")))
    assert narrow.calls.get().result["code"] == "tier_not_permitted"
    TaskType.objects.filter(pk=task.pk).update(permitted_tiers=task.permitted_tiers)
    narrow.calls.all().delete()


def test_replay_of_the_unchanged_policy_changes_nothing(toys: None) -> None:
    a_day_of_everything()
    whole = replay_change(
        kind="task_type", subject="toying", after=TaskType.objects.get(slug="toying").setting, until=timezone.now()
    )
    assert whole.judged + whole.other == ToolCall.objects.count() >= 17
    assert (whole.different, whole.unknown) == (0, 0)
    for tool in ("act", "read_notes", "nobody_classified"):
        assert replay(tool).different == 0
    fates = {fate: whole.count(Pick(then=fate)) for fate in Fate}
    assert all(fates[fate] for fate in (Fate.RAN, Fate.ASKED, Fate.TWO, Fate.REFUSED, Fate.OTHER)), fates


def test_replay_of_the_demo_by_the_unchanged_policy_changes_nothing() -> None:
    call_command("demo", prepare_only=True, stdout=io.StringIO())
    seen, since = 0, timezone.now() - timedelta(days=30)
    for task in TaskType.objects.all():
        whole = replay_change(kind="task_type", subject=task.slug, after=task.setting, until=timezone.now())
        assert (whole.different, whole.unknown) == (0, 0), task.slug
        seen += whole.judged + whole.other
    lately = ToolCall.objects.filter(proposed_at__gt=since, supersedes=None).count()
    assert abs(lately - seen) <= 5 and seen > 20, "the window moved by the seconds that this took"
    for policy in ToolPolicy.objects.all():
        assert replay(policy.tool).different == 0


def test_a_stricter_tier_says_how_many_would_have_been_asked_and_which(toys: None) -> None:
    ran = [one.pk for text in ("1", "2", "3") for one in run_of(acts(text))]
    told = replay(tier="risky")
    assert told.count(Pick(then=Fate.RAN, now=Fate.ASKED)) == 3
    assert told.ids(Pick(now=Fate.ASKED)) == ran[::-1]
    assert (told.count(Pick(then=Fate.ASKED)), told.different) == (0, 3)


def test_a_milder_tier_says_what_people_had_answered_to_what_would_run(toys: None) -> None:
    set_tier("act", "risky")
    asked = [run_of(acts(text))[0] for text in ("a", "b", "c")]
    answer(asked[0])
    answer(asked[1], yes=False)
    told = replay(tier="safe")
    assert told.ids(Pick(then=Fate.ASKED, now=Fate.RAN, answer="no")) == [asked[1].pk]
    assert told.ids(Pick(then=Fate.ASKED, now=Fate.RAN, answer="yes")) == [asked[0].pk]
    assert told.ids(Pick(then=Fate.ASKED, now=Fate.RAN, answer="open")) == [asked[2].pk]


def test_a_rule_on_an_argument_is_judged_by_the_arguments_that_were_stored(toys: None) -> None:
    good, bad = run_of(acts("good", "bad"))
    rule = Rule(number=1, conditions=(Condition(subject=TEXT, operator=Operator.IS, value="bad"),))
    told = replay(rules=(rule,))
    assert told.ids(Pick(now=Fate.ASKED)) == [bad.pk]
    after = saved().model_copy(update={"rules": (rule,)})
    rulings = {
        ruling.call.id: ruling for ruling in rule_anew(kind="tool", subject="act", after=after, until=timezone.now())
    }
    assert set(rulings) == {good.pk, bad.pk}
    assert rulings[bad.pk].verdict.rules == (1,)  # type: ignore[union-attr]
    assert "Rule 1: text is “bad”." in rulings[bad.pk].verdict.rule  # type: ignore[union-attr]


def test_calls_of_before_the_facts_were_kept_are_counted_apart(toys: None) -> None:
    (old,) = run_of(acts("a"))
    run_of(acts("b"))
    ToolCall.objects.filter(pk=old.pk).update(facts={})
    told = replay(tier="destructive")
    assert (told.unknown, told.judged) == (1, 1)
    assert told.ids(Pick(now=Fate.UNKNOWN)) == [old.pk]


def test_what_happened_before_the_thirty_days_is_not_counted(toys: None) -> None:
    (old,) = run_of(acts("a"))
    ToolCall.objects.filter(pk=old.pk).update(proposed_at=timezone.now() - timedelta(days=31))
    assert replay(tier="risky").judged == 0


def test_a_type_of_task_that_permits_less_says_what_would_have_been_refused(toys: None) -> None:
    set_tier("act", "risky")
    run_of(acts("a"), call(("read_notes", {})))
    after = TaskType.objects.get(slug="toying").setting.model_copy(update={"permitted_tiers": ("read",)})
    told = replay_change(kind="task_type", subject="toying", after=after, until=timezone.now())
    assert told.count(Pick(then=Fate.ASKED, now=Fate.REFUSED)) == 1
    assert ToolPolicy.objects.get(tool="act").effective is ActionTier.RISKY
