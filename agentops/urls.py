"""The address book: everything a browser may ask for belongs to the desk, its error pages too."""

from django.urls import include, path

urlpatterns = [path("", include("supervision.urls"))]

# Named, not imported: the machine does not know the people, only where their pages are.
handler400 = "supervision.errors.bad_request"
handler403 = "supervision.errors.permission_denied"
handler404 = "supervision.errors.not_found"
handler500 = "supervision.errors.server_error"
