"""What an alert says: on the page, in a mail, in a chat. No text of a caller or of the model is in it, and no name."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from supervision.alert_rows import EACH, Alert, AlertRule
from supervision.alerts.budgets import PERIOD_NAMES
from supervision.alerts.kinds import KINDS, MEASURES, Unit
from supervision.alerts.states import State, Told
from supervision.phrases import tell_kept
from supervision.wording import NANO, say_money, say_when

STATE_WORDS = {
    State.OK: gettext_noop("OK"),
    State.WARN: gettext_noop("Warning"),
    State.ALERT: gettext_noop("Alert"),
    State.NO_DATA: gettext_noop("No data"),
}
LEADS = {Told.BETTER: gettext_noop("Over"), Told.AGAIN: gettext_noop("Still"), Told.SILENT: gettext_noop("No data")}


def name_rule(rule: AlertRule) -> str:
    """What a rule watches, in a few words."""
    kind = KINDS.get(rule.kind)
    return str(MEASURES.get(rule.measure) or (_(kind.name) if kind else rule.kind))


def say_bounds(rule: AlertRule) -> str:
    """From where it warns and from where it is an alert, in the rule's units."""
    unit = KINDS[rule.kind].unit
    said = [
        f"{words} {100 * at:.4g}%" if unit is Unit.PERCENT else f"{words} {at:.4g} {unit.value}"
        for words, at in ((_("warns from"), rule.warn_at), (_("alert from"), rule.alert_at))
        if at is not None
    ]
    if rule.ceiling_nano is not None:
        said.append(f"{_('ceiling')} {say_money(rule.ceiling_nano / NANO)}")
    return ", ".join(said) or _("as the readiness probe has it")


def name_scope(rule: AlertRule, names: dict[str, str]) -> str:
    """Which runs it watches."""
    if rule.kind in KINDS and not KINDS[rule.kind].scoped:
        return ""
    if rule.scope == EACH:
        return _("each type of task")
    return names.get(rule.scope, rule.scope) or _("all runs")


def name_alert(rule: AlertRule, cell: str, names: dict[str, str]) -> str:
    """What an alert is of: the rule, and the type of task where it looks at one."""
    return f"{name_rule(rule)}: {_name_cell(cell, names)}" if cell else name_rule(rule)


def _name_cell(cell: str, names: dict[str, str]) -> str:
    """A type of task, or a budget by its time and type of task."""
    period = next((name for name in PERIOD_NAMES.values() if cell == name or cell.startswith(f"{name} ")), "")
    if cell in names or not period:
        return names.get(cell, cell)
    scope = cell.removeprefix(period).strip()
    return f"{_(period)} {names.get(scope, scope)}".strip()


def write_message(alert: Alert, *, told: Told, key: str, names: dict[str, str]) -> tuple[str, str]:
    """Subject and text, in the clinic's language: nobody's own reading is known where they go. The key at the end
    lets whoever gets it twice see that it is the same.
    """
    with override(settings.CLINIC_LANGUAGE):
        state = STATE_WORDS[State(alert.state)]
        subject = f"{_(LEADS.get(told, state))}: {name_alert(alert.rule, alert.cell, names)}"
        since = {"state": _(state), "since": say_when(alert.since, now=alert.looked_at)}
        lines = [subject, _("%(state)s since %(since)s.") % since]
        now, usual = tell_kept(alert.value, alert.value_words), tell_kept(alert.usual, alert.usual_words)
        lines += [_("Now: %(value)s.") % {"value": now}] if now else []
        lines += [_("Usual: %(value)s.") % {"value": usual}] if usual else []
        lines += [_("See: %(address)s") % {"address": f"{settings.PUBLIC_URL}{alert.link or '/alerts/'}"}]
        return subject[:200], "\n".join([*lines, _("Handrail, message %(key)s") % {"key": key}])


def mask_address(kind: str, address: str) -> str:
    """An address as a page may show it: of a webhook only where it goes, since whoever has the rest can write there."""
    if kind == "email":
        return address
    scheme, _sep, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/••••"
