"""For what a template takes straight from a row: foreign text never reaches a page as it is stored."""

from django import template

from agentops.domain.visible_text import show_text
from supervision.phrases import named, tell

register = template.Library()


@register.filter
def shown(text: str) -> str:
    """The text as a person may see it; templates escape it like any other."""
    return show_text(str(text or ""))


@register.filter
def told(text: str) -> str:
    """A sentence of the machine in the reader's language."""
    return tell(text or "")


@register.filter
def called(name: str) -> str:
    """What a tool, a type of task or an argument is called, in the reader's language where it is a name of ours."""
    return show_text(named(str(name or "")))
