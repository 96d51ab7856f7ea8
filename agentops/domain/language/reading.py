"""What one text of a patient says: intent, dates, times, names. Deterministic; the clock is an argument."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from agentops.domain.language import leeway
from agentops.domain.language.births import find_born
from agentops.domain.language.intents import Intent, read_intent
from agentops.domain.language.kinds import find_kind
from agentops.domain.language.names import NameMatch, match_name
from agentops.domain.language.people import Said, find_patient, find_phone
from agentops.domain.language.times import TimeFound, find_times, say_time
from agentops.domain.language.windows import TimeWish, find_time_wishes
from agentops.domain.language.wishes import DateWish, find_wishes
from agentops.domain.language.words import Clean, clean_words, fold_case
from agentops.domain.phrases import say


@dataclass(frozen=True, slots=True)
class Span:
    """Words that bear on a value, original `[start, end)`.

    `kind` is date, time, clinician, patient, kind, phone or born.
    """

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said.

    Days: `date_from` to `date_to`, both included, None is open; `days` lists the only days meant where they do not
    adjoin. Times: `exact_time`, or a start from `earliest` on and before `latest`. `clinician` is set only where one
    known name was clearly meant; otherwise `clinician_candidates` (best first) and `clinician_said` tell what to ask.
    `old_date` and `old_time` are those of the appointment that is to be moved. `soonest` and `any_time` are loose
    wishes; `soft` names what may give way ("time", "clinician"). `shift`, in minutes, and `drift` ("earlier", "later")
    tell a new time by the old one. `inferred` records what was worked out and not said, `doubts` what somebody should
    be asked about.
    """

    intent: Intent = Intent.OTHER
    date_from: date | None = None
    date_to: date | None = None
    earliest: time | None = None
    latest: time | None = None
    exact_time: time | None = None
    clinician: str | None = None
    clinician_candidates: tuple[str, ...] = ()
    clinician_said: str | None = None
    patient_name: str | None = None
    born: date | None = None
    phone: str | None = None
    kind: str | None = None
    spans: tuple[Span, ...] = ()
    doubts: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    old_date: date | None = None
    old_time: time | None = None
    soonest: bool = False
    any_time: bool = False
    any_clinician: bool = False
    inferred: tuple[str, ...] = ()
    shift: int | None = None
    drift: str = ""
    soft: frozenset[str] = frozenset()

    @property
    def has_date(self) -> bool:
        """Whether any day or stretch of days was wished for."""
        return self.date_from is not None or self.date_to is not None

    @property
    def has_time(self) -> bool:
        """Whether any time of day was wished for."""
        return self.exact_time is not None or self.earliest is not None or self.latest is not None


_ASKED_TIME = re.compile(
    r"\b(?:what|which|at what|for what|preferred|another|different|the|a) (?:\w+ ){0,2}time\b|\btime\?|^time\b"
    r"|\bwhen\b|what hour|which would you like"
)
_OR = re.compile(r"^,? (?:or|or maybe|or even|or else) (?:at )?$")
_ASKED_END = re.compile(
    r"^(?!.*\bstart\b).*(?:\bend(?:s|ing)?(?: time)?\b|\b(?:finish|until when|how long|wrap(?:s|ping)? up)\b)"
)
_ASKED_NEARBY = re.compile(
    r"\b(?:available|appointment|openings?|free|slot)\b[^.?!]*\bat \d|\b\d{1,2}(?::\d\d)? ?[ap]m\b"
)
_ASKED_DOCTOR = re.compile(
    r"\b(?:who|which|what) (?:is |\w+ ){0,2}(?:doctor|clinician|provider|would you like to see)|doctor'?s? name"
    r"|\bwith whom\b"
)


