"""The address book: everything a browser may ask for belongs to the desk."""

from django.urls import include, path

urlpatterns = [path("", include("supervision.urls"))]
