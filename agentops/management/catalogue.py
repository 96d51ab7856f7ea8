"""Fills an empty database with what a new installation starts with; what an admin changed since is left alone."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from agentops.domain.tiers import ActionTier
from agentops.models import ModelRetirement, ModelRoute, Price, TaskType, ToolPolicy
from agentops.tools.registry import all_tools

CATALOGUE = Path(__file__).with_suffix(".toml")
NANO_PER_MILLIONTH = 1_000
"""USD per million tokens times this is nanodollars per token."""


@transaction.atomic
def load_catalogue() -> None:
    """Add the task types, routes, prices and ends of models that are not there yet."""
    found = tomllib.loads(CATALOGUE.read_text(), parse_float=Decimal)
    for entry in found["task_type"]:
        _add_task_type(entry, prompt=found["prompt"]["text"].strip())
    for entry in found["route"]:
        _add_routes(entry)
    for entry in found["price"]:
        _add_price(entry)
    for entry in found["retirement"]:
        ModelRetirement.objects.get_or_create(
            model=entry["model"],
            defaults={
                "retires_on": entry["on"],
                "successor": entry["successor"],
                "settled": entry.get("settled", True),
            },
        )


@transaction.atomic
def sync_tools(*, accept_floors: bool) -> int:
    """Copy what the code says of each tool into its policy row; returns how many tools are unclassified.

    A new tool stays unclassified, and so destructive, until an admin gives it a tier; `accept_floors` gives every
    unclassified tool the tier its author wrote.
    """
    for tool in all_tools():
        floor = tool.floor.value if tool.floor else ""
        facts = {
            "floor": floor,
            "label": tool.name.replace("_", " ").capitalize(),
            "description": tool.description,
            "effect": tool.effect.value,
            "described": tool.described,
            "subjects": [subject.model_dump(mode="json") for subject in tool.subjects],
        }
        policy, _ = ToolPolicy.objects.update_or_create(tool=tool.name, defaults=facts)
        if accept_floors and not policy.tier and floor:
            ToolPolicy.objects.filter(pk=policy.pk).update(tier=floor)
    return ToolPolicy.objects.filter(tier="").count()


def _add_task_type(entry: dict[str, Any], *, prompt: str) -> None:
    TaskType.objects.get_or_create(
        slug=entry["slug"],
        defaults={
            "name": entry["name"],
            "description": entry["description"],
            "sorts": entry.get("sorts", False),
            "toolset": "clinic",
            "prompt": prompt,
            "permitted_tiers": [tier.value for tier in ActionTier],
        },
    )


def _add_routes(entry: dict[str, Any]) -> None:
    for decision, max_tokens in entry["decisions"].items():
        ModelRoute.objects.get_or_create(
            task_type=None,
            decision=decision,
            provider=entry["provider"],
            valid_from=date(2026, 10, 7),
            defaults={"model": entry["model"], "max_tokens": max_tokens},
        )


def _add_price(entry: dict[str, Any]) -> None:
    nano = [int(Decimal(str(usd)) * NANO_PER_MILLIONTH) for usd in entry["usd"]]
    Price.objects.get_or_create(
        model=entry["model"],
        valid_from=entry["from"],
        above_prompt_tokens=entry.get("above_prompt_tokens", 0),
        defaults={
            "valid_until": entry.get("until"),
            "input_nano": nano[0],
            "output_nano": nano[1],
            "cache_write_5m_nano": nano[2],
            "cache_write_1h_nano": nano[3],
            "cache_read_nano": nano[4],
        },
    )
