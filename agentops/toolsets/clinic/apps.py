"""The clinic as a Django app, and the moment it plugs its tools in."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """Tables and tools of the clinic."""

    name = "agentops.toolsets.clinic"
    label = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        """Register the toolset named "clinic"."""
        # The tools use the tables, and Django loads those only after every AppConfig was imported: an import at the
        # top of this file would come too early. This is the only place where an import inside a function is right.
        from agentops.toolsets.clinic.toolset import plug_in_clinic  # noqa: PLC0415

        plug_in_clinic()
