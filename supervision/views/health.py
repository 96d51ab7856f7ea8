"""Whether this process lives, and whether the machine behind it does its work; for probes, without a login."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from supervision.runs.listing import oldest_unstarted_seconds
from supervision.views.access import open_to_all

LONGEST_WAIT_SECONDS = 60


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
    """The database answers, and no run has waited longer for a worker than a lost doorbell explains."""
    try:
        waited = oldest_unstarted_seconds()
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    ready = waited <= LONGEST_WAIT_SECONDS
    return JsonResponse(
        {"ready": ready, "database": True, "oldest_unstarted_seconds": waited}, status=200 if ready else 503
    )
