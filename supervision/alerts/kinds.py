"""What can be watched, and in what units its bounds are written."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Unit(StrEnum):
    """What a bound is counted in; a person writes percent and dollars where the row holds shares and nanodollars."""

    PERCENT = "%"
    SIGMA = "×"
    SECONDS = "s"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule: what it looks at, which of the rule's numbers it uses, how often it looks."""

    slug: str
    name: str
    means: str
    unit: Unit
    uses: tuple[str, ...] = ()
    scoped: bool = True
    every_minutes: int = 0


_WINDOWS = ("short_minutes", "long_minutes", "min_runs", "min_count", "raw_count")

KINDS = {
    kind.slug: kind
    for kind in (
        Kind("run_cost", gettext_noop("Cost of one request"),
             gettext_noop("A request that cost far more than its like in the last 28 days, or more than a ceiling."),
             Unit.SIGMA, ("short_minutes", "floor_nano", "ceiling_nano")),
        Kind("cost_drift", gettext_noop("Cost drifts up"),
             gettext_noop("The usual cost of a day climbs slowly. Looked at once an hour."),
             Unit.SIGMA, (), every_minutes=60),
        Kind("rate", gettext_noop("A share is too high"),
             gettext_noop("The share lies over the bound in both windows, on enough runs."), Unit.PERCENT, _WINDOWS),
        Kind("provider_errors", gettext_noop("The model’s provider fails"),
             gettext_noop("Calls to the model that brought no reply, of all calls."), Unit.PERCENT, _WINDOWS),
        Kind("stuck_runs", gettext_noop("Requests are not taken up"),
             gettext_noop("How long the oldest request waits for a worker. No bound: as the readiness probe has it."),
             Unit.SECONDS, scoped=False),
        Kind("sweeper_age", gettext_noop("The sweeper is late"),
             gettext_noop("How long ago somebody last swept. No bound: as the readiness probe has it."),
             Unit.SECONDS, scoped=False),
        Kind("budget", gettext_noop("A budget runs out"),
             gettext_noop("How much of a day’s or a month’s budget is spent or set aside."),
             Unit.PERCENT, scoped=False),
    )
}  # fmt: skip

MEASURES = {
    "not_finished": _("Not finished on its own"),
    "tool_errors": _("Tool errors"),
    "limits": _("Hit a limit"),
    "escalation": _("Passed to a person"),
}
"""What a rule of the kind "rate" counts; what is bad is the hit."""

NUMBERS = {
    "warn_at": _("Warn from"),
    "alert_at": _("Alert from"),
    "short_minutes": _("Short window, minutes"),
    "long_minutes": _("Long window, minutes"),
    "min_runs": _("Not judged under so many"),
    "min_count": _("And so many cases at least"),
    "raw_count": _("Alert at so many cases in the short window, whatever the share"),
    "floor_nano": _("Silent below, dollars"),
    "ceiling_nano": _("Alert from this many dollars, whatever is usual"),
    "again_minutes": _("Say it again after, minutes"),
}
