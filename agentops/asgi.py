"""The door for servers: pages by HTTP, hints by socket. The one place of the machine that knows of the desk."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

pages = get_asgi_application()  # loads the apps; what follows needs them

from agentops.startup import REFUSED, find_start_faults, say_faults  # noqa: E402
from supervision.consumers import DeskConsumer  # noqa: E402
from supervision.watch import start_watch  # noqa: E402


async def begin_and_end(_: Any, receive: Any, send: Any) -> None:
    """What a server tells its application of its own life. One that may not start is ended before it listens; one
    that runs looks at the rules of alerts.
    """
    stopping = None
    while True:
        told = (await receive())["type"]
        if told == "lifespan.startup" and (faults := await database_sync_to_async(find_start_faults)("web")):
            say_faults(faults)
            os._exit(REFUSED)  # by the protocol alone the server would go on, or end with a code of its own
        if told == "lifespan.startup":
            stopping = start_watch()
        elif stopping:
            stopping.set()
        await send({"type": f"{told}.complete"})
        if told == "lifespan.shutdown":
            return


sockets = AuthMiddlewareStack(URLRouter([path("live/", DeskConsumer.as_asgi())]))
application = ProtocolTypeRouter(
    {"http": pages, "websocket": AllowedHostsOriginValidator(sockets), "lifespan": begin_and_end}
)
