"""Whether this process lives, and whether the machine behind it does its work; for probes, without a login."""

from dataclasses import asdict

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from agentops.startup import ping_redis
from supervision.runs.readiness import read_readiness
from supervision.views.access import open_to_all

BROKER_SECONDS = 1.0


@login_not_required
@open_to_all
@require_safe
def show_alive(request: HttpRequest) -> HttpResponseBase:
    """This process answers."""
    return JsonResponse({"alive": True})


@login_not_required
@open_to_all
@require_safe
def show_ready(request: HttpRequest) -> HttpResponseBase:
    """The database answers, somebody sweeps, and runs are taken up. A silent broker and a stop are said, and no fault:
    doorbells are rung again, and who stopped everything needs this page to answer.
    """
    try:
        found = read_readiness()
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    broker = "silent" if ping_redis(seconds=BROKER_SECONDS) else "well"
    facts = {"ready": found.ready, "database": True, **asdict(found), "broker": broker}
    return JsonResponse(facts, status=200 if found.ready else 503)
