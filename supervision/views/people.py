"""Who may use the desk: the list, one person's page, and what an admin changes there."""

from django import forms
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.people.listing import Someone, list_people, list_teams, read_person, read_rules
from supervision.roles import Permission, Role
from supervision.views.access import DeskRequest, allowed, form_of, render_part

_LINK = "password_link"


class PlaceForm(forms.Form):
    """What somebody is called, and where they stand."""

    first = forms.CharField(
        max_length=100,
        error_messages={
            "required": gettext_lazy("Write the first name."),
            "max_length": gettext_lazy("At most 100 characters."),
        },
    )
    last = forms.CharField(
        max_length=100,
        error_messages={
            "required": gettext_lazy("Write the last name."),
            "max_length": gettext_lazy("At most 100 characters."),
        },
    )
    role = forms.ChoiceField(
        choices=[(role.value, capfirst(role.value)) for role in Role],
        error_messages={
            "required": gettext_lazy("Choose a role."),
            "invalid_choice": gettext_lazy("Choose one of the roles."),
        },
    )
    team = forms.CharField(
        max_length=60, required=False, error_messages={"max_length": gettext_lazy("At most 60 characters.")}
    )


class PersonForm(PlaceForm):
    """A new account: also the name to log in with."""

    username = forms.CharField(
        max_length=150,
        validators=[UnicodeUsernameValidator(message=gettext_lazy("Only letters, digits and @ . + - _, no spaces."))],
        error_messages={
            "required": gettext_lazy("Write the name to log in with."),
            "max_length": gettext_lazy("At most 150 characters."),
        },
    )
    field_order = ("first", "last", "username", "role", "team")


@require_safe
@allowed(Permission.SET_PEOPLE)
def show_people(request: DeskRequest) -> HttpResponseBase:
    """Everybody with an account, and what is asked of each role."""
    rules = read_rules()
    context = {
        "people": list_people(now=timezone.now()),
        "rules": [(role.value, role.value in rules) for role in Role],
    }
    return render_part(request, "people.html", {}, context)


@allowed(Permission.SET_PEOPLE)
def add_person(request: DeskRequest) -> HttpResponseBase:
    """The form of a new account, and its sending: then the link to choose a password is shown once."""
    if request.method != "POST":
        return _show_form(request, PersonForm(initial={"role": Role.FRONT_DESK.value}))
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _show_form(request, form, status=400)
    sent = form.cleaned_data
    added = actions.add_person(
        user=request.user,
        username=sent["username"],
        first=sent["first"],
        last=sent["last"],
        role=Role(sent["role"]),
        team=sent["team"],
    )
    if isinstance(added, actions.Refused):
        form.add_error(added.field, added.message)
        return _show_form(request, form, status=400)
    messages.info(request, _("Added. Give them the link below: with it they choose their password."))
    return _show_link(request, added)


@require_safe
@allowed(Permission.SET_PEOPLE)
def show_person(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """One person's page."""
    return _show(request, _find(user_id))


@form_of("person")
@allowed(Permission.SET_PEOPLE)
def save_person(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """Set name, role and team."""
    someone, form = _find(user_id), PlaceForm(request.POST)
    if not form.is_valid():
        return _show(request, someone, form=form, status=400)
    sent = form.cleaned_data
    changed = actions.change_person(
        user=request.user,
        person_id=user_id,
        first=sent["first"],
        last=sent["last"],
        role=Role(sent["role"]),
        team=sent["team"],
    )
    if isinstance(changed, actions.Refused):
        form.add_error(changed.field, changed.message)
        return _show(request, someone, form=form, status=409)
    messages.info(request, _("Saved.") if changed else _("Nothing was different. Nothing was saved."))
    stays_admin = user_id != request.user.pk or sent["role"] == Role.ADMIN.value
    return redirect("person", user_id) if stays_admin else redirect("queue")


@form_of("person")
@allowed(Permission.SET_PEOPLE)
def set_active(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """Shut somebody out, or let them in again."""
    someone = _find(user_id)
    if request.POST.get("active") == "yes":
        actions.activate_person(user=request.user, person_id=user_id)
        messages.info(request, _("%(name)s can log in again.") % {"name": someone.name})
        return redirect("person", user_id)
    done = actions.deactivate_person(user=request.user, person_id=user_id)
    if isinstance(done, actions.Refused):
        return _show(request, someone, refused=done, status=409)
    messages.info(request, _("%(name)s is shut out. Every open page of theirs ends now.") % {"name": someone.name})
    return redirect("person", user_id)


@form_of("person")
@allowed(Permission.SET_PEOPLE)
def make_link(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """Make a link with which this person chooses a password."""
    _find(user_id)
    return _show_link(request, user_id)


@form_of("person")
@allowed(Permission.SET_PEOPLE)
def reset_code(request: DeskRequest, user_id: int) -> HttpResponseBase:
    """Take away the second factor of somebody who lost it."""
    _find(user_id)
    if actions.reset_second_factor(user=request.user, person_id=user_id):
        messages.info(
            request, _("The second factor is gone. The password alone lets them in until they set up a new one.")
        )
    return redirect("person", user_id)


@form_of("people")
@allowed(Permission.SET_PEOPLE)
def save_rules(request: DeskRequest) -> HttpResponseBase:
    """Say which roles need a second factor."""
    wanted = [role for role in Role if role.value in request.POST.getlist("second_factor")]
    changed = actions.require_second_factor(user=request.user, roles=wanted)
    messages.info(request, _("Saved. It counts from the next log-in on.") if changed else _("It was so before."))
    return redirect("people")


def _find(user_id: int) -> Someone:
    someone = read_person(user_id, now=timezone.now())
    if someone is None:
        raise Http404
    return someone


def _show_link(request: DeskRequest, user_id: int) -> HttpResponse:
    """Keep the link for the one page that shows it: a link in an address would stay in histories and logs."""
    uid, token = actions.make_password_link(user=request.user, person_id=user_id)
    request.session[_LINK] = [user_id, request.build_absolute_uri(reverse("set_password", args=[uid, token]))]
    return redirect("person", user_id)


def _show_form(request: DeskRequest, form: PersonForm, *, status: int = 200) -> HttpResponse:
    return render_part(request, "add_person.html", {}, {"form": form, "teams": list_teams()}, status=status)


def _show(
    request: DeskRequest,
    someone: Someone,
    *,
    form: PlaceForm | None = None,
    refused: actions.Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    for_whom, link = request.session.pop(_LINK, None) or (0, "")
    context = {
        "someone": someone,
        "form": form or _read_form(someone),
        "teams": list_teams(),
        "refused": refused,
        "link": link if for_whom == someone.id else "",
        "is_me": someone.id == request.user.pk,
    }
    return render_part(request, "person.html", {}, context, status=status)


def _read_form(someone: Someone) -> PlaceForm:
    role = someone.role.value if someone.role else ""
    return PlaceForm(initial={"first": someone.first, "last": someone.last, "role": role, "team": someone.team})
