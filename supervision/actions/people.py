"""What is kept of the people themselves: whom they saw, and how they want the desk to behave."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from agentops.domain.cards import Subject
from supervision.cards import name_patient, name_patients
from supervision.models import KEYS, VOLUMES, Preferences, Viewing
from supervision.roles import Permission, Role, display_name, require

SAME_LOOK = timedelta(minutes=10)


def record_viewing(
    *, user: User, role: Role, page: str, run_id: int, call_id: int | None = None, subject: Subject | None = None
) -> bool:
    """Write down that this person saw this card, or raw data ("raw"); False where they had it open a moment ago.

    `role` is the one with which the page was opened: by what right it was seen is what the log has to say.
    """
    now, patient = timezone.now(), ""
    if subject:
        patient = name_patient(given=subject.given, surname=subject.surname, number=subject.number)
    same = Viewing.objects.filter(user=user, run=run_id, call=call_id, page=page, patient=patient)
    if same.filter(seen_at__gt=now - SAME_LOOK).exists():
        return False
    Viewing.objects.create(
        user=user,
        who=display_name(user),
        role=role,
        page=page,
        run_id=run_id,
        call_id=call_id,
        patient=patient,
        seen_at=now,
    )
    return True


def record_list(*, user: User, role: Role, page: str, runs: Iterable[int]) -> bool:
    """Write down in one row which runs this person saw in a list (one of `PAGES_OF_MANY`).

    Those that they saw in it a moment ago are left out; False where that is all of them. A file that was taken away is
    always written down. `role` is the one with which the list was opened.
    """
    now = timezone.now()
    lately = Viewing.objects.filter(user=user, run=None, page=page, seen_at__gt=now - SAME_LOOK)
    known = set() if page == "runs_file" else {run for row in lately.only("runs") for run in row.run_keys}
    fresh = sorted(set(runs) - known)
    if not fresh:
        return False
    Viewing.objects.create(
        user=user,
        who=display_name(user),
        role=role,
        page=page,
        listed=len(fresh),
        runs=f",{','.join(map(str, fresh))},",
        first_run=fresh[0],
        last_run=fresh[-1],
        patients="\n".join(name_patients(fresh)),
        seen_at=now,
    )
    return True


def choose_language(*, user: User, language: str) -> str:
    """Keep the language this person reads the desk in; one that is not there is the usual one. Returns what it is."""
    require(user, Permission.SEE_QUEUE)
    chosen = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    Preferences.objects.update_or_create(user=user, defaults={"language": chosen})
    return chosen


def save_preferences(*, user: User, keys: str, sound: bool, volume: str, notices: bool) -> None:
    """Keep how this person wants the desk to behave; a choice that does not exist is the usual one."""
    require(user, Permission.SEE_QUEUE)
    wanted = {
        "keys": keys if keys in dict(KEYS) else "on",
        "sound": sound,
        "volume": volume if volume in dict(VOLUMES) else "normal",
        "notices": notices,
    }
    Preferences.objects.update_or_create(user=user, defaults=wanted)
