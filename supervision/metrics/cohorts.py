"""Which runs a figure is about: those that began in a period and had ended at a moment, narrowed to one group."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agentops.models import RunFact, Step

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Words


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to part the runs. With `several` a run may stand in more than one group, or in none."""

    slug: str
    name: "Words"
    column: str
    several: bool = False
    whole_number: bool = False


DIMENSIONS = {
    one.slug: one
    for one in (
        Dimension("task_type", _("Type of task"), "task_type"),
        Dimension("outcome", _("How it ended"), "outcome"),
        Dimension("model", _("Model"), "model", several=True),
        Dimension("tool", _("Tool"), "tools", several=True),
        Dimension("channel", _("Channel"), "channel"),
        Dimension("tier", _("Strictest level"), "tier"),
        Dimension("prompt", _("Version of the prompt"), "prompt_version", whole_number=True),
        Dimension("policy", _("Version of the policy"), "policy_version", whole_number=True),
    )
}
"""What the figures can be parted by. A column of `RunFact` and a line here make another one."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The runs that began from `since` to before `until` and had ended by `as_of`, of the groups in `only`.

    A run that ended does not change any more, so a cohort is the same runs whenever it is read again.
    """

    since: datetime
    until: datetime
    as_of: datetime
    only: tuple[tuple[str, str], ...] = ()

    def within(self, dimension: str, value: str) -> "Cohort":
        """Those of one group."""
        return replace(self, only=(*self.only, (dimension, value)))

    def value_of(self, dimension: str) -> str | None:
        """The group to which it is narrowed in this dimension."""
        return dict(self.only).get(dimension)


def find_facts(cohort: Cohort) -> QuerySet[RunFact]:
    """The facts of its runs: every figure and every list behind a figure begins here, so they cannot part."""
    facts = RunFact.objects.filter(
        started_at__gte=cohort.since, started_at__lt=cohort.until, finished_at__lte=cohort.as_of
    )
    for slug, value in cohort.only:
        facts = facts.filter(_in_group(DIMENSIONS[slug], value))
    return facts


def is_value(dimension: Dimension, value: str) -> bool:
    """Whether a group of this name can be looked for."""
    if "\x00" in value or len(value) > 80:
        return False
    return not dimension.whole_number or (value.isascii() and value.isdecimal() and len(value) < 10)


def _in_group(dimension: Dimension, value: str) -> Q:
    if dimension.slug == "model":
        # A run that one model began and another ended is of both: only its steps name them all.
        steps = Step.objects.filter(run=OuterRef("run"), model=value).exclude(model="").exclude(kind="note")
        return Q(Exists(steps))
    if dimension.several:
        return Q(**{f"{dimension.column}__has_key": value})
    return Q(**{dimension.column: int(value) if dimension.whole_number else value})
