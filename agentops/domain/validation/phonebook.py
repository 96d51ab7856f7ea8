"""Telephone numbers as written, and the book of those known to be good."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import phonenumbers

from agentops.domain.validation.numerals import hide_other_numbers

SHORTEST, LONGEST = 7, 12
EMERGENCY = frozenset({"911", "988", "112", "999", "111"})

_RUN = re.compile(r"(?:\+[ \t]?)?\(?\+?\d(?:[ \t().,/~_*-]{0,4}\d){2,}")
_GROUP = re.compile(r"\d+")
_BREAK = re.compile(r"[ \t]*[,/][ \t]+|[ \t]+[/~*-][ \t]+|[ \t]{3,}")
_LIST_MARK = re.compile(r"\d{1,2}[.)][ \t]+")
_MARKS = " \t),./~_*-"
_WINDOW = 60


@dataclass(frozen=True)
class Digits:
    """A run of digits as it stands in a text."""

    start: int
    end: int
    written: str

    @cached_property
    def digits(self) -> str:
        """The digits alone."""
        return "".join(_GROUP.findall(self.written))

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """How long each group of digits is."""
        return tuple(map(len, _GROUP.findall(self.written)))

    @property
    def international(self) -> bool:
        """Whether it begins with a plus sign or the international prefix."""
        return "+" in self.written[:4] or self.digits.startswith("00")

    def cut(self, start: int, end: int) -> "Digits":
        """A part of this run without the marks around it, offsets within `written`."""
        part = self.written[start:end]
        start += len(part) - len(part.lstrip(_MARKS))
        part = part.strip(_MARKS)
        return Digits(self.start + start, self.start + start + len(part), part)

    def head(self, length: int) -> "Digits":
        """As many whole groups as fit in a length, and at least one."""
        ends = [group.end() for group in _GROUP.finditer(self.written, 0, length + 1)]
        whole = [end for end in ends if end <= length]
        return self.cut(0, whole[-1] if whole else next(_GROUP.finditer(self.written)).end())


def find_runs(hidden: str) -> Iterator[Digits]:
    """Runs of digits in a folded text without its dates and prices, apart where they are plainly apart, in order."""
    for match in _RUN.finditer(hidden):
        run = Digits(match.start(), match.end(), match[0])
        mark = _LIST_MARK.match(run.written)
        yield from _break_run(run.cut(mark.end(), len(run.written)) if mark else run)


def _break_run(run: Digits) -> Iterator[Digits]:
    """Break between two runs that are both long enough to be a number; a spaced-out number stays whole."""
    start = 0
    for gap in _BREAK.finditer(run.written):
        before, after = run.cut(start, gap.start()), run.cut(gap.end(), gap.end() + _WINDOW)
        if _are_apart(before, after):
            yield before
            start = gap.end()
    yield run.cut(start, len(run.written))


def _are_apart(before: Digits, after: Digits) -> bool:
    """Two numbers, or a small number such as a suite's before a whole one; an area code belongs to what follows."""
    if len(before.digits) >= SHORTEST:
        return len(after.digits) >= SHORTEST
    return "+" not in before.written and len(after.digits) >= (SHORTEST if len(before.digits) <= 2 else 10)


def _find_in_series(run: Digits) -> Digits | None:
    """The first part of a long run that is written as a whole national number."""
    groups = list(_GROUP.finditer(run.written))
    for first, group in enumerate(groups):
        end, count = 0, 0
        for last in groups[first : first + LONGEST]:
            count += len(last[0])
            if count > 11:
                break
            shape = tuple(len(each[0]) for each in groups[first : first + 3]) if count == 10 else ()
            if (count >= 10 and group[0].startswith("0")) or (shape == (3, 3, 4) and last is groups[first + 2]):
                end = last.end()
        if end:
            return run.cut(group.start(), end)
    return None


