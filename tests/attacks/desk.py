"""The desk under attack: the real engine puts a call on it, the real browser shows what a person can see of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Browser, Locator, Page
from pytest_django.live_server_helper import LiveServer

from agentops.domain.arguments import digest_call
from agentops.domain.messages import ModelReply
from agentops.domain.visible_text import hides, read_back
from agentops.models import ToolCall
from tests.attacks.tools import NEXT_LINE, make_tools
from tests.live import fill_clinic
from tests.scripted import ScriptedModel, call, plugged_in, say
from tests.supervision.browser import open_browser
from tests.toys import begin, make_task, set_tier, work

SHOWN = "shown as it is stored"
DONE = say("It is done.")
BLANKS = {ord("\u00a0"): " ", ord("\t"): " "}
"""What the browser itself may put into a page's text: a wide gap, and the gap between two cells."""

RISKY = ("act", "letter", "names", "undescribed")


class Desk:
    """Priya's page, and the hands of an attacker who has the model, the caller or another web site."""

    def __init__(self, page: Page, server: LiveServer) -> None:
        self.page = page
        self.server = server
        self.executed: list[str] = []

    def clear(self) -> None:
        """Take what waits off the desk, so that one case does not stand in the next one's list."""
        ToolCall.objects.filter(status="awaiting").update(status="cancelled")

    # --- what an attacker does

    def propose(self, arguments: Any, *, tool: str = "act", words: str = "", **more: Any) -> ToolCall:
        """The model asks for this call; what the engine made of it."""
        return self.play(call((tool, arguments), text=words), **more)[-1]

    def play(self, *replies: ModelReply, said: str = "Please act.", task: str = "toying") -> list[ToolCall]:
        """The model says this, turn by turn, until a person is needed; every call of the run."""
        run_id = begin(said, task=task)
        work(run_id, ScriptedModel(*replies, DONE))
        return list(ToolCall.objects.filter(run_id=run_id).order_by("pk"))

    def go_on(self, call: ToolCall) -> ToolCall:
        """A worker takes the run up again after the answer; the call as it then stands."""
        work(call.run_id, ScriptedModel(DONE, by_turn=False))
        return ToolCall.objects.get(pk=call.pk)

    def say_yes(self, call: ToolCall) -> None:
        """A person ticks what is to be ticked and presses the button."""
        page = self.open(call)
        for box in page.locator("#request .tick input").all():
            box.check()
        page.wait_for_timeout(700)  # the answers arm themselves
        page.locator("#yes-form button").click()
        page.wait_for_url(lambda address: f"/{call.pk}/" not in address)

    @contextmanager
    def another_page(self, user: User | None = None) -> Iterator[Page]:
        """A second page: of the same browser, or of somebody else's where a person is named."""
        browser = self.page.context.browser
        assert browser
        context = open_browser(browser, self.server, user) if user else self.page.context
        page = context.new_page()
        try:
            yield page
        finally:
            page.close()
            if user:
                context.close()

    @contextmanager
    def another_site(self, html: str) -> Iterator[Page]:
        """A page of another web site, in the browser that is signed in here."""
        with self.another_page() as page:
            page.route("http://evil.example/**", lambda route: route.fulfill(body=html, content_type="text/html"))
            page.goto("http://evil.example/")
            yield page

    def refused(self, arguments: Any, rule: str, *, tool: str = "act") -> str:
        """The call has to be turned away by this rule before a person is asked, and the desk has to be empty of it."""
        call = self.propose(arguments, tool=tool)
        assert call.status == "refused", call.status
        assert rule in f"{call.result['code']} {call.result['message']}", call.result
        self.page.goto(f"/requests/{call.pk}/")
        assert not self.page.locator("#yes-form").count()
        return f"refused: {rule}"

    # --- what a person sees

    def open(self, call: ToolCall) -> Page:
        """The request's own page, as it is served."""
        self.page.goto(f"/requests/{call.pk}/")
        return self.page

    def value(self, label: str = "Text") -> Locator:
        """The value that a line of "What will change" would have after a yes."""
        return (
            self.page.locator(".diff tbody tr")
            .filter(has=self.page.locator("th", has_text=label))
            .locator(".now > bdi, .sms")
        )

    def sees_text(self, text: str, *marks: str, tool: str = "act") -> str:
        """What stands on the card, read back, is what is stored; it is in the accessibility tree; nothing hides."""
        call = self.propose({"text": text}, tool=tool)
        assert call.status == "awaiting", call.result
        self.open(call)
        self.check_value(call, self.value(), text)
        self.check_card()
        shown = self.value().inner_text()
        for mark in marks:
            assert mark in shown, f"{mark!r} is not in the value"
        return SHOWN

    def check_value(self, call: ToolCall, value: Locator, text: str) -> None:
        """S1: stored bytes = digest in the form = what is seen, by the page's text and by the accessibility tree."""
        shown = value.inner_text()
        assert read_back(shown) == json.loads(call.arguments)["text"] == text
        form = self.page.locator("#yes-form [name=digest]").get_attribute("value")
        assert form == call.digest == digest_call(tool=call.tool, arguments=call.arguments)
        heard = " ".join(" ".join(self.spoken()).split())
        assert " ".join(shown.split()) in heard, "a screen reader is told something else"

    def check_card(self) -> None:
        """Nothing on the card hides, nothing is pushed sideways, over the next line or out of reach."""
        card = self.page.locator("#request").inner_text()
        assert not [words for words in (card, *self.spoken()) if hides(words.translate(BLANKS))]
        assert self.page.evaluate(LAYOUT) == []
        assert self.value("After it").inner_text() == NEXT_LINE

    def spoken(self) -> list[str]:
        """Every text of the accessibility tree."""
        session = self.page.context.new_cdp_session(self.page)
        try:
            nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        finally:
            session.detach()
        return [str(node["name"]["value"]) for node in nodes if node["role"]["value"] == "StaticText"]

    def post(self, path: str, **fields: Any) -> tuple[int, str]:
        """A form sent from this very page with its own token: status and words of the answer."""
        answer = self.page.evaluate(POST, [path, {name: str(value) for name, value in fields.items()}])
        return int(answer[0]), str(answer[1])

    def answer(self, call: ToolCall, choice: str = "yes", **fields: Any) -> tuple[int, str]:
        """The form of a request, with anything in it replaced."""
        sent = {"answer": choice, "version": call.version, "digest": call.digest, **fields}
        return self.post(f"/requests/{call.pk}/answer/", **sent)


