"""What staff may change of a call before they decide: typed controls with real choices, and what came of a change."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from agentops.domain.cards import Card, Change, EditedValue, EditNote
from agentops.domain.phrases import Stored, Words, find_words, keep_words, say


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ControlKind(StrEnum):
    """`NARROW` is no argument: it only shortens the choices of others. `TEXT` is the exact words."""

    NARROW = "narrow"
    CHOICE = "choice"
    TEXT = "text"


class Choice(_Frozen):
    """One thing that can be chosen. Choices of one `group` stand together under its name."""

    value: str
    label: Words
    group: Words = ""


class Control(_Frozen):
    """One field of the form. `value` is what stands in it, `error` why that cannot be, in a sentence for staff."""

    name: str
    label: Words
    kind: ControlKind
    value: str = ""
    choices: list[Choice] = []
    hint: Words = ""
    max_chars: int = 0
    lines: int = 1
    error: Words = ""

    @property
    def offered(self) -> bool:
        """Whether what stands in it is one of the choices."""
        return any(choice.value == self.value for choice in self.choices)


class EditForm(_Frozen):
    """Everything that may be changed of one call, with what may be chosen as of one moment.

    `problem` says why a change cannot be made as a whole. `words` tells what its phrases are made of, while it is
    stored: see `stored` and `read_form`.
    """

    controls: list[Control] = []
    problem: Words = ""
    words: dict[str, Stored] = {}

    @property
    def stored(self) -> dict[str, Any]:
        """The form as JSON values, with what its phrases are made of."""
        return self.model_copy(update={"words": keep_words(self)}).model_dump(mode="json")

    @property
    def narrows(self) -> bool:
        """Whether some of it only shortens the choices."""
        return any(control.kind is ControlKind.NARROW for control in self.controls)

    def filled(self, values: Mapping[str, str], errors: Mapping[str, str]) -> "EditForm":
        """The form as somebody filled it in, each error next to its field."""
        return EditForm(controls=[_filled(control, values, errors) for control in self.controls])


def read_form(stored: Any) -> EditForm:
    """A stored form with its phrases. Raises ValidationError where it cannot be read."""
    form = EditForm.model_validate(stored)
    return find_words(form.model_copy(update={"words": {}}), form.words)


def _filled(control: Control, values: Mapping[str, str], errors: Mapping[str, str]) -> Control:
    given = {"value": values.get(control.name, control.value), "error": errors.get(control.name, "")}
    return control.model_copy(update=given)


def mark_edited(
    card: Card, *, before: Card | None, was: Mapping[str, Any], now: Mapping[str, Any], by: str, at: datetime, note: str
) -> Card:
    """The card of a changed call, with who changed what: in arguments for the model, in the card's words for people.

    What was changed twice is told against what was proposed first; what was changed back is not told at all.
    """
    earlier = before.edit if before else None
    first = {**was, **({value.name: value.was for value in earlier.values} if earlier else {})}
    names = sorted(name for name in {*first, *now} if first.get(name) != now.get(name))
    if not names:
        return card
    values = [EditedValue(name=name, was=first.get(name), now=now.get(name)) for name in names]
    edit = EditNote(by=by, at=at, note=note, values=values, shown=_differences(before, card))
    return card.model_copy(update={"edit": edit})


def _differences(before: Card | None, after: Card) -> list[Change]:
    """The lines in which two cards differ; `now` is what was proposed first."""
    proposed = {change.label: change.then for change in before.changes} if before else {}
    if before and before.edit:
        proposed |= {line.label: line.now for line in before.edit.shown}
    then = {change.label: change for change in after.changes}
    lines = [
        Change(
            label=label,
            now=proposed.get(label, say("None")),
            then=then[label].then if label in then else say("None"),
            is_message=label in then and then[label].is_message,
        )
        for label in {**then, **proposed}
    ]
    return [line for line in lines if line.now != line.then]
