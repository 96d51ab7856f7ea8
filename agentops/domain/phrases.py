"""Sentences of ours that remember what they are made of, so that a reader's language can say them again.

A `Phrase` is its English text, which is what is stored, searched, compared and told to a model. Beside it stand the
template and the values that were put in: a name stays as it is, a phrase inside a phrase is translated like the rest.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from enum import Enum
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, WrapValidator

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Translate = Callable[[str], str]
Stored = list[Any]
"""A phrase as JSON values: its template, and its values by name, each a text or again a phrase."""


class Phrase(str):
    """An English text with the template and the values it was made of."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, str]

    def __new__(cls, template: str, values: Mapping[str, str]) -> Self:
        """The template with its values, `%(name)s` for each; without values it is taken as it stands."""
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made

    def __getnewargs__(self) -> tuple[str, Mapping[str, str]]:  # type: ignore[override]
        return self.template, self.values

    def told(self, translate: Translate, show: Translate) -> str:
        """The text in another language. `show` is put on what is not ours: the values that are plain texts."""
        template = translate(self.template)
        if template == self.template:
            template = show(template)  # no translation is no proof that it is ours
        values = {
            name: value.told(translate, show) if isinstance(value, Phrase) else show(value)
            for name, value in self.values.items()
        }
        return template % values if values else template

    @property
    def stored(self) -> Stored:
        """The phrase as JSON values."""
        values = {name: one.stored if isinstance(one, Phrase) else one for name, one in self.values.items()}
        return [self.template, values] if values else [self.template]


Words = Annotated[str, WrapValidator(lambda given, check: given if isinstance(given, Phrase) else check(given))]
"""A text field that keeps a phrase a phrase; whatever else is given is validated as a text."""


def say(template: str, /, **values: object) -> Phrase:
    """A sentence of ours. The template is looked up in the catalogue of the reader's language."""
    return Phrase(template, {name: one if isinstance(one, str) else str(one) for name, one in values.items()})


def say_clock(at: time, *, short: bool = False) -> Phrase:
    """ "2:05pm", "14:05"; a `short` full hour is "2pm". Which clock a language reads, its catalogue says."""
    minutes = "" if short and not at.minute else f":{at.minute:02}"
    twelve = f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"
    return say("%(clock_of_12)s", clock_of_12=twelve, clock_of_24=f"{at:%H:%M}")


def say_date(day: date) -> Phrase:
    """ "14 May 1987"."""
    return say("%(day)s %(month)s %(year)s", day=day.day, month=say(f"{day:%B}"), year=day.year)


def sayable(template: str) -> str:
    """The template itself: marks it for the catalogue where it is said later, or from a table."""
    return template


def join_phrases(phrases: Iterable[str], *, between: str = " ") -> str:
    """Several phrases as one; those that are empty fall away, one alone stays itself."""
    told = [one for one in phrases if one]
    if len(told) < 2:
        return told[0] if told else ""
    names = [f"part{number}" for number in range(len(told))]
    return Phrase(between.join(f"%({name})s" for name in names), dict(zip(names, told, strict=True)))


def read_phrase(stored: Any) -> Phrase | None:
    """The phrase that was stored so; None where these values are none."""
    match stored:
        case [str(template)]:
            return Phrase(template, {})
        case [str(template), dict(given)]:
            values = {name: one if isinstance(one, str) else read_phrase(one) for name, one in given.items()}
            known = {name: one for name, one in values.items() if one is not None}
            try:
                return Phrase(template, known) if known == values else None
            except (KeyError, TypeError, ValueError):
                return None
    return None


def map_texts(value: T, change: Callable[[str, str], str], at: str = "") -> T:
    """A model with every text in it changed; `change` is given the text and where it stands ("changes.0.label")."""
    if isinstance(value, str):
        return value if isinstance(value, Enum) else change(value, at)  # type: ignore[return-value]
    if isinstance(value, BaseModel):
        fields = {
            name: map_texts(getattr(value, name), change, f"{at}.{name}" if at else name) for name in _fields(value)
        }
        return value.model_copy(update=fields)
    if isinstance(value, list):
        return [map_texts(one, change, f"{at}.{number}") for number, one in enumerate(value)]  # type: ignore[return-value]
    if isinstance(value, dict):
        return {name: map_texts(one, change, f"{at}.{name}") for name, one in value.items()}  # type: ignore[return-value]
    return value


def keep_words(model: BaseModel) -> dict[str, Stored]:
    """What the phrases of a model are made of, by where they stand, to be stored beside it."""
    found: dict[str, Stored] = {}

    def keep(text: str, at: str) -> str:
        if isinstance(text, Phrase):
            found[at] = text.stored
        return text

    map_texts(model, keep)
    return found


def find_words(model: M, words: Mapping[str, Any]) -> M:
    """The model with its phrases again. A text counts for more than what is said to make it up: where the two do not
    agree to the letter it stays a plain text, which no language changes.
    """

    def find(text: str, at: str) -> str:
        phrase = read_phrase(words.get(at))
        return phrase if phrase == text and phrase is not None else text

    return map_texts(model, find) if words else model


def _fields(model: BaseModel) -> list[str]:
    return [name for name in type(model).model_fields if name != "words"]
