"""What admins do to accounts. One admin always stays, and nobody shuts themselves out."""

from collections.abc import Collection

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from agentops.audit import append_entry
from supervision.actions.outcomes import Refused
from supervision.models import Profile, RoleRule
from supervision.roles import Permission, Role, display_name, require, role_of


def add_person(*, user: User, username: str, first: str, last: str, role: Role, team: str) -> int | Refused:
    """Open an account without a password: the person chooses one by the link that `make_password_link` gives."""
    require(user, Permission.SET_PEOPLE)
    try:
        with transaction.atomic():
            person = User(username=username, first_name=first, last_name=last)
            person.set_unusable_password()
            person.save(force_insert=True)
            _set_place(person, role=role, team=team)
            facts = {"role": role.value, "team": team, "by": user.username}
            append_entry(who=display_name(user), what="person.added", subject=_subject(person), facts=facts)
    except IntegrityError:
        return Refused("name_taken", _("Somebody has this name already. Choose another one."), "username")
    return int(person.pk)


def change_person(*, user: User, person_id: int, first: str, last: str, role: Role, team: str) -> bool | Refused:
    """Set what somebody is called, their role and their team; another role ends their sessions. False: as it was."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        _lock_accounts()
        person = User.objects.get(pk=person_id)
        held, profile = role_of(person), Profile.objects.filter(user=person).first()
        before = _read_place(person, held, profile.team if profile else "")
        if held is Role.ADMIN and role is not Role.ADMIN and _is_last_admin(person):
            return Refused("last_admin", _("This is the only admin. Make somebody else an admin first."), "role")
        person.first_name, person.last_name = first, last
        person.save(update_fields=["first_name", "last_name"])
        _set_place(person, role=role, team=team)
        after = _read_place(person, role, team)
        changed = {name: f"{before[name]} → {after[name]}" for name in after if before[name] != after[name]}
        if not changed:
            return False
        facts = {**changed, "by": user.username}
        append_entry(who=display_name(user), what="person.changed", subject=_subject(person), facts=facts)
        if "role" in changed and person.pk != user.pk:
            _end_sessions(person)
    return True


def deactivate_person(*, user: User, person_id: int) -> bool | Refused:
    """Shut somebody out at once: their sessions end, and open desks hear nothing any more within seconds."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        _lock_accounts()
        person = User.objects.get(pk=person_id)
        if person.pk == user.pk:
            return Refused("yourself", _("You cannot shut yourself out. Ask another admin."))
        if role_of(person) is Role.ADMIN and _is_last_admin(person):
            return Refused("last_admin", _("This is the only admin. Make somebody else an admin first."))
        if not User.objects.filter(pk=person_id, is_active=True).update(is_active=False):
            return False
        _end_sessions(person)
        append_entry(who=display_name(user), what="person.deactivated", subject=_subject(person), facts={})
    return True


def activate_person(*, user: User, person_id: int) -> bool:
    """Let somebody in again, with the password they had."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        if not User.objects.filter(pk=person_id, is_active=False).update(is_active=True):
            return False
        person = User.objects.get(pk=person_id)
        facts = {"by": user.username}
        append_entry(who=display_name(user), what="person.activated", subject=_subject(person), facts=facts)
    return True


def make_password_link(*, user: User, person_id: int) -> tuple[str, str]:
    """The two parts of an address at which this person, once and within three days, chooses a password."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        person = User.objects.get(pk=person_id)
        facts = {"by": user.username}
        append_entry(who=display_name(user), what="person.link_made", subject=_subject(person), facts=facts)
    return urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)


def require_second_factor(*, user: User, roles: Collection[Role]) -> bool:
    """Ask a second factor of everybody with these roles, from their next log-in on. False: it was so before."""
    require(user, Permission.SET_PEOPLE)
    with transaction.atomic():
        before = set(RoleRule.objects.select_for_update().filter(second_factor=True).values_list("role", flat=True))
        wanted = {role.value for role in roles}
        if before == wanted:
            return False
        for role in Role:
            RoleRule.objects.update_or_create(role=role.value, defaults={"second_factor": role.value in wanted})
        facts = {"roles": sorted(wanted)}
        append_entry(who=display_name(user), what="people.second_factor", subject="roles", facts=facts)
    return True


def _lock_accounts() -> None:
    """Two admins who demote one another at the same moment must not both be allowed to."""
    Group.objects.get_or_create(name=Role.ADMIN.value)
    list(Group.objects.select_for_update().filter(name=Role.ADMIN.value))


def _is_last_admin(person: User) -> bool:
    admins = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value)
    return not admins.exclude(pk=person.pk).exists()


def _set_place(person: User, *, role: Role, team: str) -> None:
    others = person.groups.filter(name__in=[known.value for known in Role if known is not role])
    person.groups.remove(*others)
    person.groups.add(Group.objects.get_or_create(name=role.value)[0])
    Profile.objects.update_or_create(user=person, defaults={"team": team})


def _read_place(person: User, role: Role | None, team: str) -> dict[str, str]:
    return {"name": display_name(person), "role": role.value if role else "", "team": team}


def _end_sessions(person: User) -> None:
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()


def _subject(person: User) -> str:
    return f"person {person.username}"[:80]
