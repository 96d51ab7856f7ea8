"""For what a template takes straight from a row: foreign text never reaches a page as it is stored."""

from django import template

from agentops.domain.visible_text import show_text

register = template.Library()


@register.filter
def shown(text: str) -> str:
    """The text as a person may see it; templates escape it like any other."""
    return show_text(str(text or ""))
