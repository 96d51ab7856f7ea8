"""Who may see and do what: one table, and one function that raises."""

from collections.abc import Sequence
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext, gettext_noop

from agentops.domain.policy.settings import Answerers
from agentops.domain.visible_text import show_text
from agentops.models import ToolPolicy
from supervision.models import Profile

MAX_NAME = 150
NO_ROLE = gettext_noop("This account cannot use the dashboard. Ask an administrator.")


class Role(StrEnum):
    """The three kinds of people; each is a Django group of that name. A later one counts for more."""

    FRONT_DESK = "front desk"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that a page shows or a button does."""

    SIGN_IN = gettext_noop("sign in or out")
    SEE_QUEUE = gettext_noop("see the requests")
    DECIDE = gettext_noop("answer requests")
    CLOSE_HANDOFF = gettext_noop("close what was handed over")
    START_RUN = gettext_noop("start a request")
    STOP_RUN = gettext_noop("stop a run")
    SEE_RUNS = gettext_noop("see the runs")
    SEE_COST = gettext_noop("see costs")
    SEE_METRICS = gettext_noop("see the metrics")
    SET_TARGETS = gettext_noop("set what the figures should be")
    SEE_ALERTS = gettext_noop("see the alerts")
    SET_ALERTS = gettext_noop("set and silence alerts")
    SET_BUDGETS = gettext_noop("set budgets")
    SEE_RAW = gettext_noop("see raw data")
    SET_TIERS = gettext_noop("set what tools may do")
    STOP_WORK = gettext_noop("stop and resume all work")
    SEE_ACCESS = gettext_noop("see who saw whom")
    SEE_RECORD = gettext_noop("read the record of decisions")
    SET_PEOPLE = gettext_noop("set who may use the dashboard")
    SEE_GOLDEN = gettext_noop("see the golden examples")
    SAVE_GOLDEN = gettext_noop("save a run as a golden example")
    PLAY_GOLDEN = gettext_noop("have the golden examples played")


_EVERY_ROLE = frozenset(Role)
_LEADERS = frozenset({Role.MANAGER, Role.ADMIN})

ROLES: dict[Permission, frozenset[Role]] = {
    Permission.SIGN_IN: _EVERY_ROLE,
    Permission.SEE_QUEUE: _EVERY_ROLE,
    Permission.DECIDE: _EVERY_ROLE,
    Permission.CLOSE_HANDOFF: _EVERY_ROLE,
    Permission.START_RUN: _EVERY_ROLE,
    Permission.STOP_RUN: _EVERY_ROLE,
    Permission.SEE_RUNS: _EVERY_ROLE,
    Permission.SEE_COST: _LEADERS,
    Permission.SEE_METRICS: _LEADERS,
    Permission.SET_TARGETS: _LEADERS,
    Permission.SEE_ALERTS: _LEADERS,
    Permission.SET_ALERTS: _LEADERS,
    Permission.SET_BUDGETS: _LEADERS,
    Permission.SEE_RAW: frozenset({Role.ADMIN}),
    Permission.SET_TIERS: frozenset({Role.ADMIN}),
    Permission.STOP_WORK: _LEADERS,
    Permission.SEE_ACCESS: _LEADERS,
    Permission.SEE_RECORD: _LEADERS,
    Permission.SET_PEOPLE: frozenset({Role.ADMIN}),
    Permission.SEE_GOLDEN: _LEADERS,
    Permission.SAVE_GOLDEN: frozenset({Role.ADMIN}),
    Permission.PLAY_GOLDEN: frozenset({Role.ADMIN}),
}

_ANSWERS: dict[Answerers, tuple[frozenset[Role], str]] = {
    Answerers.ANYBODY: (_EVERY_ROLE, ""),
    Answerers.LEADERS: (_LEADERS, gettext_noop("Only a manager can answer this. Pass it on.")),
    Answerers.ADMINS: (frozenset({Role.ADMIN}), gettext_noop("Only an admin can answer this. Pass it on.")),
}
"""Who may answer by a tool's policy, and what everybody else is told."""

AnyUser = AbstractBaseUser | AnonymousUser


def role_of(user: AnyUser) -> Role | None:
    """The person's role, the weightiest where they have several; None for strangers, locked accounts and no role."""
    if not user.is_authenticated or not user.is_active:
        return None
    names = set(Group.objects.filter(user__pk=user.pk).values_list("name", flat=True))
    held = [role for role in Role if role.value in names]
    return held[-1] if held else None


def may(role: Role | None, permission: Permission) -> bool:
    """Whether a role holds a permission; no role holds none."""
    return role in ROLES[permission]


def roles_that_answer(answerers: str) -> frozenset[Role]:
    """The roles whose people may answer by a tool's policy; one that cannot be read is for admins only."""
    return _ANSWERS[_read_answerers(answerers)][0]


def why_not_answer(role: Role | None, answerers: str, *, teams: Sequence[str] = (), team: str = "") -> str:
    """Why somebody of this role and team may not answer by such a policy; empty where they may."""
    if role not in roles_that_answer(answerers):
        return gettext(_ANSWERS[_read_answerers(answerers)][1])
    if not teams or team in teams:
        return ""
    named = gettext(" or ").join(show_text(one) for one in teams)
    return gettext("Only team %(teams)s can answer this. Pass it on.") % {"teams": named}


def find_why_not_answer(user: AnyUser, *, role: Role | None, policy: ToolPolicy | None) -> str:
    """Why this person may not answer a request of a tool with this policy; empty where they may.

    A tool without a policy is for everybody.
    """
    if policy is None:
        return ""
    team = Profile.objects.filter(user=user.pk).values_list("team", flat=True).first() if policy.teams else ""
    return why_not_answer(role, policy.answerers, teams=policy.teams, team=team or "")


def _read_answerers(answerers: str) -> Answerers:
    return Answerers(answerers) if answerers in set(Answerers) else Answerers.ADMINS


def require(user: AnyUser, permission: Permission) -> Role:
    """The person's role; raises PermissionDenied, in words for the page, where it does not hold the permission."""
    role = role_of(user)
    if role is None:
        raise PermissionDenied(gettext(NO_ROLE))
    if not may(role, permission):
        told = {"role": gettext(role), "permission": gettext(permission)}
        raise PermissionDenied(
            gettext("Your account (%(role)s) may not %(permission)s. Ask an administrator if you need to.") % told
        )
    return role


def display_name(user: AnyUser) -> str:
    """The name that others read next to what this person did, cut to what the rows that name people hold."""
    full = getattr(user, "get_full_name", str)().strip()
    return (full or user.get_username())[:MAX_NAME].rstrip()
