"""The second factor: set up with an app, asked for at log-in, required of a role, reset by an admin."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import hotp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from agentops.models import AuditEntry
from supervision.models import RoleRule, has_second_factor
from tests.supervision.rows import code_of

pytestmark = pytest.mark.usefixtures("quick_passwords")
RIGHT = "harbour-lane-desk"


def enter(name: str = "priya", client: Client | None = None, following: str = "") -> Client:
    """A browser in which the password was right."""
    client = client or Client()
    sent = client.post("/login/", {"username": name, "password": RIGHT, "next": following})
    assert sent.status_code == 302
    return client


def set_up(client: Client, address: str = "/me/second-factor/") -> tuple[str, list[str]]:
    """Set it up as the page says; the app's key and the recovery codes."""
    client.get(address)
    key = client.session["new_key"]
    page = client.post(address, {"code": code_of(key)}, follow=True).content.decode()
    return key, re.findall(r"<li>([a-z2-7]{8})</li>", page)


def test_a_code_is_asked_for_after_the_password_and_until_then_the_browser_is_nobodys(desk: Client) -> None:
    key, codes = set_up(desk)
    assert len(codes) == 10
    browser = enter(following="/runs/")
    assert browser.get("/")["Location"].startswith("/login/")
    assert "Your code" in browser.get("/login/code/").content.decode()
    wrong = browser.post("/login/code/", {"code": "000000"})
    assert wrong.status_code == 400
    assert "This code is wrong" in wrong.content.decode()
    with time_machine.travel(timedelta(minutes=1)):
        right = browser.post("/login/code/", {"code": code_of(key)})
    assert right["Location"] == "/runs/"
    assert browser.get("/").status_code == 200
    whats = list(AuditEntry.objects.order_by("seq").values_list("what", flat=True))
    assert whats == ["second_factor.added", "login.code_wrong", "login.done"]
    assert AuditEntry.objects.latest("seq").facts == {"code": True}


def test_a_code_that_was_used_does_not_open_twice(desk: Client) -> None:
    key, _ = set_up(desk)
    with time_machine.travel(timedelta(minutes=1)):
        code = code_of(key)
        assert enter().post("/login/code/", {"code": code}).status_code == 302
        assert enter().post("/login/code/", {"code": code}).status_code == 400


def test_a_recovery_code_opens_once_and_new_ones_replace_the_old(desk: Client) -> None:
    _, codes = set_up(desk)
    assert enter().post("/login/code/", {"code": f" {codes[0].upper()} "}).status_code == 302
    assert enter().post("/login/code/", {"code": codes[0]}).status_code == 400
    desk.post("/me/second-factor/renew/", follow=True)
    assert StaticToken.objects.count() == 10
    assert not StaticToken.objects.filter(token__in=codes).exists()


def test_wrong_codes_make_the_wait_longer_and_it_is_told(desk: Client) -> None:
    set_up(desk)
    browser = enter()
    with time_machine.travel("2027-01-01T10:00:00Z", tick=False) as clock:
        browser = enter()
        for number in range(7):
            assert browser.post("/login/code/", {"code": "000000"}).status_code == 400
            clock.shift(timedelta(seconds=2**number))
        browser.post("/login/code/", {"code": "000000"})
        paused = browser.post("/login/code/", {"code": "000000"})
    assert paused.status_code == 429
    assert "Too many tries. Try again in 3 minutes." in paused.content.decode()


def test_the_second_step_ends_after_ten_minutes_and_with_the_account(desk: Client, priya: User) -> None:
    key, _ = set_up(desk)
    browser = enter()
    with time_machine.travel(timedelta(minutes=11)):
        assert browser.post("/login/code/", {"code": code_of(key)})["Location"] == "/login/"
    browser = enter()
    User.objects.filter(pk=priya.pk).update(is_active=False)
    assert browser.get("/login/code/")["Location"] == "/login/"


def test_nobody_comes_to_the_second_step_without_the_first(desk: Client) -> None:
    key, _ = set_up(desk)
    stranger = Client()
    for address in ["/login/code/", "/login/second-factor/"]:
        assert stranger.get(address)["Location"] == "/login/"
        assert stranger.post(address, {"code": code_of(key)})["Location"] == "/login/"


