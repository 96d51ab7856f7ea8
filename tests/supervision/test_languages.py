"""Each person reads the desk in their own language, on every browser where they log in."""

import ast
import gettext
import re
from datetime import UTC, datetime

import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import get_language

from supervision.models import Preferences
from tests.supervision.rows import add_call

LOGIN = {"username": "priya", "password": "harbour-lane-desk"}


def test_a_chosen_language_holds_at_once_and_after_the_next_log_in(priya: User) -> None:
    client = Client()
    client.post("/login/", LOGIN)
    assert "Aprobaciones" not in client.get("/me/").content.decode()
    saved = client.post("/me/language/", {"language": "es"}, follow=True).content.decode()
    assert "Guardado." in saved and "Aprobaciones" in saved and "Cerrar sesión" in saved
    elsewhere = Client()
    elsewhere.post("/login/", LOGIN)
    assert "Aprobaciones" in elsewhere.get("/").content.decode()


def test_whoever_logs_in_next_on_the_same_browser_reads_their_own_language(priya: User, mo: User) -> None:
    client = Client()
    client.post("/login/", LOGIN)
    client.post("/me/language/", {"language": "es"})
    client.post("/logout/")
    client.post("/login/", LOGIN | {"username": "mo"})
    assert "Approvals" in client.get("/").content.decode()


def test_a_language_that_is_not_there_is_the_usual_one(desk: Client) -> None:
    desk.post("/me/language/", {"language": "tlh"})
    assert Preferences.objects.get().language == settings.LANGUAGE_CODE


def test_a_readers_language_ends_with_the_answer(desk: Client) -> None:
    before = get_language()
    desk.post("/me/language/", {"language": "es"})
    assert "Aprobaciones" in desk.get("/me/").content.decode()
    assert get_language() == before


def test_times_and_dates_follow_the_language_and_the_clinics_clock(priya: User) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 13, 34, tzinfo=UTC), tick=False) as clock:
        call = add_call()
        clock.shift(24 * 3600)
        client = Client()
        client.post("/login/", LOGIN)
        client.post("/me/language/", {"language": "es"})
        page = client.get(f"/requests/{call.pk}/").content.decode()
        assert timezone.get_current_timezone_name() == "Europe/London"
        assert "miércoles 1 de julio, 14:34" in page
        assert "2:34pm" not in page


def test_every_text_has_its_translation_and_the_compiled_file_is_the_written_one() -> None:
    folder = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
    entries = re.findall(r'^msgid ((?:".*"\s)+)msgstr ((?:".*"\s)+)', (folder / "django.po").read_text(), re.MULTILINE)
    written = {unquote(english): unquote(spanish) for english, spanish in entries}
    assert len(written) > 10 and all(written.values())
    with (folder / "django.mo").open("rb") as compiled:
        spoken = gettext.GNUTranslations(compiled)
    assert {english: spoken.gettext(english) for english in written} == written


def unquote(lines: str) -> str:
    """The text of a catalogue's quoted lines."""
    return "".join(ast.literal_eval(line) for line in lines.split("\n") if line.strip())
