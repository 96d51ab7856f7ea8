"""One JSON line per event, by an allow-list: a key nobody declared does not reach the log.

What a library says is told by its own fixed words, never with the values it put into them; an exception is told by
its type and by the lines it came through, never by its message, which may repeat what a patient said.
"""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

FRAMES = 6
LONGEST = 200
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "run_id", "call_id", "step", "tool", "tier", "status",
        "outcome", "task_type", "provider", "model", "decision", "failure", "attempt", "duration_ms", "tokens",
        "cost_nano", "epoch", "owner", "method", "path", "code", "user_id", "role", "count", "error", "kind", "where",
        "edit_id",
    }
)  # fmt: skip


def keep_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every key that is not on the list, so that a patient's words cannot slip into a log by accident."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def tell_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of an exception its type and where it came through; its message and the values of its frames stay out."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if error is not None:
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["where"] = [f"{'/'.join(Path(one.filename).parts[-2:])}:{one.lineno}" for one in frames]
    return event


def tell_plainly(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Of a library's line the words that stand in its code; a line of refused input, which repeats it, by its kind."""
    record: logging.LogRecord = event["_record"]
    words = str(record.msg).split("\n", 1)[0][:LONGEST]
    event["event"] = "input_refused" if record.name.startswith("django.security") else words
    if hasattr(record, "status_code"):
        event["code"] = record.status_code
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def configure_logging(_: dict[str, Any]) -> None:
    """Send structlog and the standard library's loggers through the same JSON lines on standard error."""
    from django.conf import settings  # noqa: PLC0415  (called by Django while it is still loading its settings)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_error,
    ]
    structlog.configure(
        processors=[*shared, keep_allowed, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[tell_plainly, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                keep_allowed,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.LOG_LEVEL)
    for noisy in ("kombu", "celery", "asyncio", "httpx2", "uvicorn.access", "anthropic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # memory:// has no host to name, and says so at every connection
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)
