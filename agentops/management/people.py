"""The three people of a new installation, one of each role."""

import secrets
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

DEMO_PASSWORD = "front-desk-demo"  # noqa: S105  (printed at start, for the demo's made-up people only)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    username: str
    first: str
    last: str
    role: str


PEOPLE = (
    Person("priya", "Priya", "Nair", "front desk"),
    Person("ruth", "Ruth", "Kerr", "manager"),
    Person("leo", "Leo", "Marsh", "admin"),
)


@transaction.atomic
def ensure_people(*, password: str | None) -> dict[str, str]:
    """Make the three people and their roles; returns the passwords of those that were new, by user name.

    Without a password each gets a random one of their own.
    """
    made = {}
    for person in PEOPLE:
        group, _ = Group.objects.get_or_create(name=person.role)
        user, new = get_user_model().objects.get_or_create(
            username=person.username, defaults={"first_name": person.first, "last_name": person.last}
        )
        if new:
            made[person.username] = password or secrets.token_urlsafe(12)
            user.set_password(made[person.username])
            user.save()
            user.groups.add(group)
    return made
