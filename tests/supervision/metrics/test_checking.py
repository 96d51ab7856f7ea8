"""Are people really checking: answers by team, timed from the look that was recorded."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from agentops.models import ToolCall
from supervision.metrics.checking import read_checking
from supervision.models import Decision, Viewing
from tests.supervision.metrics.facts import ask
from tests.supervision.rows import add_call


def answered(user: User, role: str, verdict: str, *, after: float | None = None, tier: str = "risky") -> ToolCall:
    """A request that this person looked at so many seconds before they answered; None: no look was recorded."""
    call, at = add_call(tier=tier), timezone.now() - timedelta(minutes=1)
    if after is not None:
        seen = at - timedelta(seconds=after)
        Viewing.objects.create(user=user, who="x", role=role, page="request", call=call, seen_at=seen)
    Decision.objects.create(
        call=call, user=user, who="x", role=role, verdict=verdict, version_seen=1, digest_seen="0", tier=tier,
        decided_at=at,
    )  # fmt: skip
    return call


def test_each_team_has_its_answers_and_how_quickly_they_came(priya: User, ruth: User) -> None:
    answered(priya, "front desk", "approved", after=2)
    answered(priya, "front desk", "approved", after=20)
    answered(priya, "front desk", "rejected", after=40)
    answered(priya, "front desk", "approved")
    answered(priya, "front desk", "undone", after=1)
    answered(ruth, "manager", "approved", after=3)
    answered(ruth, "manager", "approved", after=1, tier="safe")
    found = read_checking(ask().cohort)
    desk, manager = found.teams
    assert (desk.role, desk.answers, desk.timed, desk.hasty) == ("front desk", 4, 3, 1)
    assert (desk.typical, desk.refused, desk.undone) == ("20 s", 1, 1)
    assert (manager.answers, manager.hasty) == (1, 0)
    assert (found.everyone.answers, found.everyone.hasty) == (5, 1)


def test_a_look_of_somebody_else_times_nobodys_answer(priya: User, ruth: User) -> None:
    call = answered(priya, "front desk", "approved")
    Viewing.objects.create(user=ruth, who="x", role="manager", page="request", call=call, seen_at=timezone.now())
    assert read_checking(ask().cohort).everyone.timed == 0


def test_what_was_changed_first_is_counted_and_nothing_at_all_is_said_honestly(db: None) -> None:
    empty = read_checking(ask().cohort)
    assert (empty.teams, empty.everyone.typical, empty.changed) == ([], "–", 0)
    first = add_call(status="superseded")
    add_call(run=first.run, step=first.step, supersedes=first, position=1)
    assert read_checking(ask().cohort).changed == 1
