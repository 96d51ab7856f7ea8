"""One run's page, and the form that starts one."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from agentops.models import AgentRun
from agentops.models.runs import CHANNELS
from supervision import actions
from supervision.phrases import tell
from supervision.roles import Permission, display_name, require
from supervision.runs.page import read_run
from supervision.views.access import DeskRequest, allowed, form_of, render_part, take_kept_words

NUL = "null_characters_not_allowed"
NO_TALK = gettext_lazy("This conversation could not be found. Open it again from its run.")
JUST_NOW = timedelta(minutes=2)


class NewRunForm(forms.Form):
    """What a caller said, and how they reached the clinic."""

    request = forms.CharField(
        strip=True,
        error_messages={
            "required": gettext_lazy("Write what the caller said."),
            NUL: gettext_lazy("The text holds a character that cannot be stored. Type it again."),
        },
    )
    channel = forms.ChoiceField(
        choices=CHANNELS,
        error_messages=dict.fromkeys(["required", "invalid_choice"], gettext_lazy("Choose how they reached you.")),
    )
    on_the_line = forms.BooleanField(required=False)
    conversation = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], NO_TALK),
    )
    request_key = forms.UUIDField(
        required=False, error_messages={"invalid": gettext_lazy("This form is damaged. Open a new one.")}
    )
    again = forms.BooleanField(required=False)

    def clean_request(self) -> str:
        """The words with plain line ends, not longer than the assistant may be given."""
        words: str = self.cleaned_data["request"].replace("\r\n", "\n")
        if len(words) > settings.REQUEST_MAX_CHARS:
            limit = f"{settings.REQUEST_MAX_CHARS:,}"
            raise forms.ValidationError(
                gettext("This is too long: %(words)s of %(limit)s characters.")
                % {"words": format(len(words), ","), "limit": limit}
            )
        return words


@require_safe
@allowed(Permission.SEE_RUNS)
def show_run(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """One run, step by step."""
    return show_run_again(request, run_id)


def show_run_again(
    request: DeskRequest, run_id: int, *, problem: actions.Refused | None = None, words: str = ""
) -> HttpResponseBase:
    """The page of a run; with what was written and why it was not used, where a form of it was refused."""
    at = request.GET.get("at", "")[:20]
    number = request.GET.get("page", "")
    page = int(number) if number.isdecimal() and len(number) < 5 else None
    in_full = request.GET.get("raw") == "full"
    if in_full:
        require(request.user, Permission.SEE_RAW)
    view = read_run(run_id, chosen=at, now=timezone.now(), page=page, in_full=in_full)
    if view is None:
        raise Http404(gettext("There is no run with this number."))
    seen: dict[str, Any] = {"user": request.user, "role": request.role, "run_id": run_id, "subject": view.subject}
    actions.record_viewing(page="run", **seen)
    if in_full and view.chosen:
        seen["call_id"] = view.chosen.line.call_id
        actions.record_viewing(page="raw", **seen)
    context = {"view": view, "run": view.run, "request_key": uuid.uuid4(), "at": at}
    context |= {"asking": view.asking, "problem": problem, "words": words}
    status = 200 if problem is None else 409
    return render_part(request, "run.html", {"run": "_run.html"}, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.START_RUN)
def new_run(request: DeskRequest) -> HttpResponseBase:
    """The form for a new request, and for a caller's answer in a running conversation."""
    form = NewRunForm(request.POST if request.method == "POST" else None)
    twin = _find_twin(request, form) if form.is_valid() else None
    if form.is_valid() and not twin:
        asked = form.cleaned_data
        try:
            run_id = actions.start_run(
                user=request.user,
                request=asked["request"],
                channel=asked["channel"],
                on_the_line=asked["on_the_line"],
                conversation_id=asked["conversation"],
                request_key=str(asked["request_key"]) if asked["request_key"] else None,
            )
            return redirect("run", run_id)
        except actions.BadRequest as refusal:
            form.add_error("request", tell(refusal.message))
    context = _new_run_context(form, twin)
    if not form.is_bound:
        context = {**context, **_kept_context(request)}
    return render_part(request, "new_run.html", {}, context, status=409 if twin else 400 if form.errors else 200)


@form_of("run")
@allowed(Permission.STOP_RUN)
def end_run(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """End a run for good, at its next step."""
    if not AgentRun.objects.filter(pk=run_id).exists():
        raise Http404(gettext("There is no run with this number."))
    if not actions.cancel_run(user=request.user, run_id=run_id):
        messages.info(request, gettext("This run was over already. Nothing was changed."))
    return redirect("run", run_id)


def _find_twin(request: DeskRequest, form: NewRunForm) -> AgentRun | None:
    """The run that the same person started with the same words a moment ago: "back" and "send" gives a new form."""
    asked = form.cleaned_data
    if asked["again"] or asked["conversation"]:
        return None
    lately = AgentRun.objects.filter(created_at__gte=timezone.now() - JUST_NOW, asked_by=display_name(request.user))
    key = asked["request_key"]
    return lately.filter(request=asked["request"]).exclude(request_key=str(key) if key else "").first()


def _kept_context(request: DeskRequest) -> dict[str, Any]:
    kept = take_kept_words(request)
    return {"words": kept["request"], "channel": kept["channel"] or "phone", "kept": True} if kept else {}


def _new_run_context(form: NewRunForm, twin: AgentRun | None) -> dict[str, Any]:
    sent = form.data
    conversation = sent.get("conversation", "")
    known = conversation.isdecimal() and len(conversation) < 10
    earlier = AgentRun.objects.filter(conversation=int(conversation)).order_by("-pk").first() if known else None
    return {
        "form": form,
        "channels": CHANNELS,
        "words": sent.get("request", ""),
        "channel": sent.get("channel", "phone"),
        "on_the_line": bool(sent.get("on_the_line")) if form.is_bound else True,
        "earlier": earlier,
        "twin": twin,
        "request_key": uuid.uuid4(),
        "limit": f"{settings.REQUEST_MAX_CHARS:,}",
    }
