"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, StopScope, read_stops
from supervision.alerts.budgets import say_spent
from supervision.alerts.strip import read_raised
from supervision.inbox.desk import count_waiting
from supervision.models import Preferences
from supervision.roles import Permission, Role, display_name, may
from supervision.wording import name_configured_speaker, say_time

_PLACES = (
    ("queue", _("Approvals"), "tick", (("queue", _("Approvals"), Permission.SEE_QUEUE),)),
    ("runs", _("Runs"), "lines", (("runs", _("Runs"), Permission.SEE_RUNS),)),
    (
        "metrics",
        _("Metrics"),
        "chart",
        (
            ("metrics", _("Figures"), Permission.SEE_METRICS),
            ("costs", _("Cost"), Permission.SEE_COST),
            ("golden", _("Golden examples"), Permission.SEE_GOLDEN),
            ("targets", _("Targets"), Permission.SEE_METRICS),
            ("alerts", _("Alerts"), Permission.SEE_ALERTS),
        ),
    ),
    (
        "settings",
        _("Settings"),
        "sliders",
        (
            ("tools", _("Tools"), Permission.SET_TIERS),
            ("task_types", _("Task types"), Permission.SET_TIERS),
            ("routing", _("Models"), Permission.SET_TIERS),
            ("what_if", _("Try a call"), Permission.SET_TIERS),
            ("changes", _("Waiting changes"), Permission.SET_TIERS),
            ("people", _("People"), Permission.SET_PEOPLE),
            ("record", _("Record"), Permission.SEE_RECORD),
            ("budgets", _("Budgets"), Permission.SET_BUDGETS),
            ("viewings", _("Who saw whom"), Permission.SEE_ACCESS),
        ),
    ),
)
"""Where a person can go: places with their pages. A place is shown to whoever may open one of its pages."""

_BELOW = {
    "queue": "request answer resolve handoff close_handoff undo end_hold more_time edit edit_request"
    " together answer_together told",
    "runs": "run runs_csv runs_json new_run end_run keep_run save_golden",
    "metrics": "behind",
    "targets": "save_targets",
    "tools": "tool check_tool save_tool would_have",
    "task_types": "task_type check_task_type save_task_type",
    "routing": "check_routing save_routing",
    "changes": "confirm_change decline_change",
    "record": "export_record",
    "alerts": "silence_alert acknowledge_alert alert_rules alert_rule new_alert_rule add_channel switch_channel",
    "budgets": "save_budget",
    "people": "add_person person save_person set_active make_link reset_code save_rules",
}
_HOME_OF = {name: page for page, names in _BELOW.items() for name in names.split()}
"""The page to which a form or a page below it belongs."""


def desk(request: HttpRequest) -> dict[str, Any]:
    """Navigation, the person's name and role, who speaks for the model, and how fresh the page is."""
    role: Role | None = getattr(request, "role", None)
    here = request.resolver_match.url_name if request.resolver_match else ""
    name = show_text(display_name(request.user)) if role else ""
    stops: Any = SimpleLazyObject(lambda: read_stops().rows) if role else ()
    return {
        "places": _find_places(role, _HOME_OF.get(here or "", here or "")),
        "waiting_count": SimpleLazyObject(count_waiting) if role else 0,
        "me": {"name": name, "initials": _initials(name), "role": role},
        "wants": SimpleLazyObject(lambda: Preferences.objects.filter(user=request.user.pk).first() or Preferences()),
        "stops": stops,
        "all_stopped": SimpleLazyObject(lambda: any(stop.scope == StopScope.ALL for stop in stops)),
        "raised": SimpleLazyObject(lambda: read_raised(timezone.now())) if may(role, Permission.SEE_ALERTS) else (),
        "spent": SimpleLazyObject(lambda: say_spent(timezone.now())) if may(role, Permission.SET_BUDGETS) else (),
        "may_see_access": may(role, Permission.SEE_ACCESS),
        "may_stop": may(role, Permission.STOP_WORK),
        "may_see_cost": may(role, Permission.SEE_COST),
        "may_see_raw": may(role, Permission.SEE_RAW),
        "may_save_golden": may(role, Permission.SAVE_GOLDEN),
        "may_play_golden": may(role, Permission.PLAY_GOLDEN),
        "speaker": name_configured_speaker(),
        "offline": settings.MODEL_PROVIDER == "offline",
        "zone": settings.TIME_ZONE,
        "up_to_date": say_time(timezone.now()),
        "generated_past": SimpleLazyObject(AgentRun.objects.filter(generated=True).exists),
        "request_id": getattr(request, "request_id", ""),
    }


def _find_places(role: Role | None, here: str) -> list[dict[str, Any]]:
    places = []
    for name, label, icon, known in _PLACES:
        pages = [{"url": url, "label": words, "here": url == here} for url, words, needs in known if may(role, needs)]
        inside = any(page["here"] for page in pages)
        if pages:
            first = pages[0]["url"]
            places.append({"name": name, "url": first, "label": label, "icon": icon, "here": inside, "pages": pages})
    return places


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2] if word[0].isalpha()).upper()
