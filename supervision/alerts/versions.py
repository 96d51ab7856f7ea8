"""What decides how much a request of one kind costs: its prompt, its models and their prices."""

import hashlib
import json
from datetime import date

from django.conf import settings
from django.db.models import Q

from agentops.models import ModelRoute, Price, TaskType


def read_fingerprints(*, today: date) -> dict[str, str]:
    """For each type of task a short name of its prompt's version, its routes and the prices in force."""
    routes = list(
        ModelRoute.objects.filter(provider=settings.MODEL_PROVIDER, valid_from__lte=today).order_by("valid_from")
    )
    in_force = Price.objects.filter(Q(valid_until=None) | Q(valid_until__gt=today), valid_from__lte=today)
    prices: dict[str, list[str]] = {}
    for pk, model in in_force.order_by("pk").values_list("pk", "model"):
        prices.setdefault(model, []).append(str(pk))
    found = {}
    for task in TaskType.objects.all():
        general = {route.decision: route.model for route in routes if route.task_type_id is None}
        own = {route.decision: route.model for route in routes if route.task_type_id == task.pk}
        models = sorted({**general, **own}.items())
        facts = [task.prompt_version, models, [prices.get(model, []) for _, model in models]]
        found[task.slug] = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
    return found
