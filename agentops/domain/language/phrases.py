"""The value of one phrase by itself: "next Tuesday", "half past 3"."""

from datetime import date, datetime, time

from agentops.domain.language.times import find_times
from agentops.domain.language.wishes import find_wishes
from agentops.domain.language.words import clean_words


def resolve_date(*, text: str, now: datetime) -> date | None:
    """The single day that a phrase means, or None where it means none or several."""
    wishes = find_wishes(clean_words(text).text, today=now.date())
    if len(wishes) != 1 or wishes[0].first != wishes[0].last:
        return None
    return wishes[0].first


def resolve_time(*, text: str, now: datetime | None = None) -> time | None:
    """The single time of day that a phrase means, or None where it means none or several."""
    found = find_times(clean_words(text).text, taken=[], bare=True)
    return found[0].at if len(found) == 1 else None
