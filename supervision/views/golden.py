"""The golden examples: how they came out, and keeping a finished run as a further one."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.golden import Part
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun
from supervision import actions
from supervision.metrics.golden import read_golden
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, form_of, render_part
from supervision.wording import count, shorten

MOST_HIDDEN = 50
MOST_TOLD = 1_000


@require_safe
@allowed(Permission.SEE_GOLDEN)
def list_golden(request: DeskRequest) -> HttpResponseBase:
    """Every example by type of task, with how it came out the last time."""
    context = {"page": read_golden(now=timezone.now())}
    return render_part(request, "golden.html", {"golden": "_golden.html"}, context)


@form_of("golden")
@allowed(Permission.PLAY_GOLDEN)
def play_golden(request: DeskRequest) -> HttpResponseBase:
    """Have all of them played once more; pressed twice, or by two people, it is one round."""
    if not actions.ask_for_round(user=request.user):
        messages.success(request, _("A round is under way already. This is how far it is."))
    return redirect("golden")


@require_safe
@allowed(Permission.SAVE_GOLDEN)
def keep_run(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """What would be stored of a run, to be read before it is; with further words taken out."""
    return _show(request, run_id, fields={"hide": clean_note(request.GET.get("hide", ""))})


@form_of("keep_run")
@allowed(Permission.SAVE_GOLDEN)
def save_golden(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """Store what was shown."""
    fields = {name: clean_note(request.POST.get(name, "")) for name in ("name", "about", "hide")}
    if "again" in request.POST:
        return _show(request, run_id, fields=fields)
    saved = actions.save_golden(
        user=request.user,
        run_id=run_id,
        name=fields["name"],
        about=fields["about"],
        hide=_split_words(fields["hide"]),
        shown=request.POST.get("shown", ""),
    )
    if isinstance(saved, actions.Refused):
        return _show(request, run_id, fields=fields, refused=saved)
    told = _("Saved as %(name)s. It is played with the others from the next time on.")
    messages.success(request, told % {"name": saved})
    return redirect("golden")


def _split_words(typed: str) -> list[str]:
    """The words that a person wants taken out: one a line, or with commas between them."""
    parts = (part.strip() for line in typed.splitlines() for part in line.split(","))
    return [part for part in parts if part][:MOST_HIDDEN]


def _show(
    request: DeskRequest, run_id: int, *, fields: dict[str, str], refused: actions.Refused | None = None
) -> HttpResponse:
    if not AgentRun.objects.filter(pk=run_id).exists():
        raise Http404("There is no run with this number.")
    draft = actions.draft_golden(user=request.user, run_id=run_id, hide=_split_words(fields["hide"]))
    context: dict[str, Any] = {"run_id": run_id, "fields": fields, "refused": refused}
    if isinstance(draft, actions.Refused):
        return render_part(request, "keep_run.html", {}, {**context, "cannot": draft.message}, status=409)
    context |= {
        "draft": draft,
        "name": fields.get("name") or draft.example.name,
        "parts": [_tell(part) for part in draft.example.talk],
        "taken_out": count(draft.taken_out, "name, number or date", "names, numbers and dates"),
        "stored": show_text(json.dumps(draft.example.to_json(), indent=1, ensure_ascii=False)),
        "shown": actions.sign_draft(draft),
    }
    return render_part(request, "keep_run.html", {}, context, status=400 if refused else 200)


def _tell(part: Part) -> dict[str, Any]:
    """One request of the draft as lines that a person reads through."""
    lines = []
    for turn in part.turns:
        if turn.failure:
            lines.append({"who": "model", "text": turn.failure.value.replace("_", " ")})
        for block in turn.content:
            if block.get("type") == "text":
                lines.append({"who": "model", "text": block.get("text", "")})
            elif block.get("type") == "tool_use":
                given = json.dumps(block.get("input"), ensure_ascii=False)
                lines.append({"who": "calls", "text": f"{block.get('name', '')} {given}"})
    answers = [{"who": one.answer, "text": one.note} for one in part.staff]
    results = [
        {"tool": call.tool, "text": shorten(call.result.for_model(), MOST_TOLD)}
        for call in part.results
        if call.result is not None
    ]
    return {"says": part.says, "lines": lines, "answers": answers, "results": results, "expected": part.expected}
