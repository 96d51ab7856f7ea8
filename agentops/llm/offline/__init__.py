"""A planner that needs no model, no network and no clock: it reads the words by grammar and works through the tools."""

from agentops.llm.offline.planner import OfflinePlanner

__all__ = ["OfflinePlanner"]
