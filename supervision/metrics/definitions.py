"""What each of the seven figures means and what it should be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `rate` figures are shares of runs or calls, the others are means per run."""

    slug: str
    name: str
    short: str
    target: float
    target_words: str
    higher_is_better: bool
    rate: bool
    means: str


METRICS = (
    Metric("completion", "Finished on its own", "Finished", 0.90, "over 90%", True, True,
           "Runs that ended with an answer, of all runs that ended. A run that asked the caller back is a conversation "
           "under way: it is named beside the figure and counts neither for nor against it."),
    Metric("iterations", "Steps per run", "Steps", 5, "under 5", False, False,
           "Model turns per run, on average."),
    Metric("latency", "Working time per run", "Working time", 10_000, "under 10 s", False, False,
           "Time the assistant itself worked, on average. Waiting for a person stands in its own column."),
    Metric("cost", "Cost per run", "Cost", 50_000_000, "under $0.05", False, False,
           "Price of all model calls of a run, on average. A call without a known price makes it a lower bound."),
    Metric("tool_errors", "Tool errors", "Tool errors", 0.05, "under 5%", False, True,
           "Tool calls that failed, of all that were run. What was not allowed or turned down is not counted."),
    Metric("limits", "Hit a limit", "Hit a limit", 0.02, "under 2%", False, True,
           "Runs that a limit stopped, of all runs that ended."),
    Metric("escalation", "Passed to a person", "Passed on", 0.10, "under 10%", False, True,
           "Runs handed to a person, of all runs that ended. What a rule put to a person for a yes is not counted."),
)  # fmt: skip
