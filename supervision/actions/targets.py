"""What managers want the figures to be."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agentops.audit import append_entry
from agentops.models import TaskType
from supervision.actions.outcomes import Refused
from supervision.models import MetricTarget
from supervision.roles import Permission, display_name, require

MOST = Decimal("99999999.9999")
FINEST = Decimal("0.0001")


@transaction.atomic
def set_targets(*, user: User, task_type: str, targets: Mapping[str, str], most: Mapping[str, int]) -> int | Refused:
    """Set targets of one type of task, or of all ("") that have none of their own; how many changed, or why none did.

    `targets` are the numbers as typed, by figure; an empty one takes the target away. `most` bounds some of them.
    """
    require(user, Permission.SET_TARGETS)
    if task_type and not TaskType.objects.filter(slug=task_type).exists():
        return Refused("unknown", _("There is no such type of task."))
    wanted = {metric: read_number(typed) for metric, typed in targets.items()}
    wrong = {
        metric: said for metric, typed in targets.items() if (said := _say_wrong(typed, most=most.get(metric, MOST)))
    }
    if wrong:
        return Refused("unreadable", next(iter(wrong.values())), next(iter(wrong)), wrong=wrong)
    kept = dict(MetricTarget.objects.select_for_update().filter(task_type=task_type).values_list("metric", "value"))
    changed = {metric: value for metric, value in wanted.items() if kept.get(metric) != value}
    for metric, value in changed.items():
        _write(metric, task_type, value, who=display_name(user))
    if changed:
        facts = {metric: [_said(kept.get(metric)), _said(value)] for metric, value in changed.items()}
        append_entry(who=display_name(user), what="targets.changed", subject=task_type or "all tasks", facts=facts)
    return len(changed)


def read_number(typed: str) -> Decimal | None:
    """A number above nothing as somebody types it, to four places; None: it is none."""
    try:
        value = Decimal(typed.strip().strip("%$").strip().replace(",", "."))
        value = value.quantize(FINEST)
    except (InvalidOperation, ValueError):
        return None
    return value if value.is_finite() and value > 0 else None


def _say_wrong(typed: str, *, most: Decimal | int) -> str:
    """What is wrong with a number as typed; nothing where it is good or empty."""
    value = read_number(typed)
    if value is None and typed.strip():
        return _("“%(typed)s” is not a number above 0.") % {"typed": typed[:20]}
    if value is not None and value > most:
        return _("%(typed)s is too high: %(most)s at most.") % {"typed": typed[:20], "most": most}
    return ""


def _write(metric: str, task_type: str, value: Decimal | None, *, who: str) -> None:
    if value is None:
        MetricTarget.objects.filter(metric=metric, task_type=task_type).delete()
        return
    MetricTarget.objects.update_or_create(
        metric=metric, task_type=task_type, defaults={"value": value, "who": who, "changed_at": timezone.now()}
    )


def _said(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
