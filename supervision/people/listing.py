"""Everybody with an account: role, team, when they were last here, and whether a password alone lets them in."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from agentops.domain.visible_text import show_text
from supervision.models import Profile, RoleRule
from supervision.roles import Role, display_name
from supervision.wording import say_when


@dataclass(frozen=True, slots=True)
class Someone:
    """One account."""

    id: int
    name: str
    first: str
    last: str
    username: str
    role: Role | None
    team: str
    seen: str
    second: bool
    required: bool
    active: bool
    has_password: bool


def list_people(*, now: datetime) -> list[Someone]:
    """Every account, those in use first, by name."""
    users = User.objects.annotate(looked=Max("viewing__seen_at")).prefetch_related("groups", "profile")
    required = read_rules()
    second = set(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))
    people = [_describe(user, required=required, second=user.pk in second, now=now) for user in users]
    return sorted(people, key=lambda one: (not one.active, one.name.casefold(), one.id))


def read_person(user_id: int, *, now: datetime) -> Someone | None:
    """One account; None where there is no such."""
    return next((one for one in list_people(now=now) if one.id == user_id), None)


def read_rules() -> set[str]:
    """The roles of which a second factor is asked."""
    return set(RoleRule.objects.filter(second_factor=True).values_list("role", flat=True))


def list_teams() -> list[str]:
    """Every team that somebody is in, for the form to offer."""
    return sorted(set(Profile.objects.exclude(team="").values_list("team", flat=True)))


def _describe(user: User, *, required: set[str], second: bool, now: datetime) -> Someone:
    names = {group.name for group in user.groups.all()}
    held = [role for role in Role if role.value in names]
    role = held[-1] if held else None
    moments = [moment for moment in (user.last_login, getattr(user, "looked", None)) if moment]
    profile = getattr(user, "profile", None)
    return Someone(
        id=user.pk,
        name=show_text(display_name(user)),
        first=user.first_name,
        last=user.last_name,
        username=show_text(user.username),
        role=role,
        team=show_text(profile.team if profile else ""),
        seen=say_when(max(moments), now=now) if moments else _("Never"),
        second=second,
        required=role is not None and role.value in required,
        active=user.is_active,
        has_password=user.has_usable_password(),
    )
