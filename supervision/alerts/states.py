"""The life of an alert: what a look makes of it, and whether anybody is told. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

CALM_LOOKS = 2
"""So many looks in a row have to find it better before it is: a figure at its bound does not ring at every look."""


class State(StrEnum):
    """What may be said of a rule at one moment."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    NO_DATA = "no_data"

    @property
    def weight(self) -> int:
        """How urgent it is; to know nothing is no worse than that nothing is wrong."""
        return {State.ALERT: 2, State.WARN: 1}.get(self, 0)


class NoData(StrEnum):
    """What a rule makes of too little evidence."""

    SHOW = "show"
    KEEP = "keep"
    TELL = "tell"


class Told(StrEnum):
    """What a look has to say."""

    WORSE = "worse"
    BETTER = "better"
    AGAIN = "again"
    SILENT = "no_data"


class Standing(NamedTuple):
    """An alert as it stands between two looks."""

    state: State = State.OK
    since: datetime | None = None
    calm: int = 0
    told_at: datetime | None = None
    acknowledged: bool = False
    silenced_until: datetime | None = None


class Look(NamedTuple):
    """What a look made of an alert: how it stands now, whether it changed, and what is to be told, if anything."""

    standing: Standing
    changed: bool
    told: Told | None


def look_again(
    standing: Standing, found: State, *, now: datetime, no_data: NoData = NoData.SHOW, again_after: timedelta
) -> Look:
    """Worse counts at once, better after it was found twice. What stays bad is told again unless somebody took it on;
    what is silenced moves all the same, and is told when the silence is over and it is still bad.
    """
    if found is State.NO_DATA and no_data is NoData.KEEP:
        return Look(standing._replace(calm=0), False, None)
    if found.weight < standing.state.weight and standing.calm + 1 < CALM_LOOKS:
        return Look(standing._replace(calm=standing.calm + 1), False, None)
    if found is standing.state:
        return _stay(standing._replace(calm=0), now=now, again_after=again_after)
    return _move(standing, found, now=now, no_data=no_data)


def _stay(standing: Standing, *, now: datetime, again_after: timedelta) -> Look:
    """Nothing changed: say it again where it is bad, nobody has taken it on and long enough has passed."""
    due = standing.told_at is None or now >= standing.told_at + again_after
    if not standing.state.weight or standing.acknowledged or not due or _is_silenced(standing, now):
        return Look(standing, False, None)
    return Look(standing._replace(told_at=now), False, Told.AGAIN)


def _move(standing: Standing, found: State, *, now: datetime, no_data: NoData) -> Look:
    told = _find_words(standing, found, no_data)
    after = standing._replace(state=found, since=now, calm=0)
    if found.weight > standing.state.weight or not found.weight:
        after = after._replace(acknowledged=False)
    if told is None:
        return Look(after._replace(told_at=None), True, None)
    if _is_silenced(standing, now):
        # Due as soon as the silence is over; a recovery that nobody heard of the fault is not told late.
        return Look(after._replace(told_at=None), True, None)
    return Look(after._replace(told_at=now), True, told)


def _find_words(standing: Standing, found: State, no_data: NoData) -> Told | None:
    if found.weight > standing.state.weight:
        return Told.WORSE
    if found is State.NO_DATA and no_data is NoData.TELL:
        return Told.SILENT
    # Only what was told is taken back.
    return Told.BETTER if standing.state.weight and standing.told_at else None


def _is_silenced(standing: Standing, now: datetime) -> bool:
    return standing.silenced_until is not None and now < standing.silenced_until
