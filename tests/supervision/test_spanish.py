"""The pages in Spanish: no literal text beside the catalogue, nothing without a translation, and what is
rendered holds no English of ours.
"""

import ast
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, ToolCall
from supervision.models import Decision
from tests.supervision.clinic import open_clinic
from tests.supervision.rows import MOVE, TWO_PM, add_call, add_edit, add_run, add_step

TEMPLATES = settings.BASE_DIR / "templates" / "supervision"
OTHERS = {"_edit_described.html"}
"""It holds attributes only."""

TOKEN = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#}|<!doctype[^>]*>|<(?:[^>{]|{{.*?}}|{%.*?%}|{)*>)", re.DOTALL)
SPOKEN = re.compile(r'\b(?:aria-label|placeholder|title|data-l|data-rest)="([^"{}<>]*[A-Za-z]{2}[^"{}<>]*)"')
ASKING = {"gettext", "gettext_lazy", "gettext_noop", "_", "say", "sayable"}
CLOCK = "%(clock_of_12)s"
"""Its translation chooses the other of the two clocks that the phrase brings along."""

NAMES = {"Handrail", "CSV", "JSON", "manage.py verify_audit", "call 12", "fixed", "at-list", "quiet"}
"""The product, two formats, a command, what can be searched for, and the classes of a page's body."""


def our_templates() -> list[Path]:
    return sorted(path for path in TEMPLATES.glob("*.html") if path.name not in OTHERS)


def catalogue() -> dict[str, str]:
    """What the written catalogue translates; of plural forms the one."""
    text = (settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES" / "django.po").read_text()
    assert "fuzzy" not in text and "\n#~" not in text
    pattern = r'^msgid ((?:".*"\s)+)(?:msgid_plural (?:".*"\s)+)?msgstr(?:\[0\])? ((?:".*"\s)+)'
    return {unquote(english): unquote(spanish) for english, spanish in re.findall(pattern, text, re.MULTILINE)}


def unquote(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.split("\n") if line.strip())


def literal_texts(path: Path) -> Iterator[str]:
    """Words that stand in a template as they are."""
    inside_block = inside_key = False
    for part in TOKEN.split(path.read_text()):
        if part.startswith("{%"):
            inside_block = inside_block or part.startswith("{% blocktranslate")
            inside_block = inside_block and not part.startswith("{% endblocktranslate")
            if part.startswith("{% include"):
                yield from re.findall(r'\blabel="([^"]*)"', part)
        elif part.startswith("<"):
            inside_key = part.startswith(("<kbd", "<code")) or (inside_key and not part.startswith(("</kbd", "</code")))
            yield from SPOKEN.findall(part)
        elif not part.startswith("{") and not inside_block and not inside_key and re.search(r"[A-Za-z]{2}", part):
            yield part.strip(" :.,\n")


def messages() -> set[str]:
    """Every text that our templates and modules ask the catalogue for."""
    found: set[str] = set()
    for path in our_templates():
        text = path.read_text()
        asked = re.findall(r"""{% translate (["'])(.+?)\1(?: as \w+)? %}""", text)
        found |= {words.replace("%", "%%") for _, words in asked}
        found |= set(re.findall(r'_\("([^"]+)"\)', text))
    return found | asked_of(settings.BASE_DIR / "supervision") | asked_of(settings.BASE_DIR / "agentops")


def asked_of(package: Path) -> set[str]:
    """Every text that a package's modules ask the catalogue for, or mark for it."""
    found: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ASKING and isinstance(node, ast.Call):
                found |= {str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    return found


@pytest.mark.parametrize("path", our_templates(), ids=lambda path: path.name)
def test_a_template_holds_no_words_beside_the_catalogue(path: Path) -> None:
    assert [text for text in literal_texts(path) if text not in NAMES] == []


def test_every_text_that_is_asked_for_has_its_spanish() -> None:
    known = catalogue()
    assert sorted(text for text in messages() if not known.get(text)) == []


def test_a_translation_has_the_same_places_for_values() -> None:
    places = re.compile(r"%\(\w+\)s")
    pairs = {text: spanish for text, spanish in catalogue().items() if text != CLOCK}
    assert [a for a, b in pairs.items() if set(places.findall(a)) != set(places.findall(b))] == []


def addresses() -> list[str]:
    """One page of each kind and state that the front desk meets."""
    now, clinic = timezone.now(), open_clinic()
    conflict = add_call(MOVE.model_copy(update={"mismatches": [TWO_PM]}), run=add_run(on_the_line=True))
    asking = add_call(status="asking", ask_requester=True)
    held = add_call(status="approved", decided_by="Mo Ali", decided_at=now, held_until=now + timedelta(minutes=1))
    done = {"decided_by": "Mo Ali", "decided_at": now, "finished_at": now, "started_at": now}
    ended = [add_call(status=status, **done) for status in ("succeeded", "failed", "rejected", "in_doubt", "expired")]
    undone = add_call(version=2)
    Decision.objects.create(call=undone, who="Mo Ali", role="front desk", verdict="undone", version_seen=1,
                            digest_seen=undone.digest, decided_at=now)  # fmt: skip
    edit = add_edit(clinic.ask("book_appointment", patient_id=clinic.ana.pk, slot_id=clinic.slots[0].pk))
    handed = add_run(status="handed_off", handoff_reason="asked for a person", finished_at=now, outcome="urgent_help")
    add_step(handed, kind="note", detail="", stop_reason="answered")
    calls = [conflict, asking, held, *ended, undone, add_call(confirmers=2, tier="destructive")]
    return [
        "/", "/?view=mine", "/?view=decided", "/?q=ana", "/runs/new/", "/me/", "/no/such/page/",
        f"/requests/{edit.call_id}/edit/{edit.pk}/", f"/handoffs/{handed.pk}/", f"/runs/{handed.pk}/",
        f"/runs/{asking.run_id}/", f"/runs/{ended[0].run_id}/?at=c{ended[0].pk}",
        *(f"/requests/{call.pk}/" for call in calls),
    ]  # fmt: skip


def stored_texts() -> str:
    """What the machine wrote down: in the clinic's own language, whatever the reader's is."""
    calls = " ".join(f"{call.card} {call.rule} {call.result}" for call in ToolCall.objects.all())
    runs = " ".join(f"{run.request} {run.handoff_reason}" for run in AgentRun.objects.all())
    return f"{calls} {runs}".lower()


def test_no_page_of_the_front_desk_says_anything_of_ours_in_english(desk: Client) -> None:
    pages = addresses()
    desk.post("/me/language/", {"language": "es"})
    stored = stored_texts()
    same = {text for text, spanish in catalogue().items() if text == spanish}
    ours = {text for text in messages() - same if len(text.split()) > 1 and "%(" not in text}
    ours = {text for text in ours if text.lower() not in stored}
    stranger = Client()
    stranger.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    for client, address in [*((desk, address) for address in pages), (stranger, "/login/")]:
        page = client.get(address).content.decode()
        words = html.unescape(re.sub(r"<[^>]+>", "\n", page))
        assert '<html lang="es"' in page
        assert [text for text in ours if re.search(rf"(?<!\w){re.escape(text.strip())}(?!\w)", words)] == [], address
