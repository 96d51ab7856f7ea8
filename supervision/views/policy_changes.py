"""What changes of tools, types of task and models have in common: the check page, the saving, what is told of it."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _

from agentops.domain.policy.changes import Difference, is_looser, is_stricter
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RoutingSetting, TaskSetting
from supervision import actions
from supervision.second_admin import has_second_admin
from supervision.views.access import DeskRequest
from supervision.views.sent import read_number
from supervision.wording import count


def frame_check(
    request: DeskRequest,
    setting: ToolSetting | TaskSetting | RoutingSetting,
    differences: list[Difference],
    *,
    version: int,
    returns_to: int | None,
    refused: actions.Refused | None,
) -> dict[str, Any]:
    """What every check page says of a change, and what its form sends on."""
    return {
        "differences": differences,
        "looser": is_looser(differences),
        "alone": not has_second_admin(request.user),
        "stricter": is_stricter(differences),
        "setting": setting.model_dump_json(),
        "version": version,
        "returns_to": returns_to,
        "reason": request.POST.get("reason", ""),
        "refused": refused,
    }


def read_returns_to(request: DeskRequest) -> int | None:
    """The earlier version that is to come back; None where the form brings a setting of its own."""
    return read_number(request, "returns_to") if request.POST.get("returns_to") else None


def save_change(
    request: DeskRequest, *, kind: str, subject: str, setting: ToolSetting | TaskSetting | RoutingSetting
) -> actions.PolicyOutcome:
    """Save what was checked, or propose it to a second admin."""
    same: dict[str, Any] = {
        "user": request.user,
        "kind": kind,
        "subject": subject,
        "version": read_number(request, "version"),
        "reason": request.POST.get("reason", ""),
    }
    returns_to = read_returns_to(request)
    if returns_to is None:
        return actions.change_policy(after=setting, **same)
    return actions.return_policy(to_version=returns_to, **same)


def tell_saved(request: DeskRequest, told: actions.Changed | actions.Proposed, *, name: str) -> None:
    """Say above the next page what became of the change."""
    if isinstance(told, actions.Proposed):
        words = _("%(name)s: this gives more room, so it waits for a second admin.")
        messages.success(request, words % {"name": name})
        return
    number = {"number": count(told.invalidated, "waiting request")}
    withdrawn = _(" %(number)s withdrawn.") % number if told.invalidated else ""
    messages.success(request, _("Saved: %(name)s.") % {"name": name} + withdrawn)
