"""Who may use the desk: admins add, place and shut out people, and nobody can shut everybody out."""

import re
from collections.abc import Callable
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import AuditEntry
from supervision import actions
from supervision.models import Profile
from supervision.roles import Role, role_of
from tests.supervision.rows import person

pytestmark = pytest.mark.usefixtures("quick_passwords")
NEW = {"first": "Zoe", "last": "Hart", "username": "zoe", "role": "front desk", "team": "North"}
GOOD = "corner-table-lamp"


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    """Leo's browser."""
    return sign_in(leo)


def save(client: Client, user: User, **changes: str) -> tuple[int, str]:
    sent = {"first": user.first_name, "last": user.last_name, "role": str(role_of(user) or ""), "team": ""}
    answer = client.post(f"/people/{user.pk}/save/", {**sent, **changes}, follow=True)
    return answer.status_code, answer.content.decode()


def test_everybody_stands_in_the_list_with_role_team_and_second_factor(
    admin: Client, priya: User, nobody: User
) -> None:
    Profile.objects.create(user=priya, team="North")
    User.objects.filter(pk=nobody.pk).update(is_active=False)
    page = admin.get("/people/").content.decode()
    row = page.partition(f'href="/people/{priya.pk}/"')[2].partition("</tr>")[0]
    assert "Priya Nair" in row
    assert "Front desk" in row
    assert "North" in row
    assert "Never" in row
    assert "Off" in row
    assert page.index("Priya Nair") < page.index("No Role"), "who is shut out stands last"
    assert "Shut out" in page


def test_a_new_person_chooses_a_password_by_a_link_that_works_once(admin: Client) -> None:
    page = admin.post("/people/add/", NEW, follow=True).content.decode()
    link = re.search(r"http://testserver(/set-password/[^<]+)</bdi>", page)
    assert link
    zoe = User.objects.get(username="zoe")
    assert link.group(1) not in admin.get(f"/people/{zoe.pk}/").content.decode(), "it is shown once"
    browser = Client()
    assert browser.post("/login/", {"username": "zoe", "password": ""}).status_code == 200
    form = browser.get(link.group(1), follow=True)
    there = form.redirect_chain[-1][0]
    weak = browser.post(there, {"new_password1": "password", "new_password2": "password"}).content.decode()
    assert "There is a problem" in weak
    chosen = browser.post(there, {"new_password1": GOOD, "new_password2": GOOD}, follow=True)
    assert "Your password is set. Log in with it." in chosen.content.decode()
    entered = browser.post("/login/", {"username": "zoe", "password": GOOD}, follow=True)
    assert "Zoe Hart" in entered.content.decode()
    assert "This link cannot be used" in Client().get(link.group(1), follow=True).content.decode()
    made = list(AuditEntry.objects.order_by("seq").values_list("what", "who"))
    assert made == [
        ("person.added", "Leo Marsh"),
        ("person.link_made", "Leo Marsh"),
        ("password.chosen", "Zoe Hart"),
        ("login.done", "Zoe Hart"),
    ]