def read_words(
    *,
    text: str,
    now: datetime,
    clinicians: Sequence[str] = (),
    kinds: Sequence[str] = (),
    asked: str = "",
) -> Reading:
    """Read one text said at `now`. `asked` is what was said to the patient just before. Never fails."""
    clean = clean_words(text)
    parts = _read_parts(text, clean, now=now, clinicians=clinicians, kinds=kinds, asked=asked)
    day, moment, doctor = parts.day or _NO_DAY, parts.moment or _NO_TIME, parts.doctor
    return Reading(
        intent=parts.intent,
        date_from=day.first,
        date_to=day.last,
        days=day.days,
        earliest=moment.earliest,
        latest=moment.latest,
        exact_time=moment.exact,
        clinician=doctor.sure,
        clinician_candidates=doctor.candidates,
        clinician_said=doctor.said,
        patient_name=parts.patient.value if parts.patient else None,
        born=parts.born[0] if parts.born else None,
        phone=parts.phone.value if parts.phone else None,
        kind=parts.kind[0] if parts.kind else None,
        spans=_list_spans(text, clean, parts),
        doubts=_doubts(parts.day, parts.moment, now),
        old_date=parts.old_day.first if parts.old_day else None,
        old_time=parts.old_moment.exact if parts.old_moment else None,
        soonest=bool(leeway.SOONEST.search(clean.text)),
        any_time=bool(leeway.ANY_TIME.search(clean.text)),
        any_clinician=bool(leeway.ANY_CLINICIAN.search(clean.text)),
        inferred=_inferred(parts.moment),
        shift=leeway.find_shift(clean.text),
        drift=leeway.find_drift(clean.text),
        soft=leeway.find_soft(clean.text),
    )


