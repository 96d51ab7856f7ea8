"""One JSON line per event, by an allow-list: a key nobody declared does not reach the log."""

import logging
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "logger", "request_id", "run_id", "call_id", "step", "tool", "tier", "status",
        "outcome", "task_type", "provider", "model", "decision", "failure", "attempt", "duration_ms", "tokens",
        "cost_nano", "epoch", "owner", "method", "path", "code", "user_id", "role", "count", "error", "kind",
    }
)  # fmt: skip


def keep_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every key that is not on the list, so that a patient's words cannot slip into a log by accident."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def configure_logging(_: dict[str, Any]) -> None:
    """Send structlog and the standard library's loggers through the same JSON lines on standard error."""
    from django.conf import settings  # noqa: PLC0415  (called by Django while it is still loading its settings)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, keep_allowed, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
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
