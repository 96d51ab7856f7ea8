"""The way in and the way out."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView

from supervision.views.access import open_to_all

WRONG = "Name or password is wrong."


class LoginForm(AuthenticationForm):
    """One text for a wrong name, a wrong password and a locked account, so that none of them can be told apart."""

    error_messages = {"invalid_login": WRONG, "inactive": WRONG}


log_in = open_to_all(
    LoginView.as_view(
        template_name="supervision/login.html", authentication_form=LoginForm, redirect_authenticated_user=True
    )
)
log_out = open_to_all(LogoutView.as_view())
