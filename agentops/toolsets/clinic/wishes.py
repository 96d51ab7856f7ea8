"""This is where we compare a proposal with what the caller asked for."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from agentops.domain.cards import Mismatch
from agentops.domain.language import Reading
from agentops.domain.phrases import join_phrases, say
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.hearing import spans_of
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient, Provider, Slot
from agentops.toolsets.clinic.practice import local
from agentops.toolsets.clinic.slots import Window, free_slots, next_fitting
from agentops.toolsets.clinic.titles import Called, find_called, is_a_persons_name
from agentops.toolsets.clinic.wording import join_names, say_day, say_range, say_time, say_when

_OPEN_END = timedelta(days=13)
_BEARING = ("date", "time", "clinician", "kind")


def check_wishes(
    ctx: ToolContext, reading: Reading, patient: Patient, slot: Slot, *, moving: Appointment | None = None
) -> Findings:
    """Day, time of day and clinician of a proposed time; what was not asked for is not checked."""
    return Findings.join(
        _check_day(reading, patient, slot.starts_at),
        _check_time(reading, patient, slot.starts_at, instead=lambda: _say_free(ctx, reading, slot.provider)),
        _check_clinician(ctx, reading, patient, slot.provider, left=moving.provider if moving else None),
        _check_doubts(reading, patient, slot.starts_at),
        Findings(spans=spans_of(reading, *_BEARING)),
    )


def check_given_up(ctx: ToolContext, reading: Reading, visit: Appointment) -> Findings:
    """Whether the appointment to cancel is the one that was spoken of."""
    return Findings.join(
        _check_day(reading, visit.patient, visit.starts_at),
        _check_time(reading, visit.patient, visit.starts_at),
        _check_clinician(ctx, reading, visit.patient, visit.provider),
        _check_doubts(reading, visit.patient, visit.starts_at),
        Findings(spans=spans_of(reading, *_BEARING)),
    )


def check_moved(reading: Reading, visit: Appointment) -> Findings:
    """A conflict where the caller spoke of a day on which the patient has another appointment than the one to move."""
    spoken = reading.old_date
    if spoken is None or local(visit.starts_at).date() == spoken:
        return Findings()
    others = Appointment.objects.filter(patient=visit.patient, status=AppointmentStatus.BOOKED).exclude(pk=visit.pk)
    if spoken not in {local(other.starts_at).date() for other in others}:
        return Findings()
    said, proposed = say_day(spoken), say_when(visit.starts_at)
    names = {"given": visit.patient.given, "said": said, "proposed": proposed}
    text = say("%(given)s spoke of the appointment on %(said)s. This moves the one on %(proposed)s.", **names)
    confirm = say("The one on %(proposed)s is meant, I checked with %(given)s", **names)
    return conflict(
        say("Appointment spoken of: another one"),
        Mismatch(said=said, proposed=proposed, text=text, confirm=confirm),
    )


def _check_day(reading: Reading, patient: Patient, starts_at: datetime) -> Findings:
    if not reading.has_date:
        return Findings()
    day, asked = local(starts_at).date(), _say_days(reading)
    first, last = reading.date_from, reading.date_to
    inside = (first is None or first <= day) and (last is None or day <= last)
    if inside and (not reading.days or day in reading.days):
        return passed(say("Day asked for: met"), asked)
    return _not_met(say("Day asked for: not met"), patient, asked=asked, proposed=say_day(day))


def _check_time(
    reading: Reading, patient: Patient, starts_at: datetime, *, instead: Callable[[], str] = str
) -> Findings:
    if not reading.has_time:
        return Findings()
    asked = _say_times(reading)
    if _fits(local(starts_at).time(), reading):
        return passed(say("Time asked for: met"), asked)
    return _not_met(
        say("Time asked for: not met"), patient, asked=asked, proposed=say_time(starts_at), instead=instead()
    )


def _check_clinician(
    ctx: ToolContext, reading: Reading, patient: Patient, provider: Provider, *, left: Provider | None = None
) -> Findings:
    """Titles that were said come first, whatever the reader made of them; it is asked only where nobody said one."""
    called = find_called(ctx.said)
    if called:
        return _check_called(called, patient, provider, left=left)
    asked = reading.clinician or reading.clinician_said
    meant = (reading.clinician,) if reading.clinician else reading.clinician_candidates
    named = Provider.objects.filter(active=True) if meant else ()
    if not asked or any(str(p) in meant and is_a_persons_name(p, ctx.said) for p in named):
        return Findings()
    if meant == (str(provider),):
        return passed(say("Clinician asked for: met"), provider.short)
    if len(meant) > 1:
        asked = say("%(asked)s, which can mean %(meant)s", asked=asked, meant=join_phrases(meant, between=" or "))
    return _not_met(say("Clinician asked for: not met"), patient, asked=asked, proposed=provider.short)


def _check_called(
    called: tuple[Called, ...], patient: Patient, provider: Provider, *, left: Provider | None
) -> Findings:
    """Every clinician who was named must be the proposed one, a choice beside it, or the one who is left."""
    met = [one for one in called if one.providers == (provider,)]
    others = [one for one in called if one not in met and not (met and (one.choice or one.providers == (left,)))]
    if not others:
        return passed(say("Clinician asked for: met"), provider.short)
    names = list(dict.fromkeys(str(p) if one.providers[1:] else p.short for one in called for p in one.providers))
    asked = join_names(names, either=not met)
    return _not_met(say("Clinician asked for: not met"), patient, asked=asked, proposed=provider.short)


def _check_doubts(reading: Reading, patient: Patient, starts_at: datetime) -> Findings:
    """What was said and can mean two things is for a person to settle."""
    proposed = say_when(starts_at)
    return Findings.join(
        *(
            conflict(
                say("What was asked for is not clear"),
                Mismatch(
                    said=doubt,
                    proposed=proposed,
                    text=say("Not clear: %(doubt)s. This is %(proposed)s.", doubt=doubt, proposed=proposed),
                    confirm=say(
                        "%(proposed)s is what %(given)s meant, I checked", proposed=proposed, given=patient.given
                    ),
                ),
            )
            for doubt in reading.doubts
        )
    )


def _not_met(label: str, patient: Patient, *, asked: str, proposed: str, instead: str = "") -> Findings:
    names = {"given": patient.given, "asked": asked, "proposed": proposed}
    return conflict(
        label,
        Mismatch(
            said=asked,
            proposed=proposed,
            text=join_phrases([say("%(given)s asked for %(asked)s. This is %(proposed)s.", **names), instead]),
            confirm=say("%(proposed)s is fine, I checked with %(given)s", **names),
        ),
    )


def _fits(clock: time, reading: Reading) -> bool:
    earliest, latest = reading.earliest, reading.latest
    if earliest is None and latest is None:
        return clock == reading.exact_time
    return (earliest is None or earliest <= clock) and (latest is None or clock < latest)


def _say_days(reading: Reading) -> str:
    if reading.days:
        return join_names([say_day(day) for day in reading.days], either=True)
    first, last = reading.date_from, reading.date_to
    if first and last:
        return say_range(first, last)
    if first:
        return say("%(day)s or later", day=say_day(first))
    return say("%(day)s or earlier", day=say_day(last or date.max))


def _say_times(reading: Reading) -> str:
    match reading.earliest, reading.latest:
        case None, None:
            return say_time(reading.exact_time) if reading.exact_time else ""
        case time() as earliest, None:
            return say("after %(time)s", time=say_time(earliest))
        case None, time() as latest:
            return say("before %(time)s", time=say_time(latest))
        case earliest, latest:
            assert earliest and latest
            return say("between %(first)s and %(last)s", first=say_time(earliest), last=say_time(latest))


def _say_free(ctx: ToolContext, reading: Reading, provider: Provider) -> str:
    """What this clinician could offer instead, so that the person who decides need not look it up."""
    today = local(ctx.now).date()
    first = max(reading.date_from or today, today)
    exact = reading.exact_time if reading.earliest is None and reading.latest is None else None
    window = Window(
        date_from=first,
        date_to=max(reading.date_to or first + _OPEN_END, first),
        earliest=exact or reading.earliest,
        latest=exact or reading.latest,
        provider_ids=(provider.pk,),
    )
    if fitting := free_slots(window, now=ctx.now, run_id=ctx.run_id).first():
        return say("%(who)s is free on %(when)s.", who=provider.short, when=say_when(fitting.starts_at))
    asked = say("at %(time)s", time=_say_times(reading)) if exact else _say_times(reading)
    later = next_fitting(window, now=ctx.now, run_id=ctx.run_id)
    if later is None:
        return say("%(who)s has nothing %(asked)s in the next 3 months.", who=provider.short, asked=asked)
    until = say_day(local(later.starts_at).date())
    return say("%(who)s has nothing %(asked)s until %(until)s.", who=provider.short, asked=asked, until=until)
