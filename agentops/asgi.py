"""The door for servers: pages by HTTP, hints by socket. The one place of the machine that knows of the desk."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

pages = get_asgi_application()  # loads the apps; what follows needs them

from supervision.consumers import DeskConsumer  # noqa: E402

sockets = AuthMiddlewareStack(URLRouter([path("live/", DeskConsumer.as_asgi())]))
application = ProtocolTypeRouter({"http": pages, "websocket": AllowedHostsOriginValidator(sockets)})
