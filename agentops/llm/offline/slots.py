"""Look for a slot that fits the wish, and say what to offer where none does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from agentops.domain.language import Reading, find_names, say_day, say_time
from agentops.llm.offline.desk import Desk, Say
from agentops.llm.offline.wording import join_words, read_moment, say_moment, say_slots

Slot = dict[str, Any]
WHICH = "Which would you like?"
SHALL_I = "Shall I book it?"
_ORDER = (r"\b(?:first|1st|earliest|soonest|former)\b", r"\b(?:second|2nd|middle)\b", r"\b(?:third|3rd)\b")
_EITHER = re.compile(r"\b(?:either|any|whichever|don't mind|both|all)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a slot must be like. `soft` names what may give way, `without` are slots that were tried in vain."""

    provider: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    days: tuple[date, ...] = ()
    exact: time | None = None
    around: bool = False
    earliest: time | None = None
    latest: time | None = None
    kind: str | None = None
    soonest: bool = False
    any_time: bool = False
    sooner_than: datetime | None = None
    later_than: datetime | None = None
    soft: frozenset[str] = frozenset()
    without: frozenset[int] = frozenset()

    @property
    def is_loose(self) -> bool:
        """Whether the caller takes what there is."""
        return self.soonest or self.any_time

    @property
    def says_when(self) -> bool:
        """Whether anything was said about when."""
        timed = self.exact or self.earliest or self.latest
        return bool(self.date_from or self.date_to or timed or self.is_loose)


def read_wish(reading: Reading, *, provider: str | None = None) -> Wish:
    """The wish in a reading; `provider` where another rule names the clinician and the caller does not."""
    return Wish(
        provider=reading.clinician or (None if reading.any_clinician else provider),
        date_from=reading.date_from,
        date_to=reading.date_to,
        days=reading.days,
        exact=reading.exact_time,
        around=reading.exact_time is not None and reading.earliest is not None,
        earliest=reading.earliest,
        latest=reading.latest,
        kind=reading.kind,
        soonest=reading.soonest,
        any_time=reading.any_time,
        soft=reading.soft,
    )


def ask_doubts(desk: Desk) -> None:
    """Ask back where the clinician or the day is not clear; once past this point the wish is one wish."""
    reading = desk.reading
    if reading.clinician is None and (reading.clinician_candidates or reading.clinician_said):
        said = reading.clinician_said or "that name"
        if reading.clinician_candidates:
            raise Say(
                f"I am not sure whom you mean by {said}. Did you mean {join_words(reading.clinician_candidates, 'or')}?"
            )
        raise Say(f"There is nobody called {said} here. We have {join_words(desk.briefing.clinicians)}. {_WHO}")
    if not reading.doubts:
        return
    doubt = reading.doubts[0]
    if "in the past" in doubt:
        raise Say(f"{_capital(doubt)}. Which day and time would you like instead?")
    raise Say(f"Just to be sure: {doubt}. Which do you mean?")


_WHO = "Whom would you like to see?"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def look_for_slots(desk: Desk, wish: Wish) -> tuple[list[Slot], list[Slot]]:
    """Slots that fit, soonest first, and the nearest others. Days that do not adjoin are looked up one by one."""
    if wish.days:
        looked = [look_for_slots(desk, replace(wish, date_from=day, date_to=day, days=())) for day in wish.days]
        return [slot for fitting, _ in looked for slot in fitting], [slot for _, others in looked for slot in others]
    first = max(wish.date_from, desk.now.date()) if wish.date_from else None
    exact = wish.exact if not wish.around else None
    found = desk.use(
        "search_appointments",
        provider=wish.provider,
        date_from=first,
        date_to=wish.date_to,
        earliest=exact or wish.earliest,
        latest=exact or wish.latest,
        kind=wish.kind,
    )
    slots = sorted((s for s in found.get("slots", []) if _is_free(s, wish)), key=lambda s: str(s.get("starts_at")))
    fitting = [slot for slot in slots if fits(slot, wish)]
    if wish.around and wish.exact:
        fitting.sort(key=lambda slot: _minutes_off(slot, wish.exact))
    others = [s for s in found.get("closest", []) if _is_free(s, wish)] + [s for s in slots if s not in fitting]
    return fitting, others


def _is_free(slot: Slot, wish: Wish) -> bool:
    return slot.get("slot_id") not in wish.without and read_moment(slot.get("starts_at")) is not None


def _minutes_off(slot: Slot, wanted: time | None) -> int:
    at = read_moment(slot["starts_at"])
    assert at is not None and wanted is not None
    return abs(at.hour * 60 + at.minute - wanted.hour * 60 - wanted.minute)


def fits(slot: Slot, wish: Wish) -> bool:
    """Whether a slot is what was wished for."""
    at = read_moment(slot.get("starts_at"))
    if at is None or (wish.provider and not find_names(said=str(slot.get("provider")), names=[wish.provider])):
        return False
    if (wish.sooner_than and at >= wish.sooner_than) or (wish.later_than and at <= wish.later_than):
        return False
    day, clock = at.date(), at.time()
    in_range = (wish.date_from is None or wish.date_from <= day) and (wish.date_to is None or day <= wish.date_to)
    if wish.exact and not wish.around:
        return in_range and clock == wish.exact
    in_window = (wish.earliest is None or wish.earliest <= clock) and (wish.latest is None or clock < wish.latest)
    return in_range and in_window


