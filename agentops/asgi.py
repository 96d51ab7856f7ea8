"""The door for servers: pages by HTTP, hints by socket. The one place of the machine that knows of the desk."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402

pages = get_asgi_application()  # loads the apps; what follows needs them

from supervision.consumers import DeskConsumer  # noqa: E402

sockets = AuthMiddlewareStack(URLRouter([path("live/", DeskConsumer.as_asgi())]))
application = ProtocolTypeRouter({"http": pages, "websocket": AllowedHostsOriginValidator(sockets)})
