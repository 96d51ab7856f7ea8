"""The second factor: a code at log-in, an app set up with a picture of its key, recovery codes shown once."""

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from supervision import actions
from supervision.models import has_second_factor, needs_second_factor
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, open_to_all, render_part
from supervision.views.login import HALF_WAY, find_half_way, let_in

_KEY = "new_key"
_CODES = "recovery_codes"


@open_to_all
@login_not_required
def log_in_code(request: HttpRequest) -> HttpResponseBase:
    """The second step of a log-in: the code that the app shows, or a recovery code."""
    half_way = find_half_way(request)
    if half_way is None:
        return redirect("login")
    user, following = half_way
    if request.method != "POST":
        return render(request, "supervision/code.html")
    checked = actions.check_code(user=user, code=_typed(request))
    if isinstance(checked, actions.Refused):
        status = 429 if checked.code == "too_many" else 400
        return render(request, "supervision/code.html", {"refused": checked}, status=status)
    del request.session[HALF_WAY]
    return let_in(request, user, second=True, following=following)


@open_to_all
@login_not_required
def log_in_set_up(request: HttpRequest) -> HttpResponseBase:
    """The second step for somebody whose role needs a second factor and who has none yet."""
    half_way = find_half_way(request)
    if half_way is None:
        return redirect("login")
    user, following = half_way
    if has_second_factor(user):
        return redirect("log_in_code")
    if request.method != "POST":
        return _show_set_up(request, user, at_log_in=True)
    added = actions.add_second_factor(user=user, key=_key(request), code=_typed(request))
    if isinstance(added, actions.Refused):
        return _show_set_up(request, user, at_log_in=True, refused=added)
    del request.session[HALF_WAY]
    answer = let_in(request, user, second=True, following=reverse("show_codes"))
    _keep_codes(request, added, following)
    return answer


@allowed(Permission.SEE_QUEUE)
def set_up(request: DeskRequest) -> HttpResponseBase:
    """Set up a second factor of one's own."""
    if has_second_factor(request.user):
        return redirect("me")
    if request.method != "POST":
        return _show_set_up(request, request.user)
    added = actions.add_second_factor(user=request.user, key=_key(request), code=_typed(request))
    if isinstance(added, actions.Refused):
        return _show_set_up(request, request.user, refused=added)
    _keep_codes(request, added, reverse("me"))
    return redirect("show_codes")


@require_safe
@allowed(Permission.SEE_QUEUE)
def show_codes(request: DeskRequest) -> HttpResponseBase:
    """The recovery codes, once: a reload does not bring them back."""
    codes, following = request.session.pop(_CODES, None) or ([], "")
    if not codes:
        return redirect("me")
    return render_part(request, "codes.html", {}, {"codes": codes, "following": following})


@form_of("me")
@allowed(Permission.SEE_QUEUE)
def renew_codes(request: DeskRequest) -> HttpResponseBase:
    """New recovery codes in place of the old ones."""
    if not has_second_factor(request.user):
        return redirect("me")
    _keep_codes(request, actions.renew_recovery_codes(user=request.user), reverse("me"))
    return redirect("show_codes")


@allowed(Permission.SEE_QUEUE)
def remove(request: DeskRequest) -> HttpResponseBase:
    """Go back to the password alone."""
    required = needs_second_factor(request.role)
    if required or not has_second_factor(request.user):
        return redirect("me")
    if request.method != "POST":
        return render_part(request, "remove_code.html", {}, {})
    removed = actions.remove_second_factor(user=request.user, code=_typed(request))
    if isinstance(removed, actions.Refused):
        return render_part(request, "remove_code.html", {}, {"refused": removed}, status=400)
    messages.info(request, _("The second factor is gone. Your password alone lets you in."))
    return redirect("me")


def _show_set_up(
    request: HttpRequest, user: User, *, at_log_in: bool = False, refused: actions.Refused | None = None
) -> HttpResponse:
    """The picture and the key to type; the same ones until a right code came back."""
    key = _key(request) or default_key()
    request.session[_KEY] = key
    device = TOTPDevice(user=user, key=key)
    secret = device.config_url.partition("secret=")[2].partition("&")[0]
    context = {
        "picture": segno.make(device.config_url, error="m").svg_data_uri(scale=5, border=3, light="#fff"),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "at_log_in": at_log_in,
        "refused": refused,
    }
    return render(request, "supervision/set_up_code.html", context, status=400 if refused else 200)


def _key(request: HttpRequest) -> str:
    return str(request.session.get(_KEY, ""))


def _keep_codes(request: HttpRequest, codes: list[str], following: str) -> None:
    request.session.pop(_KEY, None)
    request.session[_CODES] = [codes, following]


def _typed(request: HttpRequest) -> str:
    return request.POST.get("code", "").replace("\x00", "").strip()[:40]
