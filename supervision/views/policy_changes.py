"""What changes of tools, types of task and models have in common: the check page, the saving, what is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agentops.domain.policy.changes import Difference, is_looser, is_stricter
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RoutingSetting, TaskSetting
from supervision import actions
from supervision.second_admin import has_second_admin
from supervision.views.access import DeskRequest
from supervision.views.sent import read_number, read_setting
from supervision.wording import count

Setting = ToolSetting | TaskSetting | RoutingSetting
S = TypeVar("S", ToolSetting, TaskSetting, RoutingSetting)


@dataclass(frozen=True, slots=True)
class Pages:
    """How one setting is shown: `fill` puts it, and what is wrong with it (`errors`), into its form; `show` draws the
    page with the form, `check` the page that checks a change.
    """

    fill: Callable[..., Any]
    show: Callable[..., HttpResponse]
    check: Callable[..., HttpResponse]


def frame_check(
    request: DeskRequest,
    setting: Setting,
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


def check_known(
    request: DeskRequest, pages: Pages, *, of: type[S], at: Callable[[int], S | None]
) -> HttpResponse | None:
    """The page for a setting that needs no reading of the form: back in the form (`again`), or as an earlier version
    had it (`returns_to`); None where the form itself has to be read.
    """
    version = read_number(request, "version")
    if "again" in request.POST:
        return pages.show(pages.fill(read_setting(request, of)), version=version)
    if "returns_to" not in request.POST:
        return None
    returns_to = read_number(request, "returns_to")
    setting = at(returns_to)
    if setting is None:
        raise BadRequest("There is no such version.")
    return pages.check(setting, version=version, returns_to=returns_to)


def save_checked(
    request: DeskRequest, pages: Pages, *, kind: str, subject: str, setting: Setting, name: str, back: tuple[Any, ...]
) -> HttpResponseBase:
    """Save what was checked, or propose it to a second admin; what cannot be saved stands in its form, nothing lost."""
    version, returns_to = read_number(request, "version"), _read_returns_to(request)
    told = _save_change(request, kind=kind, subject=subject, setting=setting)
    if isinstance(told, actions.Refused) and told.field == "reason":
        return pages.check(setting, version=version, returns_to=returns_to, refused=told)
    if isinstance(told, actions.Refused):
        return pages.show(pages.fill(setting, errors={told.field or "form": told.message}), version=version, status=400)
    if isinstance(told, actions.Conflict):
        return pages.show(pages.fill(setting), version=told.version, theirs=told.theirs, told=told.message, status=409)
    _tell_saved(request, told, name=name)
    return redirect(*back)


def _read_returns_to(request: DeskRequest) -> int | None:
    """The earlier version that is to come back; None where the form brings a setting of its own."""
    return read_number(request, "returns_to") if request.POST.get("returns_to") else None


def _save_change(request: DeskRequest, *, kind: str, subject: str, setting: Setting) -> actions.PolicyOutcome:
    same: dict[str, Any] = {
        "user": request.user,
        "kind": kind,
        "subject": subject,
        "version": read_number(request, "version"),
        "reason": request.POST.get("reason", ""),
    }
    returns_to = _read_returns_to(request)
    if returns_to is None:
        return actions.change_policy(after=setting, **same)
    return actions.return_policy(to_version=returns_to, **same)


def _tell_saved(request: DeskRequest, told: actions.Changed | actions.Proposed, *, name: str) -> None:
    """Say above the next page what became of the change."""
    if isinstance(told, actions.Proposed):
        words = _("%(name)s: this gives more room, so it waits for a second admin.")
        messages.success(request, words % {"name": name})
        return
    number = {"number": count(told.invalidated, "waiting request")}
    withdrawn = _(" %(number)s withdrawn.") % number if told.invalidated else ""
    messages.success(request, _("Saved: %(name)s.") % {"name": name} + withdrawn)
