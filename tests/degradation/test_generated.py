"""Thousands of answers that nobody thought of: each is a reply that can be stored, or a failure with a name."""

import json
import os
import random

from agentops.domain.arguments import BadArguments, canonical_arguments
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply
from agentops.domain.storable import storable
from agentops.llm.failures import MAX_DETAIL_CHARS, read_failure
from agentops.llm.wire import MAX_TOKENS, read_reply
from tests.degradation.generated import NASTY, generate

COUNT = int(os.environ.get("HANDRAIL_FUZZ", "2000"))


def test_a_generated_answer_is_a_reply_or_a_failure_and_nothing_else() -> None:
    came: dict[str, int] = {}
    for seed in range(COUNT):
        outcome = judge(seed)
        came[outcome] = came.get(outcome, 0) + 1
    assert {"reply", *map(str, (FailureKind.UNREADABLE, FailureKind.UNAVAILABLE, FailureKind.TRUNCATED))} <= set(came)
    assert COUNT * 0.1 < came["reply"] < COUNT * 0.9, "a generator that makes only one sort proves nothing"


def judge(seed: int) -> str:
    """Read the answer of this number; what it was."""
    given = generate(seed)
    try:
        reply = read_reply(content_type=given.content_type, body=given.body, provider="anthropic")
    except ModelFailure as failure:
        assert len(failure.detail) <= MAX_DETAIL_CHARS and "\x00" not in failure.detail, seed
        return failure.kind
    except Exception as error:
        raise AssertionError(f"answer {seed} broke the reader") from error
    check_reply(reply, seed)
    return "reply"


def check_reply(reply: ModelReply, seed: int) -> None:
    """It can be kept by every database, and each of its calls is fit for the gate."""
    json.dumps(reply.content, allow_nan=False)
    assert storable(reply.content) == reply.content, seed
    assert 0 <= reply.usage.total <= 6 * MAX_TOKENS, seed
    ids = [call["id"] for call in reply.tool_uses]
    assert len(set(ids)) == len(ids), seed
    for call in reply.tool_uses:
        assert call["name"].isascii() and call["name"], seed
        try:
            canonical_arguments(call["input"])
        except BadArguments as bad:
            assert bad.rule, seed


def test_a_generated_error_body_is_a_failure_with_a_name() -> None:
    dice = random.Random(0)
    for _ in range(COUNT):
        error = {"type": dice.choice([*NASTY, "api_error"]), "message": dice.choice(NASTY)}
        body = dice.choice([error, {"error": error}, *NASTY])
        patience = str(dice.choice(NASTY))
        failure = read_failure(status=dice.randint(100, 999), body=body, headers={"retry-after": patience})
        assert isinstance(failure.kind, FailureKind) and len(failure.detail) <= MAX_DETAIL_CHARS
        assert failure.retry_after is None or failure.retry_after >= 0
