"""Which teams a tool's requests may be kept for, and whether anybody is left who may answer them."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from agentops.domain.policy.settings import MOST_TEAMS
from supervision.roles import roles_that_answer


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """A team to tick; `people` counts who could log in and is in it."""

    name: str
    ticked: bool
    people: int


def list_team_choices(ticked: tuple[str, ...]) -> list[TeamChoice]:
    """Every team that somebody is in, and those that are ticked although nobody is in them any more."""
    people: dict[str, int] = {}
    for team in User.objects.filter(is_active=True).exclude(profile__team="").values_list("profile__team", flat=True):
        if team:
            people[team] = people.get(team, 0) + 1
    return [TeamChoice(name, name in ticked, people.get(name, 0)) for name in sorted({*people, *ticked})]


def why_no_answerers(answerers: str, teams: tuple[str, ...]) -> str:
    """Why nobody could answer where only these teams may; empty where somebody can, or every team may."""
    if not teams:
        return ""
    if len(teams) > MOST_TEAMS:
        return _("Choose %(most)s teams at most.") % {"most": MOST_TEAMS}
    roles = [role.value for role in roles_that_answer(answerers)]
    able = User.objects.filter(is_active=True, groups__name__in=roles, profile__team__in=teams)
    return "" if able.exists() else _("Nobody in these teams may answer. Choose another one, or none for every team.")
