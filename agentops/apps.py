"""The machine as a Django app."""

from django.apps import AppConfig


class AgentopsConfig(AppConfig):
    """Tables of the agent engine."""

    name = "agentops"
    verbose_name = "Agent engine"
