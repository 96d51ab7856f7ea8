"""What the answers of a month suggest: where people are asked in vain, and where they often say no. Never applied."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from agentops.domain.policy.rules import Confirmation
from agentops.models import ToolCall, ToolPolicy
from supervision.models import Decision
from supervision.phrases import named
from supervision.policy.recorded import SPAN

LowerBound = Callable[[float, float], float]
"""The share that so many of so many is at least, as the metrics' statistics say it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What people said to the requests of a tool, or to those about which one of its rules asked."""

    policy: ToolPolicy
    rule: int | None
    yes: int
    no: int
    changed: int
    undone: int

    @property
    def answered(self) -> int:
        """How many were answered at all."""
        return self.yes + self.against

    @property
    def against(self) -> int:
        """How many did not go through as they were asked."""
        return self.no + self.changed + self.undone


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One sentence about a tool or a rule, with the numbers behind it."""

    tool_id: int
    label: str
    looser: bool
    words: str
    numbers: str


def list_suggestions(*, now: datetime, lower_bound: LowerBound) -> list[Suggestion]:
    """What the last thirty days suggest, tools where people were asked in vain first."""
    found = [_suggest(one, lower_bound) for one in read_evidence(now=now)]
    return sorted((one for one in found if one), key=lambda one: (not one.looser, one.label))


def read_evidence(*, now: datetime) -> list[Evidence]:
    """The answers of thirty days for each tool, and for each rule that stands: by the number that was quoted."""
    evidence = []
    for policy in ToolPolicy.objects.order_by("tool"):
        quoted: list[tuple[int | None, Q]] = [(None, Q())]
        quoted += [(rule.number, _quotes(rule.number)) for rule in policy.setting.rules]
        for number, about in quoted:
            evidence.append(Evidence(policy, number, **_count(policy.tool, about, now=now)))
    return evidence


def _quotes(number: int) -> Q:
    return Q(rule__contains=f"Rule {number}: ") | Q(rule__contains=f"Rule {number} could not")


def _count(tool: str, about: Q, *, now: datetime) -> dict[str, int]:
    """A call that was taken back counts as that, whatever became of it; one that a person made of another does not."""
    taken_back = Exists(Decision.objects.filter(call=OuterRef("pk"), verdict="undone"))
    asked = ToolCall.objects.filter(
        about, tool=tool, proposed_at__gt=now - SPAN, expires_at__isnull=False, supersedes=None
    ).annotate(back=taken_back)
    left = Q(back=False)
    said_yes = left & Q(decided_at__isnull=False) & ~Q(status__in=["rejected", "superseded"])
    return asked.aggregate(
        yes=Count("pk", filter=said_yes),
        no=Count("pk", filter=left & Q(status="rejected")),
        changed=Count("pk", filter=left & Q(status="superseded")),
        undone=Count("pk", filter=Q(back=True)),
    )


def _suggest(one: Evidence, lower_bound: LowerBound) -> Suggestion | None:
    if one.answered < settings.POLICY_SUGGEST_LEAST:
        return None
    agreed, refused = (lower_bound(hits, one.answered) for hits in (one.yes, one.against))
    if agreed >= settings.POLICY_RELAX_FROM and (one.rule or _may_ask_less(one.policy)):
        told = {"yes": f"{one.yes:,}", "n": f"{one.answered:,}", "share": int(100 * agreed), "rule": one.rule}
        if one.rule:
            words = _(
                "Rule %(rule)s asked about %(n)s; %(yes)s were answered yes, unchanged: at least %(share)s in 100. "
                "The rule could go, or ask about less."
            )
        else:
            words = _(
                "%(yes)s of %(n)s asked were answered yes, unchanged: at least %(share)s in 100. It could ask less."
            )
        return _say(one, words % told, looser=True)
    if refused >= settings.POLICY_TIGHTEN_FROM and one.rule is None:
        told = {"against": f"{one.against:,}", "n": f"{one.answered:,}", "share": int(100 * refused)}
        words = _(
            "%(against)s of %(n)s asked were turned down, changed or taken back: at least %(share)s in 100. "
            "Two people, or a rule for what was wrong, could catch more."
        )
        return _say(one, words % told, looser=False)
    return None


def _may_ask_less(policy: ToolPolicy) -> bool:
    """Whether its code leaves anything milder: a floor that needs a person can only be spared its second one."""
    floor, who = policy.lowest, policy.setting.confirmation_for(policy.lowest)
    if floor is None:
        return False
    return who is Confirmation.TWO or (who is Confirmation.STAFF and not floor.needs_person)


def _say(one: Evidence, words: str, *, looser: bool) -> Suggestion:
    given = _("%(yes)s yes, unchanged; %(changed)s changed; %(no)s no; %(undone)s taken back") % {
        "yes": one.yes, "changed": one.changed, "no": one.no, "undone": one.undone,
    }  # fmt: skip
    numbers = f"30 days: {given}."
    return Suggestion(one.policy.pk, named(one.policy.label or one.policy.tool), looser, words, numbers)
