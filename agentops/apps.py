"""The machine as a Django app."""

from django.apps import AppConfig

from agentops import checks as checks  # registers what `manage.py check` and every start look at


class AgentopsConfig(AppConfig):
    """Tables of the agent engine."""

    name = "agentops"
    verbose_name = "Agent engine"
