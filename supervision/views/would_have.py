"""The calls behind each number of what would have happened."""

from django.core.exceptions import BadRequest
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.policy.replaying import Fate
from supervision import actions
from supervision.policy.behind import list_behind
from supervision.policy.replay import Pick
from supervision.policy.would_have import ANSWERS, read_question, say_answer, say_fate
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.views.sent import read_cursor

_FATES = {fate.value: fate for fate in Fate}


@require_safe
@allowed(Permission.SET_TIERS)
def list_would_have(request: DeskRequest) -> HttpResponseBase:
    """Exactly the calls that a number counts; its address holds the setting, so it can be kept and sent."""
    asked = request.GET
    question = read_question(asked.get("change", ""))
    if question is None:
        raise BadRequest("This address cannot be read. Open the number again from the change that it belongs to.")
    answer = asked.get("answer") if asked.get("answer") in ANSWERS else None
    then, now = _FATES.get(asked.get("then", "")), _FATES.get(asked.get("now", ""))
    pick = Pick(then=then, now=now, answer=answer, judged="judged" in asked)
    page = list_behind(question, pick, before=read_cursor(request), now=timezone.now())
    actions.record_list(user=request.user, role=request.role, page="would_have", runs=[row.run_id for row in page.rows])
    told = [(_("Then"), then and say_fate(then)), (_("With the change"), now and say_fate(now))]
    told.append((_("People had said"), answer and say_answer(answer)))
    following = asked.copy()
    following["before"] = str(page.older)
    context = {
        "page": page,
        "subject": question.subject,
        "told": [(label, words) for label, words in told if words],
        "older": following.urlencode() if page.older else "",
    }
    return render_part(request, "would_have.html", {}, context)