LAYOUT = """() => {
  const wrong = [], box = (one) => one.getBoundingClientRect();
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page scrolls sideways");
  for (const one of document.querySelectorAll(".rscroll, .diff td > bdi, .sms"))
    if (one.scrollWidth > one.clientWidth + 1) wrong.push("a box scrolls sideways");
  const rows = [...document.querySelectorAll(".diff tbody tr")];
  rows.slice(1).forEach((row, at) => {
    if (box(row).top < box(rows[at]).bottom - 1) wrong.push("a line lies over the next one");
  });
  for (const row of rows) if (box(row).height > innerHeight) wrong.push("a line is taller than the window");
  const yes = box(document.querySelector("#yes-form button"));
  if (yes.top < 0 || yes.bottom > innerHeight) wrong.push("the answers are out of sight");
  return wrong;
}"""

POST = """async ([path, fields]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const body = new URLSearchParams({csrfmiddlewaretoken: token, ...fields});
  const answer = await fetch(path, {method: "POST", body, redirect: "manual"});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [answer.type === "opaqueredirect" ? 302 : answer.status, page.body.textContent.replace(/\\s+/g, " ")];
}"""


@contextmanager
def open_desk(browser: Browser, server: LiveServer) -> Iterator[Desk]:
    """A filled clinic, the attacker's tools, one browser page signed in as Priya, at the size of a desk."""
    fill_clinic()
    make_task()
    for name in RISKY:
        set_tier(name, "risky")
    set_tier("final", "destructive")
    set_tier("look", "read")
    priya = User.objects.get(username="priya")
    context = open_browser(browser, server, priya)
    desk = Desk(context.new_page(), server)
    with plugged_in(*make_tools(desk.executed)):
        yield desk
    context.close()
