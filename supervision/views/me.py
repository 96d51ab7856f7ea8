"""What belongs to one person: how the desk behaves for them, and what they have in hand at the end of a shift."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.inbox.claims import works_of
from supervision.models import KEYS, VOLUMES, has_second_factor, needs_second_factor
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, form_of, render_part, speak
from supervision.wording import count


@require_safe
@allowed(Permission.SEE_QUEUE)
def show_me(request: DeskRequest) -> HttpResponseBase:
    """The person's own page."""
    return _show(request)


@form_of("me")
@allowed(Permission.SEE_QUEUE)
def save_me(request: DeskRequest) -> HttpResponseBase:
    """Keep the settings."""
    sent = request.POST
    actions.save_preferences(
        user=request.user,
        keys=sent.get("keys", ""),
        sound="sound" in sent,
        volume=sent.get("volume", ""),
        notices="notices" in sent,
    )
    messages.info(request, "Saved.")
    return redirect("me")


@form_of("me")
@allowed(Permission.SEE_QUEUE)
def save_language(request: DeskRequest) -> HttpResponseBase:
    """Keep the language, and let this browser know it."""
    chosen = actions.choose_language(user=request.user, language=request.POST.get("language", ""))
    with translation.override(chosen):
        messages.info(request, _("Saved."))
    return speak(redirect("me"), chosen)


@form_of("me")
@allowed(Permission.DECIDE)
def hand_over(request: DeskRequest) -> HttpResponseBase:
    """Give everything in hand back to the desk with one note."""
    note = clean_note(request.POST.get("note", ""))
    done = actions.hand_over_work(user=request.user, note=note)
    if isinstance(done, actions.Refused):
        return _show(request, refused=done, note=note, status=400)
    messages.info(request, gettext("%(number)s handed over with your note.") % {"number": count(done, "item")})
    return redirect("me")


def _show(
    request: DeskRequest, *, refused: actions.Refused | None = None, note: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "works": works_of(request.user),
        "refused": refused,
        "note": note,
        "languages": settings.LANGUAGES,
        "key_choices": KEYS,
        "volumes": VOLUMES,
        "second": has_second_factor(request.user),
        "second_needed": needs_second_factor(request.role),
    }
    return render_part(request, "me.html", {}, context, status=status)
