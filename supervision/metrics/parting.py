"""The groups of a breakdown: the counts of `reading`, and by model those that only the steps of a run know."""

from collections import defaultdict

from agentops.domain.tallies import tally_facts
from agentops.models import RunFact, Step
from supervision.metrics.cohorts import Cohort, find_facts
from supervision.metrics.prepared import Prepared
from supervision.metrics.reading import Breakdown, read_breakdown


def read_groups(cohort: Cohort, *, by: str, prepared: Prepared | None = None) -> Breakdown:
    """Count the runs of a cohort, together and by group. By model a run counts for every one that it called."""
    return _read_by_model(cohort) if by == "model" else read_breakdown(cohort, by=by, prepared=prepared)


def _read_by_model(cohort: Cohort) -> Breakdown:
    facts = {fact.pk: fact for fact in find_facts(cohort)}
    called = Step.objects.filter(run__in=find_facts(cohort).values("run")).exclude(kind="note").exclude(model="")
    found: dict[str, list[RunFact]] = defaultdict(list)
    for run, model in called.values_list("run", "model").distinct().order_by():
        if run in facts:
            found[model].append(facts[run])
    return Breakdown(
        tally_facts((fact, fact.tools_executed, fact.tool_errors) for fact in facts.values()),
        {
            model: tally_facts((fact, fact.tools_executed, fact.tool_errors) for fact in used)
            for model, used in found.items()
        },
    )
