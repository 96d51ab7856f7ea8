"""The bugs. Each is a change of a few words that leaves a working program, and breaks one promise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Words of a file that stand there exactly once, and what the bug puts in their place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """One bug, and the tests that exist to catch it, as pytest takes them."""

    name: str
    edits: tuple[Edit, ...]
    suite: tuple[str, ...]


ADVANCE = "agentops/ledger/advance.py"
ANSWERS = "agentops/control/answers.py"
CLAIMS = "agentops/ledger/claims.py"
EXECUTION = "agentops/tools/execution.py"
FORMS = "supervision/actions/answers.py"
LEASES = "tests/agentops/ledger/test_leases.py"
LOOP = "tests/agentops/runner/test_loop.py"
HOLDS = "tests/agentops/test_holds.py"
HARD_CASES = "tests/agentops/runner/test_hard_cases.py"
STATES = "tests/agentops/test_state_machine.py"
CRASH = "tests/test_crash.py"
BELL = "test_no_bell_rings_before_its_run_can_be_seen_or_for_one_that_was_never_committed"

BUGS = (
    Bug(
        "a call moves whatever its status is",
        (
            Edit(
                "agentops/models/moves.py",
                'where = {"pk": call_id, "status__in": _legal(old, new, CALL_MOVES), **(when or {})}',
                '_legal(old, new, CALL_MOVES)\n    where = {"pk": call_id, **(when or {})}',
            ),
        ),
        ("tests/races",),
    ),
    Bug(
        "an answer counts for a version that nobody saw",
        (Edit(ANSWERS, "when={**seen, ", 'when={"digest": seen["digest"], '),),
        (LOOP,),
    ),
    Bug(
        "an answer counts after the time is up",
        (Edit(ANSWERS, '**seen, "expires_at__gt": NOW}', "**seen}"),),
        ("tests/agentops/test_control.py",),
    ),
    Bug(
        "a worker writes without looking at its epoch",
        (
            Edit(
                "agentops/ledger/leases.py",
                "run.lease_epoch != lease.epoch or run.status != RunStatus.RUNNING",
                "run.status != RunStatus.RUNNING",
            ),
            Edit(ADVANCE, 'where = {"lease_epoch": lease.epoch}\n', "where: dict[str, int] = {}\n"),
        ),
        (STATES,),
    ),
    Bug(
        "a claim does not raise the epoch",
        (
            Edit(CLAIMS, "epoch=run.lease_epoch + 1)", "epoch=run.lease_epoch)"),
            Edit(ADVANCE, '{"lease_epoch": lease.epoch - 1}', '{"lease_epoch": lease.epoch}'),
        ),
        (STATES,),
    ),
    Bug(
        "a tool acts before the intent is written down",
        (Edit(ADVANCE, "if call.effect in {Effect.TRANSACTIONAL, Effect.READ}:", "if call.effect in set(Effect):"),),
        (CRASH,),
    ),
    Bug(
        "the bell rings inside the transaction",
        (
            Edit(
                "agentops/after_commit.py",
                "transaction.on_commit(lambda: _ring(run_id), robust=True)",
                "_ring(run_id)",
            ),
        ),
        ("tests/doorbells/test_doorbells.py::" + BELL,),
    ),
    Bug(
        "a tool that may not be repeated is run again",
        (
            Edit(
                "agentops/domain/lifecycle.py",
                "return self in {Effect.READ, Effect.IDEMPOTENT}",
                "return self is not Effect.TRANSACTIONAL",
            ),
        ),
        (CRASH,),
    ),
    Bug(
        "a tool that broke off is said to have failed",
        (Edit(EXECUTION, "return tool.effect in {Effect.NON_IDEMPOTENT, Effect.IDEMPOTENT}", "return False"),),
        ("tests/agentops/test_control.py", HARD_CASES),
    ),
    Bug(
        "the digest is not computed again before the act",
        (Edit(ADVANCE, "if digest_call(tool=call.tool, arguments=call.arguments) != call.digest:", "if not call:"),),
        (LOOP,),
    ),
    Bug(
        "the arguments are tidied up after the yes",
        (Edit(EXECUTION, "model_validate_json(arguments)", 'model_validate_json(" ".join(arguments.split()))'),),
        (STATES,),
    ),
    Bug(
        "the tier is not read again before the act",
        (Edit(ADVANCE, "return _STRICTER if stricter else None", "return None"),),
        (HARD_CASES, STATES),
    ),
    Bug(
        "a locked account may still decide",
        (
            Edit(
                "supervision/roles.py",
                "if not user.is_authenticated or not user.is_active:",
                "if not user.is_authenticated:",
            ),
        ),
        ("tests/supervision/test_access.py",),
    ),
    Bug(
        "whoever said yes is not looked at again before the act",
        (Edit(ADVANCE, "if call.approver_gone:", "if not call:"),),
        (HOLDS,),
    ),
    Bug(
        "a held call begins",
        (Edit("agentops/domain/transcript.py", "self.status.runnable and not self.on_hold", "self.status.runnable"),),
        (HOLDS,),
    ),
    Bug(
        "a yes is taken back when its hold is over",
        (
            Edit(
                "agentops/control/holds.py",
                'when={"version": version, "digest": digest, "held_until__gt": NOW}',
                'when={"version": version, "digest": digest}',
            ),
        ),
        (HOLDS,),
    ),
    Bug(
        "a form that was issued for another request counts",  # instead of: a nonce can be used again
        (Edit(FORMS, "if (user_id, call_id, version) != (user.pk, call.pk, call.version):", "if not call_id:"),),
        ("tests/supervision/test_answers.py",),
    ),
    Bug(
        "what a browser says on the socket is passed on",  # instead of: a decision by socket is accepted
        (
            Edit(
                "supervision/consumers.py",
                'await self.send_json({"kind": "error", "code": "read_only"})',
                'await self.channel_layer.group_send(GROUP, {"type": "hint", "hint": {"kind": text_data or ""}})',
            ),
        ),
        ("tests/supervision/test_socket.py",),
    ),
    Bug(
        "any site may open the socket",
        (Edit("agentops/asgi.py", '"websocket": AllowedHostsOriginValidator(sockets)', '"websocket": sockets'),),
        ("tests/supervision/test_socket.py",),
    ),
    Bug(
        "a run may use the tools of another toolset",  # instead of: another clinic's objects
        (
            Edit(
                "agentops/runner/proposals.py",
                "tool = toolset.find(name)\n",
                "tool = next((one for one in all_tools() if one.name == name), None)\n",
            ),
            Edit(
                "agentops/runner/proposals.py",
                "from agentops.tools.registry import Tool, ToolContext, Toolset",
                "from agentops.tools.registry import Tool, ToolContext, Toolset, all_tools",
            ),
        ),
        (HARD_CASES,),
    ),
    Bug(
        "one field of the card is not escaped",
        (
            Edit(
                "templates/supervision/_diff.html",
                ">{{ change.then }}</bdi></td>{% endif %}</tr>",
                ">{% autoescape off %}{{ change.then }}{% endautoescape %}</bdi></td>{% endif %}</tr>",
            ),
        ),
        ("tests/supervision/test_text_is_only_text.py",),
    ),
    Bug(
        "the audit row is written after the commit",
        (
            Edit(
                FORMS,
                'append_entry(who=who, what=f"call.{verdict}", subject=f"call {call_id}", '
                "facts={**seen, **(facts or {})})",
                'sealed: dict[str, Any] = {"who": who, "what": f"call.{verdict}", "subject": f"call {call_id}"}\n'
                '    sealed["facts"] = {**seen, **(facts or {})}\n'
                "    transaction.on_commit(lambda: append_entry(**sealed), robust=True)",
            ),
        ),
        ("tests/supervision/test_answers.py",),
    ),
    Bug(
        "no tokens are reserved before the model is asked",
        (Edit("agentops/domain/limits.py", "reserved=prompt + max_tokens)", "reserved=0)"),),
        (LEASES, "tests/agentops/domain/test_limits.py"),
    ),
)