@dataclass(frozen=True)
class PhoneBook:
    """Numbers known to be good: in E.164, by their digits as written somewhere, and the lines that are always kept."""

    region: str
    e164: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    kept: frozenset[str] = EMERGENCY

    def knows(self, run: Digits) -> bool:
        """Whether this is a known number, the local part of one, a helpline or an emergency number."""
        if self._knows_whole(run):
            return True
        local = len(run.digits) >= SHORTEST and not run.international
        return local and any(known.endswith(run.digits) for known in self.e164)

    def nearly_knows(self, run: Digits) -> bool:
        """Whether one or two digits are all that differs from a known number: then it is a misread one."""
        near = (known for known in self.written if len(known) == len(run.digits) >= SHORTEST)
        return any(sum(a != b for a, b in zip(known, run.digits, strict=True)) <= 2 for known in near)

    def split(self, run: Digits) -> list[Digits]:
        """Part a run into the numbers that it holds; what cannot be parted comes back whole. Linear in its length."""
        parts, rest = list[Digits](), run
        while len(rest.written) > _WINDOW:
            head = rest.head(_WINDOW)
            pieces = self._split_short(head)
            parts += pieces[:-1] or [rest.head(_WINDOW // 2)]
            rest = rest.cut(parts[-1].end - rest.start, len(rest.written))
        return [*parts, *self._split_short(rest)] if rest.written else parts

    def _split_short(self, run: Digits) -> list[Digits]:
        if not run.written or self.knows(run):
            return [run] if run.written else []
        known = self._known_beginning(run)
        if known is None and len(run.digits) > LONGEST and not run.international:
            known = _find_in_series(run)
        if known is None:
            return [run]
        before, after = run.cut(0, known.start - run.start), run.cut(known.end - run.start, len(run.written))
        return [*([before] if before.written else []), known, *self._split_short(after)]

    def _knows_whole(self, run: Digits) -> bool:
        if run.digits in self.kept:
            return True
        if run.digits[-SHORTEST:] in self._tails and read_e164(run.written, self.region) in self.e164:
            return True
        return run.digits in self.written and not run.international

    def _known_beginning(self, run: Digits) -> Digits | None:
        """The longest known number at the beginning of a run, where something other than a hyphen follows it."""
        ends = [group.end() for group in _GROUP.finditer(run.written)]
        for end in reversed(ends[:-1][:LONGEST]):
            part = run.cut(0, end)
            if run.written[end] in " \t,/" and len(part.digits) > 4 and self._knows_whole(part):
                return part
        return None

    @cached_property
    def _tails(self) -> frozenset[str]:
        return frozenset(known[-SHORTEST:] for known in self.e164)


def make_phone_book(
    *, region: str, phones: Iterable[str], helplines: Iterable[str], grounding: Iterable[str]
) -> PhoneBook:
    """Collect what is good: `phones` and `helplines` as configured, and every number in a text of `grounding`."""
    read = [run for text in grounding for run in find_runs(hide_other_numbers(text))]
    configured = [*phones, *helplines]
    known = [run.written for run in read if len(run.digits) >= SHORTEST] + configured
    e164 = {read_e164(written, region) for written in known}
    written = {"".join(_GROUP.findall(each)) for each in known} | {_national_digits(each) for each in e164}
    kept = EMERGENCY | {"".join(_GROUP.findall(line)) for line in helplines}
    return PhoneBook(region, frozenset(e164 - {""}), frozenset(written - {""}), frozenset(kept - {""}))


def read_e164(written: str, region: str) -> str:
    """The number in E.164, or nothing where it cannot be one. Never raises."""
    number = _parse(written, region)
    if number is None or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_valid(written: str, region: str) -> bool:
    """Whether such a number exists in the numbering plan. Never raises."""
    number = _parse(written, region)
    return number is not None and phonenumbers.is_valid_number(number)


@lru_cache(maxsize=1024)
def _parse(written: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None


def _national_digits(e164: str) -> str:
    number = _parse(e164, "ZZ") if e164 else None
    if number is None:
        return ""
    return "".join(_GROUP.findall(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)))
