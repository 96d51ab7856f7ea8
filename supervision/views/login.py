"""The way in and the way out."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse

from supervision.models import Preferences
from supervision.views.access import form_of, open_to_all, speak

WRONG = "Name or password is wrong."
ANSWER_UNSENT = "Your answer was not sent. Nothing has changed. Log in and answer again."
UNSENT = {
    "new_run": "Your request was not sent. Log in and its words are back in the form, for 15 minutes.",
    "run": "The run was not stopped. Nothing has changed. Log in and try again.",
    "tools": "Nothing was saved. Log in and try again.",
}
"""By the page that owns the form: what became of it without a session."""


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

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """In, and in the language that this person chose, whoever used the browser before."""
        chosen = Preferences.objects.filter(user=form.get_user().pk).values_list("language", flat=True).first()
        return speak(super().form_valid(form), chosen or settings.LANGUAGE_CODE)


log_in = open_to_all(LogIn.as_view())
log_out = open_to_all(form_of("queue")(LogoutView.as_view()))