_NO_DAY = DateWish(0, 0, None, None)
_NO_TIME = TimeWish(0, 0)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was found, before it becomes a reading."""

    intent: Intent
    day: DateWish | None
    old_day: DateWish | None
    moment: TimeWish | None
    old_moment: TimeWish | None
    doctor: NameMatch
    patient: Said | None
    born: tuple[date, int, int] | None
    phone: Said | None
    kind: tuple[str, int, int] | None
    dates: tuple[DateWish, ...]


def _read_parts(
    text: str, clean: Clean, *, now: datetime, clinicians: Sequence[str], kinds: Sequence[str], asked: str
) -> _Parts:
    """Names, birth dates and numbers first; days and times are then read in what is left."""
    low_asked = fold_case(asked)
    born = find_born(clean, today=now.date(), asked=asked)
    phone = find_phone(text)
    birth = clean.original_span(born[1], born[2]) if born else None
    patient, doctor = _find_people(text, clinicians, asked=asked, birth=birth)
    intent = read_intent(clean.text)
    if intent is Intent.DENY and (born or patient) and "cancel" in clean.text:
        intent = Intent.CANCEL
    blanked = _blank(clean, born, phone, doctor if doctor.sure else None)
    dates = find_wishes(blanked, today=now.date())
    bare = bool(_ASKED_TIME.search(low_asked) or _ASKED_NEARBY.search(low_asked))
    clocks = find_times(blanked, taken=[(d.start, d.end) for d in dates], bare=bare)
    clocks = [] if _ASKED_END.search(low_asked) else _keep_near(clocks, asked)
    day, old_day = _pick_date(dates, intent)
    moment, old_moment = _pick_time(find_time_wishes(blanked, clocks), intent, blanked, bare=bare)
    kind = find_kind(clean.text, kinds)
    return _Parts(intent, day, old_day, moment, old_moment, doctor, patient, born, phone, kind, dates=tuple(dates))


def _blank(clean: Clean, born: tuple[date, int, int] | None, phone: Said | None, doctor: NameMatch | None) -> str:
    """The clean text with birth dates, telephone numbers and names blanked out, so that no wish is read in them."""
    gone = [(born[1], born[2])] if born else []
    for start, end in [(said.start, said.end) for said in (phone, doctor) if said is not None]:
        inside = [i for i, at in enumerate(clean.starts) if start <= at < end]
        gone += [(inside[0], inside[-1] + 1)] if inside else []
    text = clean.text
    for start, end in gone:
        text = text[:start] + "_" * (end - start) + text[end:]
    return text


def _keep_near(clocks: list[TimeFound], asked: str) -> list[TimeFound]:
    """ "How about 9?" after "nothing at 8pm" is 9pm: the half of the day nearer to the time just spoken of."""
    spoken = [t.at for t in find_times(clean_words(asked).text, taken=[]) if t.sure] if asked else []
    if not spoken:
        return clocks
    hour = spoken[-1].hour
    return [
        replace(c, at=c.at.replace(hour=(c.at.hour + 12) % 24))
        if not c.sure and abs((c.at.hour + 12) % 24 - hour) < min(3, abs(c.at.hour - hour))
        else c
        for c in clocks
    ]


def _find_people(
    text: str, clinicians: Sequence[str], *, asked: str, birth: tuple[int, int] | None
) -> tuple[Said | None, NameMatch]:
    """The patient, and the clinician read outside the patient's name. A clinician's full name comes first."""
    wants_doctor = bool(_ASKED_DOCTOR.search(fold_case(asked)))
    doctor = match_name(said=text, names=clinicians, asked_for_name=wants_doctor)
    if doctor.sure and " " in text[doctor.start : doctor.end]:
        rest = _hide(text, doctor.start, doctor.end)
        return find_patient(rest, asked=asked, clinicians=clinicians, birth=birth), doctor
    patient = find_patient(text, asked=asked, clinicians=clinicians, birth=birth)
    if patient is None:
        return None, doctor
    rest = _hide(text, patient.start, patient.end)
    return patient, match_name(said=rest, names=clinicians, asked_for_name=wants_doctor)


def _hide(text: str, start: int, end: int) -> str:
    return text[:start] + "_" * (end - start) + text[end:]


def _pick_date(dates: list[DateWish], intent: Intent) -> tuple[DateWish | None, DateWish | None]:
    """The day wished for and, when moving, the day that is to be given up. The last word counts."""
    kept = [d for d in dates if not d.refused]
    if intent is not Intent.MOVE:
        new = [d for d in kept if not d.old] or kept
        return (new[-1] if new else None), None
    old = [d for d in kept if d.old] + [d for d in dates if d.refused]
    new = [d for d in kept if not d.old]
    return (new[-1] if new else None), (old[0] if old else None)


def _pick_time(
    times: list[TimeWish], intent: Intent, text: str, *, bare: bool
) -> tuple[TimeWish | None, TimeWish | None]:
    kept = [t for t in times if not t.refused]
    firm = [t for t in kept if not t.weak] or (
        kept if bare or intent in (Intent.BOOK, Intent.MOVE, Intent.OTHER) else []
    )
    old = [t for t in firm if t.old] if intent is Intent.MOVE else []
    new = [t for t in firm if t not in old]
    if intent is not Intent.MOVE:
        new = [t for t in new if not t.old] or new
    return (_first_choice(new, text) if new else None), (old[0] if old else None)


def _first_choice(times: list[TimeWish], text: str) -> TimeWish:
    """The last time said; of "11 or 3" the first."""
    at = len(times) - 1
    while at > 0 and _OR.match(text[times[at - 1].end : times[at].start]):
        at -= 1
    return times[at]


def _list_spans(text: str, clean: Clean, parts: _Parts) -> tuple[Span, ...]:
    """Where in the original words the values stand, in order."""
    inside = [("date", d.start, d.end) for d in parts.dates]
    inside += [("time", t.start, t.end) for t in (parts.moment, parts.old_moment) if t]
    inside += [("born", *parts.born[1:])] if parts.born else []
    inside += [("kind", *parts.kind[1:])] if parts.kind else []
    places = [(kind, *clean.original_span(start, end)) for kind, start, end in inside]
    places += [("phone", parts.phone.start, parts.phone.end)] if parts.phone else []
    places += [("patient", parts.patient.start, parts.patient.end)] if parts.patient else []
    places += [("clinician", parts.doctor.start, parts.doctor.end)] if parts.doctor.end else []
    spans = {Span(kind, start, end, text[start:end]) for kind, start, end in places}
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.kind)))


def _doubts(day: DateWish | None, moment: TimeWish | None, now: datetime) -> tuple[str, ...]:
    doubts = [wish.doubt for wish in (day, moment) if wish and wish.doubt]
    today = now.date()
    exact = moment.exact if moment else None
    if exact and day and not day.doubt and day.first == day.last == today and exact < now.time().replace(tzinfo=None):
        doubts.append(say("%(time)s today is in the past", time=say_time(exact)))
    return tuple(doubts)


def _inferred(moment: TimeWish | None) -> tuple[str, ...]:
    if moment is None or moment.exact is None or moment.sure:
        return ()
    return (f"{say_time(moment.exact)} from clinic hours",)
