"""The people's side as a Django app."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Tables of decisions and hand-offs."""

    name = "supervision"
    verbose_name = "Desk"
