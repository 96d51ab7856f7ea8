"""The second factor of a log-in: an app that makes codes, and recovery codes for the day it is lost."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from agentops.audit import append_entry
from supervision.actions.outcomes import Refused
from supervision.models import has_second_factor, needs_second_factor
from supervision.roles import NO_ROLE, Permission, display_name, require, role_of
from supervision.wording import count

RECOVERY_CODES = 10
WRONG = "code_wrong"


def check_code(*, user: User, code: str) -> bool | Refused:
    """Whether this code lets somebody in whose password was right: one from the app, or a recovery code, used up by it.

    Each wrong one makes the wait for the next longer.
    """
    code = code.replace(" ", "").lower()
    kind = TOTPDevice if code.isdecimal() else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return _refuse_code()
        may_try, why = device.verify_is_allowed()
        if not may_try:
            seconds = max(1, round((why["locked_until"] - timezone.now()).total_seconds()))
            wait = count(seconds, "second") if seconds < 60 else count(-(-seconds // 60), "minute")
            return Refused("too_many", _("Too many tries. Try again in %(wait)s.") % {"wait": wait}, "code")
        if not device.verify_token(code):
            append_entry(who=display_name(user), what="login.code_wrong", subject=_subject(user), facts={})
            return _refuse_code()
    return True


def add_second_factor(*, user: User, key: str, code: str) -> list[str] | Refused:
    """Tie an app to this account, once it has shown a right code; the recovery codes, which are told only here."""
    if role_of(user) is None:
        return Refused("no_role", NO_ROLE)
    if has_second_factor(user):
        return Refused("there_already", _("This account has a second factor already."))
    with transaction.atomic():
        device = TOTPDevice(user=user, name="app", key=key, confirmed=True)
        if not device.verify_token(code.replace(" ", "")):
            transaction.set_rollback(True)
            return _refuse_code()
        codes = _make_recovery_codes(user)
        append_entry(who=display_name(user), what="second_factor.added", subject=_subject(user), facts={})
    return codes


def renew_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes in place of the old ones, which no longer let anybody in."""
    require(user, Permission.SEE_QUEUE)
    with transaction.atomic():
        codes = _make_recovery_codes(user)
        append_entry(who=display_name(user), what="second_factor.codes_renewed", subject=_subject(user), facts={})
    return codes


def remove_second_factor(*, user: User, code: str) -> bool | Refused:
    """Go back to the password alone, with a right code and where the role allows it."""
    role = require(user, Permission.SEE_QUEUE)
    if needs_second_factor(role):
        return Refused("required", _("Your role needs a second factor. An admin can reset it if you lost it."), "code")
    checked = check_code(user=user, code=code)
    if isinstance(checked, Refused):
        return checked
    with transaction.atomic():
        _remove(user)
        append_entry(who=display_name(user), what="second_factor.removed", subject=_subject(user), facts={})
    return True


def reset_second_factor(*, user: User, person_id: int) -> bool:
    """Take away the second factor of somebody who lost it. False: there was none."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        person = User.objects.get(pk=person_id)
        if not has_second_factor(person):
            return False
        _remove(person)
        append_entry(who=display_name(user), what="second_factor.reset", subject=_subject(person), facts={})
    return True


def _make_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery", confirmed=True)
    codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes


def _remove(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _refuse_code() -> Refused:
    return Refused(WRONG, _("This code is wrong, or its time is over. Type the one that the app shows now."), "code")


def _subject(user: User) -> str:
    return f"person {user.username}"[:80]