def test_a_link_is_of_no_use_to_somebody_who_was_shut_out(admin: Client, priya: User) -> None:
    page = admin.post(f"/people/{priya.pk}/link/", follow=True).content.decode()
    link = re.search(r"http://testserver(/set-password/[^<]+)</bdi>", page)
    assert link
    admin.post(f"/people/{priya.pk}/active/", {"active": "no"})
    assert "This link cannot be used" in Client().get(link.group(1), follow=True).content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"username": "two words"}, "Only letters, digits and @ . + - _, no spaces."),
        ({"username": ""}, "Write the name to log in with."),
        ({"username": "leo"}, "Somebody has this name already. Choose another one."),
        ({"first": " "}, "Write the first name."),
        ({"last": "x" * 101}, "At most 100 characters."),
        ({"role": "king"}, "Choose one of the roles."),
        ({"team": "x" * 61}, "At most 60 characters."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    admin: Client, wrong: dict[str, str], told: str
) -> None:
    answer = admin.post("/people/add/", {**NEW, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count(told) == 2, "above the form, and at the field"
    for name in set(NEW) - set(wrong) - {"role"}:
        assert f'value="{NEW[name]}"' in page
    assert not User.objects.filter(username="zoe").exists()
    assert not AuditEntry.objects.exists()


def test_another_role_counts_at_once_and_ends_the_sessions(
    admin: Client, priya: User, sign_in: Callable[[User], Client]
) -> None:
    hers = sign_in(priya)
    other = sign_in(person("mo", "Mo", "Ali", "front desk"))
    status, page = save(admin, priya, role="manager", team="North")
    assert (status, "Saved." in page) == (200, True)
    assert role_of(priya) is Role.MANAGER
    assert hers.get("/")["Location"].startswith("/login/")
    assert other.get("/").status_code == 200
    entry = AuditEntry.objects.get()
    assert entry.facts == {"role": "front desk → manager", "team": " → North", "by": "leo"}
    assert "Nothing was different." in save(admin, priya, team="North")[1]
    assert AuditEntry.objects.count() == 1


def test_shutting_somebody_out_ends_their_sessions_and_letting_them_in_gives_none_back(
    admin: Client, priya: User, sign_in: Callable[[User], Client]
) -> None:
    hers = sign_in(priya)
    page = admin.post(f"/people/{priya.pk}/active/", {"active": "no"}, follow=True).content.decode()
    assert "Priya Nair is shut out." in page
    assert hers.get("/")["Location"].startswith("/login/")
    sent = Client().post("/login/", {"username": "priya", "password": "harbour-lane-desk"})
    assert "Name or password is wrong." in sent.content.decode()
    admin.post(f"/people/{priya.pk}/active/", {"active": "yes"})
    assert hers.get("/").status_code == 302
    again = Client().post("/login/", {"username": "priya", "password": "harbour-lane-desk"})
    assert again.status_code == 302
    whats = list(AuditEntry.objects.order_by("seq").values_list("what", flat=True))
    assert whats == ["person.deactivated", "person.activated", "login.done"]


def test_the_last_admin_stays_an_admin_and_nobody_shuts_themselves_out(
    admin: Client, leo: User, priya: User, sign_in: Callable[[User], Client]
) -> None:
    status, page = save(admin, leo, role="manager", last="Marsh-Ward")
    assert status == 409
    assert "This is the only admin. Make somebody else an admin first." in page
    assert 'value="Marsh-Ward"' in page
    alone = admin.post(f"/people/{leo.pk}/active/", {"active": "no"})
    assert alone.status_code == 409
    assert "You cannot shut yourself out." in alone.content.decode()
    save(admin, priya, role="admin")
    refused = actions.deactivate_person(user=priya, person_id=leo.pk)
    assert refused is True, "two admins: one may go"
    leo.refresh_from_db()
    assert not leo.is_active
    last = actions.change_person(user=priya, person_id=priya.pk, first="P", last="N", role=Role.MANAGER, team="")
    assert isinstance(last, actions.Refused)
    assert last.code == "last_admin"


def test_an_admin_who_is_shut_out_does_not_count_as_the_one_who_stays(admin: Client, leo: User, db: None) -> None:
    person("zoe", "Zoe", "Hart", "admin")
    User.objects.filter(username="zoe").update(is_active=False)
    assert save(admin, leo, role="front desk")[0] == 409


def test_an_admin_who_steps_back_is_led_to_what_they_may_still_see(admin: Client, leo: User) -> None:
    person("zoe", "Zoe", "Hart", "admin")
    status, page = save(admin, leo, role="front desk")
    assert status == 200
    assert "waiting" in page


@pytest.mark.django_db(transaction=True)
def test_a_change_that_cannot_be_recorded_is_not_made(
    leo: User, priya: User, sign_in: Callable[[User], Client]
) -> None:
    hers = sign_in(priya)
    with (
        mock.patch("supervision.actions.accounts.append_entry", side_effect=OSError("full")),
        pytest.raises(OSError, match="full"),
    ):
        actions.deactivate_person(user=leo, person_id=priya.pk)
    priya.refresh_from_db()
    assert priya.is_active
    assert hers.get("/").status_code == 200


def test_whom_there_is_not_has_no_page(admin: Client) -> None:
    for address in ["/people/9999/", "/people/9999/save/", "/people/9999/active/"]:
        assert admin.post(address).status_code in {404, 405}
