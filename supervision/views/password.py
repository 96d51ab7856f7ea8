"""Choosing a password by the link that an admin gave: once, and within three days."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from supervision import actions
from supervision.views.access import open_to_all


class SetPassword(PasswordResetConfirmView):
    """The page behind the link. It lets nobody in: the password is used at the log-in page like any other."""

    template_name = "supervision/set_password.html"

    def get_user(self, uidb64: str) -> User | None:
        """Whom the link is for; nobody where the account is shut."""
        user: Any = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:  # type: ignore[type-arg]
        """Keep the password, and send the person to log in with it."""
        actions.choose_password(user=form.user, password=form.cleaned_data["new_password1"])
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        messages.info(self.request, _("Your password is set. Log in with it."))
        return redirect("login")


set_password = open_to_all(SetPassword.as_view())