def test_who_has_one_already_is_not_led_around_it(desk: Client) -> None:
    set_up(desk)
    RoleRule.objects.create(role="front desk", second_factor=True)
    browser = enter()
    assert browser.get("/login/second-factor/")["Location"] == "/login/code/"
    assert browser.post("/login/second-factor/", {"code": "1"})["Location"] == "/login/code/"


def test_whose_role_needs_one_sets_it_up_at_the_next_log_in_and_not_before(
    desk: Client, priya: User, ruth: User, leo: User, sign_in: Callable[[User], Client]
) -> None:
    admin = sign_in(leo)
    saved = admin.post("/people/rules/", {"second_factor": ["front desk"]}, follow=True).content.decode()
    assert "It counts from the next log-in on." in saved
    assert desk.get("/").status_code == 200
    assert enter("ruth").get("/").status_code == 200
    browser = enter(following="/runs/")
    assert browser.get("/")["Location"].startswith("/login/")
    page = browser.get("/login/second-factor/").content.decode()
    assert "Your role needs one." in page
    assert 'src="data:image/svg+xml' in page
    wrong = browser.post("/login/second-factor/", {"code": "12"})
    assert wrong.status_code == 400
    assert not has_second_factor(priya)
    _, codes = set_up(browser, "/login/second-factor/")
    assert len(codes) == 10
    assert browser.get("/runs/").status_code == 200
    assert has_second_factor(priya)
    assert "/me/second-factor/remove/" not in browser.get("/me/").content.decode()
    assert browser.post("/me/second-factor/remove/", {"code": codes[0]})["Location"] == "/me/"
    assert has_second_factor(priya)


def test_the_key_stays_the_same_until_a_right_code_came_back(desk: Client) -> None:
    first = desk.get("/me/second-factor/").content.decode()
    again = desk.post("/me/second-factor/", {"code": "000000"}).content.decode()
    secret = re.search(r'secret">([A-Z2-7 ]+)<', first)
    assert secret
    assert secret.group(1) in again
    assert "This code is wrong" in again


def test_recovery_codes_are_shown_once(desk: Client) -> None:
    set_up(desk)
    assert desk.get("/me/second-factor/codes/")["Location"] == "/me/"


def test_one_may_go_back_to_the_password_with_a_right_code(desk: Client, priya: User) -> None:
    _, codes = set_up(desk)
    assert desk.post("/me/second-factor/remove/", {"code": "aaaaaaaa"}).status_code == 400
    assert has_second_factor(priya)
    desk.post("/me/second-factor/remove/", {"code": codes[1]})
    assert has_second_factor(priya), "the wait after a wrong code holds for the next one too"
    with time_machine.travel(timedelta(seconds=5)):
        desk.post("/me/second-factor/remove/", {"code": codes[1]})
    assert not has_second_factor(priya)
    assert enter().get("/").status_code == 200


def test_an_admin_resets_what_somebody_lost(
    desk: Client, priya: User, leo: User, sign_in: Callable[[User], Client]
) -> None:
    set_up(desk)
    admin = sign_in(leo)
    assert "Set up. Reset it" in admin.get(f"/people/{priya.pk}/").content.decode()
    admin.post(f"/people/{priya.pk}/second-factor/")
    assert not has_second_factor(priya)
    assert enter().get("/").status_code == 200
    assert AuditEntry.objects.filter(what="second_factor.reset", who="Leo Marsh").exists()


def test_nobody_ties_a_second_app_to_an_account(desk: Client) -> None:
    set_up(desk)
    assert desk.get("/me/second-factor/")["Location"] == "/me/"
    assert TOTPDevice.objects.count() == 1


@pytest.mark.parametrize(("counter", "code"), list(enumerate([755224, 287082, 359152, 969429, 338314])))
def test_the_codes_are_those_of_the_standard(counter: int, code: int) -> None:
    """RFC 4226, appendix D."""
    assert hotp(b"12345678901234567890", counter) == code
