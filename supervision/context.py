"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from agentops.domain.visible_text import show_text
from agentops.models import read_stops
from supervision.inbox.rows import count_waiting
from supervision.models import Preferences
from supervision.roles import Permission, Role, display_name, may
from supervision.wording import name_configured_speaker, say_time

_PLACES = (
    ("queue", _("Approvals"), "tick", Permission.SEE_QUEUE),
    ("runs", _("Runs"), "lines", Permission.SEE_RUNS),
    ("metrics", _("Metrics"), "chart", Permission.SEE_METRICS),
    ("tools", _("Tools"), "sliders", Permission.SET_TIERS),
)
_HOME_OF = {"request": "queue", "answer": "queue", "resolve": "queue", "handoff": "queue", "close_handoff": "queue",
            "undo": "queue", "end_hold": "queue", "more_time": "queue", "edit": "queue", "edit_request": "queue",
            "run": "runs", "new_run": "runs", "stop_run": "runs", "save_tool": "tools"}  # fmt: skip


def desk(request: HttpRequest) -> dict[str, Any]:
    """Navigation, the person's name and role, who speaks for the model, and how fresh the page is."""
    role: Role | None = getattr(request, "role", None)
    here = request.resolver_match.url_name if request.resolver_match else ""
    name = show_text(display_name(request.user)) if role else ""
    return {
        "places": [
            {"url": url, "label": label, "icon": icon, "here": _HOME_OF.get(here or "", here) == url}
            for url, label, icon, permission in _PLACES
            if may(role, permission)
        ],
        "waiting_count": SimpleLazyObject(count_waiting) if role else 0,
        "me": {"name": name, "initials": _initials(name), "role": role},
        "wants": SimpleLazyObject(lambda: Preferences.objects.filter(user=request.user.pk).first() or Preferences()),
        "stops": SimpleLazyObject(lambda: read_stops().rows) if role else (),
        "may_see_access": may(role, Permission.SEE_ACCESS),
        "may_stop": may(role, Permission.STOP_WORK),
        "may_see_cost": may(role, Permission.SEE_COST),
        "may_see_raw": may(role, Permission.SEE_RAW),
        "speaker": name_configured_speaker(),
        "offline": settings.MODEL_PROVIDER == "offline",
        "zone": settings.TIME_ZONE,
        "up_to_date": say_time(timezone.now()),
        "request_id": getattr(request, "request_id", ""),
    }


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2] if word[0].isalpha()).upper()
