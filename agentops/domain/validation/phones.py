"""Which runs of digits in a text are telephone numbers."""

import re
from collections.abc import Iterator

from agentops.domain.validation.numerals import hide_other_numbers
from agentops.domain.validation.phonebook import EMERGENCY, LONGEST, SHORTEST, Digits, PhoneBook, find_runs, is_valid

_GROUP = re.compile(r"\d+")
_EXTENSION = re.compile(r"[ \t,;]{0,2}(?:x|ext\.?|extension|#)[ \t]{0,2}\d{1,6}\b", re.IGNORECASE)

_THING = (
    r"patient|nhs|mrn|order|item|product|booking|reservation|confirmation|reference|ref|account|invoice|case|"
    r"ticket|policy|"
    r"card|licen[cs]e|passport|appointment|slot|draft|message|record|claim|serial|tracking|flight|user|payment|"
    r"certificate|"
    r"member(?:ship)?|insurance|iban|zip|postcode|tax|document|file|batch|lot|gmc|npi|id"
)
_LABEL_TAIL = r"(?:[\s_]*(?:ids?|no|nos|num|numbers?|code|ref|reference|is|was|of|ending|in))"
_ID_LABEL = re.compile(rf"(?:\b(?:{_THING})s?\b{_LABEL_TAIL}{{0,3}}|#|\bids?)[\s.:=#*\"'(-]{{0,5}}$", re.IGNORECASE)
_PHONE_LABEL = re.compile(
    r"\b(?:(?:tele)?phones?|tel|mobile|cell(?:phone)?|fax|call(?:ing|ed|s)?|ring(?:ing)?|dial|text(?:ing)?|sms|"
    r"whatsapp|"
    r"hot ?line|help ?line|landline|contact|reach|answer(?:ing|s|ed)?|numbers?)\b(?![ \t]of\b)(?! on file)",
    re.IGNORECASE,
)
_DIAL = re.compile(
    r"\b(?:call|ring|phone|dial|tel(?:ephone)?)\b(?: (?:us|me|them|reception|on|at|direct(?:ly)?)){0,3}[ :.]{1,3}$",
    re.IGNORECASE,
)
_LABEL_AFTER = re.compile(
    r"[\s(),-]{0,3}(?:is (?:my|the|our|your|his|her|their) )?(?:new )?"
    r"(?:(?:tele)?phone|mobile|cell|fax|landline|number|office|home|work|direct)\b",
    re.IGNORECASE,
)


def find_phones(*, text: str, book: PhoneBook) -> Iterator[Digits]:
    """Telephone numbers in a folded text, in order, known ones too; emergency numbers and helplines are left out."""
    hidden = hide_other_numbers(text)
    for run in find_runs(hidden):
        for part in book.split(run):
            if part.digits not in book.kept and (book.knows(part) or is_phone(run=part, text=hidden, book=book)):
                yield _add_extension(part, hidden)


def is_phone(*, run: Digits, text: str, book: PhoneBook) -> bool:
    """Whether a run of digits is a telephone number, by its shape and by the words around it; in doubt, yes."""
    before, count = text[max(0, run.start - 48) : run.start], len(run.digits)
    if set(_GROUP.findall(run.written)) <= EMERGENCY:
        return False
    if count < SHORTEST:
        return count > 4 and len(run.shape) < 4 and bool(_DIAL.search(before))
    if "+" in run.written:
        return count <= LONGEST + 5
    if run.international and count >= 10 and not _is_inside_id(run, text):
        return count <= LONGEST + 5
    if count > LONGEST or ("," in run.written and not run.digits.startswith("0")):
        return False
    if _LABEL_AFTER.match(text, run.end):
        return True
    if _ID_LABEL.search(before) or _is_inside_id(run, text):
        return run.digits.startswith("0") and is_valid(run.written, book.region)
    return _is_dialled(run, text) or _is_shaped(run) or is_valid(run.written, book.region) or book.nearly_knows(run)


def _is_inside_id(run: Digits, text: str) -> bool:
    """One unbroken group glued to letters is part of an identifier."""
    before, after = text[max(0, run.start - 2) : run.start], text[run.end : run.end + 2]
    glued = re.search(r"[A-Za-z][_-]?$", before) or re.match(r"[_-]?[A-WYZa-wyz]", after)
    return bool(glued) and len(run.shape) == 1


def _is_dialled(run: Digits, text: str) -> bool:
    before = re.split(r"[\n!?;]|\.\s", text[max(0, run.start - 48) : run.start].rstrip())[-1]
    return bool(_PHONE_LABEL.search(before))


def _is_shaped(run: Digits) -> bool:
    """Whether the grouping is one in which telephone numbers are written."""
    count, shape = len(run.digits), run.shape
    if shape in {(3, 4), (3, 3, 4), (1, 3, 3, 4), (3, 7), (6, 4)}:
        return shape != (3, 4) or "-" in run.written
    if run.digits.startswith("0"):
        return 9 <= count <= 12
    return (
        count >= 9 and 2 <= len(shape) <= 5 and all(2 <= size <= 6 for size in shape) and shape not in {(5, 4), (4, 4)}
    )


def _add_extension(run: Digits, text: str) -> Digits:
    extension = _EXTENSION.match(text, run.end)
    if not extension:
        return run
    return Digits(run.start, extension.end(), run.written)
