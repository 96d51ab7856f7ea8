"""The way in and the way out."""

from datetime import timedelta
from typing import Any

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from supervision import actions
from supervision.models import Preferences, has_second_factor, needs_second_factor
from supervision.roles import role_of
from supervision.tries import PAUSE, find_pause
from supervision.views.access import form_of, open_to_all, speak
from supervision.wording import count

WRONG = gettext_lazy("Name or password is wrong.")
ANSWER_UNSENT = gettext_lazy("Your answer was not sent. Nothing has changed. Log in and answer again.")
NOT_SAVED = gettext_lazy("Nothing was saved. Log in and try again.")
UNSENT = {
    "new_run": gettext_lazy("Your request was not sent. Log in and its words are back in the form, for 15 minutes."),
    "run": gettext_lazy("The run was not ended. Nothing has changed. Log in and try again."),
    "tool": NOT_SAVED,
    "task_type": NOT_SAVED,
    "changes": NOT_SAVED,
    "people": NOT_SAVED,
    "add_person": NOT_SAVED,
    "person": NOT_SAVED,
}
"""By the page that owns the form: what became of it without a session."""

BACKEND = "django.contrib.auth.backends.ModelBackend"
HALF_WAY = "half_way_in"
HALF_WAY_LASTS = timedelta(minutes=10)


class LoginForm(AuthenticationForm):
    """One text for a wrong name, a wrong password and a locked account, so that none of them can be told apart."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}


class LogIn(LoginView):
    """The log-in page; it says so where a form came without a session and was not used."""

    template_name = "supervision/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the sentence about what was not sent."""
        page = self.request.GET.get("unsent")
        unsent = UNSENT.get(page, ANSWER_UNSENT) if page else ""
        return super().get_context_data(**kwargs, unsent=unsent)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try, unless this account or this address has to wait."""
        return pause(request) if _find_pause(request) else super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """In; or half way in, where a code is asked for, or where one has to be set up first."""
        user = form.get_user()
        if has_second_factor(user):
            return _lead_half_way(self.request, user, page="log_in_code", following=self.get_success_url())
        if needs_second_factor(role_of(user)):
            return _lead_half_way(self.request, user, page="log_in_set_up", following=self.get_success_url())
        return let_in(self.request, user, second=False, following=self.get_success_url())


def pause(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """429: too many wrong passwords; how long it takes until the next may be tried. Also what axes answers with."""
    wait = _find_pause(request) or timedelta(minutes=1)
    account, address = _name_try(request)
    actions.record_pause(account=account, address=address, lasts=PAUSE)
    minutes = count(-(-int(wait.total_seconds()) // 60), "minute")
    text = gettext("Too many tries. Try again in %(minutes)s. Whoever runs the server can let you in sooner.") % {
        "minutes": minutes
    }
    context = {
        "status": 429,
        "title": gettext("Log-in is paused"),
        "text": text,
        "request_id": getattr(request, "request_id", ""),
    }
    answer = HttpResponse(render_to_string("supervision/error.html", context), status=429)
    answer["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return answer


def let_in(request: HttpRequest, user: User, *, second: bool, following: str) -> HttpResponse:
    """In, on record, and in the language that this person chose, whoever used the browser before."""
    with transaction.atomic():
        actions.record_login(user=user, second=second)
        auth.login(request, user, backend=BACKEND)
    chosen = Preferences.objects.filter(user=user.pk).values_list("language", flat=True).first()
    return speak(redirect(following), chosen or settings.LANGUAGE_CODE)


def find_half_way(request: HttpRequest) -> tuple[User, str] | None:
    """Whose password was right a moment ago in this browser, and where they want to go."""
    kept = request.session.get(HALF_WAY)
    if not kept or timezone.now().timestamp() - kept["at"] > HALF_WAY_LASTS.total_seconds():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or kept["hash"] != user.get_session_auth_hash():
        return None
    return user, kept["next"]


def _lead_half_way(request: HttpRequest, user: User, *, page: str, following: str) -> HttpResponse:
    """To the second step. Until it is taken the browser is nobody's."""
    request.session.cycle_key()
    request.session[HALF_WAY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "next": following,
    }
    return redirect(page)


def _find_pause(request: HttpRequest) -> timedelta | None:
    account, address = _name_try(request)
    return find_pause(account=account, address=address, now=timezone.now())


def _name_try(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("username", "").replace("\x00", "")[:150], get_client_ip_address(request) or ""


log_in = open_to_all(sensitive_post_parameters("password")(LogIn.as_view()))
log_out = open_to_all(form_of("queue")(LogoutView.as_view()))
