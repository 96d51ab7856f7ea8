"""Golden examples: a finished run saved as one, as the person was shown it; and a round of all of them, asked for."""

import hashlib
import json
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from agentops.after_commit import ring_for_round
from agentops.control.drafts import draft_golden
from agentops.control.outcomes import BadRequest
from agentops.domain.golden import Example
from agentops.domain.phrases import say
from agentops.models import AskedRound, GoldenExample

MOST_REASON = 300


@transaction.atomic
def save_golden(*, run_id: int, name: str, about: str, hide: Iterable[str], by: str, shown: str) -> GoldenExample:
    """Store what `draft_golden` made, if it is still what was `shown` (a digest that the page got)."""
    if not about.strip():
        raise BadRequest("no_reason", say("Write what it shows, so that others know why it has to hold."))
    if len(about) > MOST_REASON:
        raise BadRequest(
            "no_reason",
            say(
                "This is too long: %(length)s of %(most_reason)s characters.",
                length=len(about),
                most_reason=MOST_REASON,
            ),
        )
    draft = draft_golden(run_id=run_id, hide=hide, name=name, about=about)
    if draft.saved_as:
        raise BadRequest("saved", say("This run is saved already, as %(saved_as)s.", saved_as=draft.saved_as))
    if digest_of(draft.example) != shown:
        raise BadRequest("not_shown", say("This is not what you were shown. Read it again, then save it."))
    example = draft.example
    try:
        with transaction.atomic():
            return GoldenExample.objects.create(
                name=example.name,
                task_type=example.task_type,
                example=example.to_json(),
                reason=example.about,
                saved_by=by,
                saved_at=timezone.now(),
                from_run=run_id,
            )
    except IntegrityError:
        raise BadRequest(
            "name_taken", say("Another example is called %(name)s. Choose another name.", name=example.name)
        ) from None


@transaction.atomic
def ask_for_round(*, by: str) -> bool:
    """Have all examples played by a worker; False where a round is under way, which is then the one that is shown."""
    now = timezone.now()
    lost = AskedRound.objects.filter(open=True, heard_at__lt=now - AskedRound.LOST)
    lost.update(open=False, problem="lost")
    what = {"asked_by": by, "asked_at": now, "heard_at": now}
    asked, made = AskedRound.objects.get_or_create(open=True, defaults=what)
    if made:
        ring_for_round(asked.pk)
    return made


def digest_of(example: Example) -> str:
    """A digest of everything in an example that was taken from rows."""
    text = json.dumps(example.model_dump(mode="json", exclude={"name", "about"}), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
