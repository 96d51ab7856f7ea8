"""The form that changes a request first, as a worker filled it with choices; and what was changed, to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext
from pydantic import ValidationError

from agentops.domain.cards import Change, EditNote
from agentops.domain.edits import Choice, Control, ControlKind, EditForm, read_form
from agentops.domain.lifecycle import CallStatus
from agentops.models import CallEdit, ToolCall
from supervision.cards import read_card
from supervision.inbox.notices import notice_of
from supervision.phrases import tell
from supervision.wording import say_when

NOBODY_ANSWERS = timedelta(seconds=5)
"""A worker takes some tens of milliseconds; after this long there is none, or it is very busy."""


@dataclass(frozen=True, slots=True)
class Field:
    """One control as the page draws it: choices under their headings."""

    control: Control
    groups: list[tuple[str, list[Choice]]]

    @property
    def id(self) -> str:
        """What labels and errors point to."""
        return f"edit-{self.control.name}"

    @property
    def is_choice(self) -> bool:
        """Whether something is chosen from a list, be it an argument or a narrowing."""
        return self.control.kind is not ControlKind.TEXT

    @property
    def unchosen(self) -> bool:
        """Whether nothing on the list is chosen yet."""
        return self.is_choice and not self.control.offered


@dataclass(frozen=True, slots=True)
class EditPage:
    """One edit. `pending` while no worker has answered, `alone` where none seems to be there.

    `overtaken` tells in a sentence that the request was answered or withdrawn meanwhile.
    """

    edit: CallEdit
    pending: bool
    alone: bool
    narrows: list[Field]
    fields: list[Field]
    note: str
    problem: str
    overtaken: str

    @property
    def has_form(self) -> bool:
        """Whether there is something to fill in."""
        return bool(self.fields)

    @property
    def errors(self) -> list[Field]:
        """The fields that have to be mended."""
        return [field for field in [*self.narrows, *self.fields] if field.control.error]


@dataclass(frozen=True, slots=True)
class Changed:
    """How a request came to be what it is: what it was changed into, or what it was changed from, and by whom."""

    edit: EditNote | None
    at: str
    first: int | None
    successor: int | None

    @property
    def lines(self) -> list[Change]:
        """The lines that differ; a text that only follows from them stands below, in what will change."""
        shown = self.edit.shown if self.edit else []
        return [line for line in shown if not line.is_message] or shown


def find_edit(edit_id: int, *, call_id: int) -> CallEdit | None:
    """The edit of that call."""
    return CallEdit.objects.select_related("call").filter(pk=edit_id, call=call_id, looks=False).first()


def read_refused(edit: CallEdit, *, now: datetime, values: Mapping[str, str], note: str, problem: str) -> EditPage:
    """The edit's page with what was filled in and could not be used, so that nothing is lost."""
    page = read_edit(edit, now=now)
    fields = [_field(control) for control in _parse_form(edit).filled(values, {}).controls]
    narrows, others = _sort(fields)
    return replace(page, narrows=narrows, fields=others, note=note, problem=problem)


def read_edit(edit: CallEdit, *, now: datetime) -> EditPage:
    """The edit's page: waiting for a worker, or the form as it was answered."""
    form = _parse_form(edit)
    narrows, others = _sort([_field(control) for control in form.controls])
    return EditPage(
        edit=edit,
        pending=edit.answered_at is None,
        alone=edit.answered_at is None and now - edit.asked_at > NOBODY_ANSWERS,
        narrows=narrows,
        fields=others,
        note=edit.note,
        problem=tell(form.problem or edit.problem),
        overtaken=_overtaken(edit.call, now=now),
    )


def read_changed(call: ToolCall, *, now: datetime) -> Changed | None:
    """What staff changed of this request, or that it gave its place to a changed one; None where nobody changed it."""
    card = read_card(call)
    edit = card.edit if card else None
    superseded = call.status == CallStatus.SUPERSEDED
    if edit is None and not superseded:
        return None
    successor = call.successors.values_list("pk", flat=True).first() if superseded else None
    return Changed(edit, at=say_when(edit.at, now=now) if edit else "", first=call.supersedes_id, successor=successor)


def _overtaken(call: ToolCall, *, now: datetime) -> str:
    """Who was faster, while somebody still fills the form in; nobody was where it waits again after an undo."""
    if call.status == CallStatus.AWAITING:
        if call.expires_at is None or call.expires_at > now:
            return ""
        return gettext("Time ran out at %(at)s.") % {"at": say_when(call.expires_at, now=now)}
    notice = notice_of(call, read_card(call), now=now)
    return notice.fact if notice else ""


def _sort(fields: list[Field]) -> tuple[list[Field], list[Field]]:
    """What only shortens the choices, and what is an argument."""
    narrows = [field for field in fields if field.control.kind is ControlKind.NARROW]
    return narrows, [field for field in fields if field not in narrows]


def _field(control: Control) -> Field:
    """The control with every word as a person may see it; what stands in it stays what it is, since it is sent back."""
    choices = [one.model_copy(update={"label": tell(one.label), "group": tell(one.group)}) for one in control.choices]
    words = {name: tell(getattr(control, name)) for name in ("label", "hint", "error")}
    shown = control.model_copy(update={**words, "choices": choices})
    return Field(shown, [(name, list(same)) for name, same in groupby(choices, key=lambda one: one.group)])


def _parse_form(edit: CallEdit) -> EditForm:
    try:
        return read_form(edit.form or {})
    except ValidationError:
        return EditForm()
