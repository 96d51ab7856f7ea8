"""For what a template takes straight from a row: foreign text never reaches a page as it is stored."""

from django import template

from agentops.domain.visible_text import show_text
from supervision.phrases import tell

register = template.Library()


@register.filter
def shown(text: str) -> str:
    """The text as a person may see it; templates escape it like any other."""
    return show_text(str(text or ""))


@register.filter
def told(text: str) -> str:
    """A sentence of the machine in the reader's language."""
    return tell(text or "")
