"""One person's own page: keys, sound and notifications of their own, and the end of a shift."""

import os

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from agentops.models import ToolCall
from supervision.models import Preferences
from supervision.roles import display_name
from tests.supervision.browser import open_browser
from tests.supervision.rows import person

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


def test_settings_are_kept_for_one_person_only(desk: Client, mo: User, priya: User) -> None:
    page = desk.get("/me/").content.decode()
    assert 'data-shortcuts="on" data-sound="on" data-volume="normal" data-notices="off"' in page
    assert desk.post("/me/save/", {"keys": "alt", "volume": "quiet", "notices": "on"}).status_code == 302
    kept = Preferences.objects.get()
    assert (kept.user, kept.keys, kept.sound, kept.volume, kept.notices) == (priya, "alt", False, "quiet", True)
    page = desk.get("/").content.decode()
    assert 'data-shortcuts="alt" data-sound="off" data-volume="quiet" data-notices="on"' in page


def test_a_setting_that_does_not_exist_is_the_usual_one(desk: Client) -> None:
    desk.post("/me/save/", {"keys": "pedals", "volume": "11"})
    kept = Preferences.objects.get()
    assert (kept.keys, kept.volume) == ("on", "normal")


@pytest.mark.django_db(transaction=True)
def test_single_keys_do_nothing_where_they_are_switched_off(
    priya: User, browser: Browser, live_server: LiveServer, ana_waits: ToolCall
) -> None:
    Preferences.objects.create(user=priya, keys="off")
    context = open_browser(browser, live_server, priya)
    page = context.new_page()
    page.goto(f"/requests/{ana_waits.pk}/")
    page.locator("#rh").focus()
    for key in ["a", "r", "1", "?"]:
        page.keyboard.press(key)
    expect(page.locator("#rh")).to_be_focused()
    assert page.locator("[data-no][open], dialog[open], .bar kbd:visible").count() == 0
    context.close()


def test_a_very_long_name_is_cut_to_what_the_rows_hold(db: None) -> None:
    long = person("long", "A" * 149, "B" * 140, "front desk")
    assert len(display_name(long)) <= 150
    assert display_name(long).startswith("A" * 149)
