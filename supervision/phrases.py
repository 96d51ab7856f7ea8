"""The machine's sentences in the reader's language. What people and callers said stays as they said it."""

from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop
from pydantic import ValidationError

from agentops.domain.outcomes import read_result
from agentops.domain.partial import CAUSES, REASONS
from agentops.domain.phrases import M, Phrase, Stored, map_texts, read_phrase
from agentops.domain.visible_text import show_in_full, show_text

_NOTES = {
    gettext_noop("Stopped."),
    gettext_noop("Contact details that are not on file were taken out of the answer."),
}


def tell(text: str) -> str:
    """A text for the eye: a phrase in the reader's language, any other as it is; foreign words are shown in both."""
    if isinstance(text, Phrase) and is_foreign():
        return text.told(gettext, show_text)
    return show_text(text)


def tell_all(model: M) -> M:
    """A model with every text in it told; one that is no phrase is shown in full."""
    translate = is_foreign()

    def change(text: str, _at: str) -> str:
        if translate and isinstance(text, Phrase):
            return text.told(gettext, show_in_full)
        return show_in_full(text)

    return map_texts(model, change)


def keep(text: str) -> Stored | None:
    """What a text is made of, to be stored beside it; nothing where it is no phrase."""
    return text.stored if isinstance(text, Phrase) else None


def tell_kept(text: str, kept: Any) -> str:
    """A stored text, by what was kept of it; where the two do not agree, as it is."""
    phrase = read_phrase(kept)
    return tell(phrase if phrase is not None and phrase == text else text)


def tell_message(result: Any) -> str:
    """What a stored result says of itself; nothing where there is none, or it cannot be read."""
    try:
        return tell(read_result(result).message) if result else ""
    except ValidationError:
        return ""


def tell_reason(reason: str, *, outcome: str) -> str:
    """Why a run needs a person: what the machine says of such an end, or the assistant's own words as they are."""
    ours = {REASONS.get(outcome), REASONS["request_expired"], *CAUSES.values()}
    return gettext(reason) if reason in ours else show_text(reason)


def named(name: str) -> str:
    """What a tool or a type of task is called: the shipped names have translations, those of admins stay."""
    return gettext(name) if name else ""


def tell_note(detail: str, *, outcome: str) -> str:
    """What the machine noted of a run on its way or at its end."""
    reason = REASONS.get(outcome, "")
    if reason and detail == f"Handed to a person: {reason}.":
        return gettext("Handed to a person: %(reason)s.") % {"reason": gettext(reason)}
    return gettext(detail) if detail in _NOTES else show_text(detail)


def is_foreign() -> bool:
    """Whether the reader's language is another than the one in which phrases are written."""
    return not (get_language() or "en").startswith("en")
