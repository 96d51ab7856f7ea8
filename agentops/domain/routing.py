"""Which kind of decision a model turn is; the database says which model takes it."""

from enum import StrEnum

from agentops.domain.phrases import sayable


class DecisionType(StrEnum):
    """The four kinds of model turn, each with its own model and token cap."""

    CLASSIFY_INTENT = "classify_intent"
    SELECT_TOOL = "select_tool"
    GENERATE_RESPONSE = "generate_response"
    COMPLEX_REASONING = "complex_reasoning"

    @property
    def words(self) -> str:
        """What people read instead of the name."""
        return {
            DecisionType.CLASSIFY_INTENT: sayable("sort the request"),
            DecisionType.SELECT_TOOL: sayable("choose what to do next"),
            DecisionType.GENERATE_RESPONSE: sayable("write the answer"),
            DecisionType.COMPLEX_REASONING: sayable("think again after something failed"),
        }[self]


def decide_type(*, sorted_already: bool, last_failed: bool, acted: bool, tools_left: bool) -> DecisionType:
    """Name the coming turn.

    A run without a task type is classified first. After a failed, refused or rejected call the model has to think
    again. Once something was done, or no tool may be used any more, what is left is to answer.
    """
    if not sorted_already:
        return DecisionType.CLASSIFY_INTENT
    if last_failed:
        return DecisionType.COMPLEX_REASONING
    if acted or not tools_left:
        return DecisionType.GENERATE_RESPONSE
    return DecisionType.SELECT_TOOL