def choose_slot(desk: Desk, wish: Wish) -> Slot:
    """The earliest slot that fits; where none does, the nearest are offered, or taken when the wish was loose."""
    if picked := pick_offered(desk):
        return picked
    fitting, others = look_for_slots(desk, wish)
    if fitting and wish.says_when and not (wish.sooner_than or wish.later_than):
        return fitting[0]
    if not fitting and (yielding := give_way(desk, wish)):
        return yielding
    if fitting:
        raise Say(f"The next free times are {say_slots(fitting)}. {offer(fitting)}")
    if others and wish.soonest:
        return others[0]
    nothing = f"{wish.provider or 'The clinic'} has nothing free {say_wish(wish)}".strip()
    if others:
        raise Say(f"{nothing}. The nearest free times are {say_slots(others)}. {offer(others)}")
    raise Say(f"{nothing}, and nothing near it. Which other day would suit you?")


def give_way(desk: Desk, wish: Wish) -> Slot | None:
    """The slot nearest to a wish of which a part may give way: first the clinician, then the time of day.

    "Thursday after three, same doctor if you can" names the doctor as the lesser wish, so another clinician with the
    same title is looked for at that time. A time that was said without any doubt is never changed.
    """
    if "clinician" in wish.soft and wish.provider:
        title = wish.provider.split()[0]
        fitting, _ = look_for_slots(desk, replace(wish, provider=None))
        alike = [slot for slot in fitting if str(slot.get("provider", "")).split()[:1] == [title]]
        if alike:
            return alike[0]
    clock = wish.exact or wish.earliest or wish.latest
    if "time" not in wish.soft or clock is None or wish.date_from is None:
        return None
    fitting, _ = look_for_slots(desk, replace(wish, exact=None, earliest=None, latest=None))
    near = nearest_first(fitting, datetime.combine(wish.date_from, clock))
    return near[0] if near else None


def offer(slots: Sequence[Slot]) -> str:
    """The question that goes with slots that were named."""
    return SHALL_I if len(slots) == 1 else WHICH


def pick_offered(desk: Desk) -> Slot | None:
    """The slot that the caller takes of those offered in the last answer, if one is clearly meant."""
    question = desk.history.asked[-1] if desk.history.asked else ""
    if WHICH not in question and SHALL_I not in question:
        return None
    offered = _offered_slots(desk, question)
    said, turn = desk.last_said, desk.turn
    by_time = [slot for slot in offered if _matches(slot, turn)]
    if (turn.has_date or turn.has_time or turn.clinician) and len(by_time) == 1:
        return by_time[0]
    if turn.has_date or turn.has_time:
        return by_time[0] if by_time and turn.has_time else None
    for place, words in enumerate(_ORDER):
        if re.search(words, said, re.IGNORECASE) and place < len(offered):
            return offered[place]
    if re.search(r"\b(?:last|latest)\b", said, re.IGNORECASE) and offered:
        return offered[-1]
    agreed = (turn.intent == "confirm" and len(offered) == 1) or _EITHER.search(said)
    return offered[0] if offered and agreed else None


def _offered_slots(desk: Desk, question: str) -> list[Slot]:
    """The slots named in the question, in its order, from the searches made before it."""
    known = [
        s
        for c in desk.history.calls
        if c.turn < desk.history.turn
        for n in ("slots", "closest")
        for s in c.data.get(n, [])
    ]
    named: dict[Any, tuple[int, Slot]] = {}
    for slot in known:
        at = read_moment(slot.get("starts_at"))
        place = question.find(f"{say_day(at.date())} at {say_time(at.time())}") if at else -1
        if place >= 0 and str(slot.get("provider", "")) in question:
            named.setdefault(slot.get("slot_id"), (place, slot))
    return [slot for _, slot in sorted(named.values(), key=lambda pair: pair[0])]


def _matches(slot: Slot, turn: Reading) -> bool:
    wish = replace(read_wish(turn), around=False)
    return fits(slot, wish)


def say_wish(wish: Wish) -> str:
    """The wish in words: "after 3pm on Thursday 26 November"."""
    parts = []
    if wish.exact:
        parts.append(f"{'around' if wish.around else 'at'} {say_time(wish.exact)}")
    elif wish.earliest and wish.latest:
        parts.append(f"between {say_time(wish.earliest)} and {say_time(wish.latest)}")
    elif wish.earliest:
        parts.append(f"from {say_time(wish.earliest)}")
    elif wish.latest:
        parts.append(f"before {say_time(wish.latest)}")
    if wish.days:
        parts.append(f"on {join_words([say_day(day) for day in wish.days], 'or')}")
    elif wish.date_from and wish.date_from == wish.date_to:
        parts.append(f"on {say_day(wish.date_from)}")
    elif moment := wish.sooner_than or wish.later_than:
        parts.append(f"{'before' if wish.sooner_than else 'after'} {say_moment(moment)}")
    elif wish.date_from and wish.date_to:
        parts.append(f"from {say_day(wish.date_from)} to {say_day(wish.date_to)}")
    return " ".join(parts)


def nearest_first(slots: Sequence[Slot], wanted: datetime) -> list[Slot]:
    """The slots, nearest to a moment first."""
    moments = [(read_moment(slot.get("starts_at")), slot) for slot in slots]
    return [slot for at, slot in sorted(((a, s) for a, s in moments if a), key=lambda p: (abs(p[0] - wanted), p[0]))]
