"""How figures, changes and groups are said."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from agentops.domain.tallies import Tally
from agentops.domain.tiers import ActionTier
from agentops.domain.visible_text import show_text
from agentops.models import TaskType, ToolPolicy
from agentops.models.runs import CHANNELS
from supervision.metrics.comparing import Change, Split
from supervision.metrics.definitions import Metric, Unit
from supervision.metrics.figures import Figure
from supervision.phrases import named
from supervision.policy_versions import name_policies
from supervision.wording import NANO, count, say_cost, say_duration, say_money


def say_value(metric: Metric, value: float) -> str:
    """ "92.1%", "3.4", "4.2 s", "$0.031"."""
    match metric.unit:
        case Unit.PERCENT:
            return f"{100 * value:.1f}%"
        case Unit.SECONDS:
            return say_duration(round(max(0.0, value)))
        case Unit.DOLLARS:
            return say_cost(round(max(0.0, value)))
        case Unit.STEPS:
            return f"{max(0.0, value):.1f}"


def say_figure(figure: Figure) -> str:
    """The figure as a cell shows it; "≥" where it is a lower bound, "unpriced" where nothing of it is known."""
    if figure.value is None:
        return "–"
    if figure.floor:
        return f"≥ {say_value(figure.metric, figure.value)}" if figure.numerator else _("unpriced")
    return say_value(figure.metric, figure.value)


def say_range(figure: Figure) -> str:
    """ "87.4% to 95.0%"; of a lower bound only the lower end."""
    if figure.interval is None or figure.value is None:
        return ""
    low, high = (say_value(figure.metric, end) for end in (figure.interval.low, figure.interval.high))
    if figure.floor:
        return _("at least %(low)s") % {"low": low} if figure.interval.low > 0 else ""
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def say_counted(figure: Figure) -> str:
    """ "45 of 50 runs", "2 of 100 calls", "50 runs": what stands above and below the line."""
    metric = figure.metric
    if not figure.denominator:
        return _("no tool calls") if metric.counts == "call" and figure.runs == 0 else _("no run to count")
    below = count(figure.denominator, metric.counts)
    return _("%(n)s of %(all)s") % {"n": f"{figure.numerator:,}", "all": below} if metric.rate else below


def say_needed(figure: Figure) -> str:
    """ "At least 23 more runs needed"."""
    if figure.needed is None or not figure.denominator:
        return ""
    more = count(figure.needed, "more run")
    return _("About %(more)s like these would settle it") % {"more": more}


def say_step(metric: Metric, by: float) -> str:
    """How far a figure moved, with its sign: "+1.2 points", "-0.4 s"."""
    sign = "+" if by >= 0 else "−"
    size = abs(by)
    match metric.unit:
        case Unit.PERCENT:
            return _("%(size)s points") % {"size": f"{sign}{100 * size:.1f}"}
        case Unit.SECONDS:
            return f"{sign}{say_duration(round(size))}"
        case Unit.DOLLARS:
            return f"{sign}{say_money(size / NANO)}"
        case Unit.STEPS:
            return f"{sign}{size:.1f}"


def say_change(metric: Metric, change: Change | None) -> tuple[str, str]:
    """The change in words, and "better", "worse" or "" where it may be chance."""
    if change is None:
        return _("nothing to compare with"), ""
    words = say_step(metric, change.by)
    if not change.certain:
        return _("%(step)s, may be chance") % {"step": words}, ""
    better = (change.by > 0) == metric.higher_is_better
    return (_("%(step)s, better") if better else _("%(step)s, worse")) % {
        "step": words
    }, "better" if better else "worse"


def say_split(metric: Metric, split: Split) -> str:
    """What a change is made of."""
    said = _("%(how)s from how tasks went, %(which)s from which tasks came in") % {
        "how": say_step(metric, split.performance),
        "which": say_step(metric, split.mix),
    }
    return _("Mix changed. %(said)s") % {"said": said} if split.contrary else said


def say_asked_back(tally: Tally) -> str:
    """ "4 asked the caller back"."""
    return _("%(n)s asked the caller back") % {"n": f"{tally.asked_back:,}"} if tally.asked_back else ""


def name_groups(by: str, values: Mapping[str, object] | list[str]) -> dict[str, str]:
    """What each group of a dimension is called on the page."""
    known: dict[str, str] = {}
    if by == "task_type":
        known = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    elif by == "tool":
        known = {
            tool: named(label) for tool, label in ToolPolicy.objects.exclude(label="").values_list("tool", "label")
        }
    elif by == "channel":
        known = {slug: _(str(name)) for slug, name in CHANNELS}
    elif by == "tier":
        known = {tier.value: _(tier.words) for tier in ActionTier}
    elif by == "policy":
        known = {str(number): name for number, name in name_policies().items()}
    return {value: show_text(known.get(value) or _name(by, value)) for value in values}


def _name(by: str, value: str) -> str:
    if by in {"prompt", "policy"}:
        return _("Version %(n)s") % {"n": value}
    if not value:
        return {"tier": _("No tool asked for"), "model": _("No model spoke"), "task_type": _("Not sorted")}.get(by, "–")
    return value.replace("_", " ").capitalize() if by in {"outcome", "tool"} else value
