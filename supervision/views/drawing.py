"""The rows of the list as HTML. They are the same for everybody, so each is drawn once and not for every open desk."""

from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language

from supervision.inbox.desk import Desk
from supervision.inbox.rows import Row


class DrawnGroup(NamedTuple):
    """A heading, and the rows under it as HTML."""

    name: str
    rows: list[str]


def draw_groups(desk: Desk, *, selected: str) -> list[DrawnGroup]:
    """The list's groups; the row of the key `selected` is marked."""
    language = get_language()
    return [
        DrawnGroup(group.name, [_draw_row(row, desk.view, row.key == selected, language) for row in group.rows])
        for group in desk.groups
    ]


@lru_cache(maxsize=1_000)
def _draw_row(row: Row, view: str, selected: bool, language: str | None) -> str:
    """The row in the language that is spoken at the moment, which is named only to tell the drawings apart."""
    return render_to_string("supervision/_row.html", {"row": row, "view": view, "selected": selected})
