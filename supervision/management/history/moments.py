"""When people ask: hardly on a Sunday, most of all on a Monday morning."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

WEEK = (1.35, 1.1, 1.0, 1.0, 0.9, 0.2, 0.06)
HOURS = {7: 2, 8: 14, 9: 13, 10: 10, 11: 9, 12: 6, 13: 6, 14: 9, 15: 8, 16: 8, 17: 6, 18: 2, 19: 1, 20: 1, 22: 0.5}


def spread(*, runs: int, days: int, until: date, rng: Random) -> Iterator[datetime]:
    """That many moments, in order, on the days before `until`."""
    dates = [until - timedelta(days=back) for back in range(days, 0, -1)]
    weights = [WEEK[day.weekday()] * (0.9 + 0.2 * number / days) for number, day in enumerate(dates)]
    total, passed, given = sum(weights), 0.0, 0
    for day, weight in zip(dates, weights, strict=True):
        passed += weight
        due = round(runs * passed / total) - given
        given += due
        yield from _day(day, due, rng)


def _day(day: date, count: int, rng: Random) -> Iterator[datetime]:
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    hours = rng.choices([*HOURS], weights=[*HOURS.values()], k=count)
    seconds = sorted(hour * 3600 + rng.random() * 3600 for hour in hours)
    yield from (midnight + timedelta(seconds=second) for second in seconds)
