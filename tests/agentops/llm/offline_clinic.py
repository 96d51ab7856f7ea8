"""A tiny clinic in memory that answers the offline planner's calls as the real tools do."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agentops.domain.messages import Message, ModelReply, ModelRequest, ToolOffer
from agentops.domain.routing import DecisionType
from agentops.llm.offline import OfflinePlanner

BRIEFING = """Clinic: Harbour Lane Surgery
Now: Monday 23 November 2026, 14:05 (Europe/London)
Opening hours: Monday to Friday 08:30 to 18:00
Clinicians: Dr Anita Patel (GP); Dr Wei Chen (GP); Nurse Grace Lowe (nurse); Dr Helen Lowe-Baker (GP)
Kinds: consultation (20 min), follow-up (20 min), vaccination (10 min)
Caller on the line: yes"""
SYSTEM = "Sort the request.\n- booking: a\n- moving: b\n- cancelling: c\n- messages: d\n- questions: e\n- other: f"
TOOLS = (
    "search_patients",
    "get_patient_info",
    "list_patient_appointments",
    "search_appointments",
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "draft_message",
    "send_message",
    "escalate_to_human",
)
WRITES = frozenset({"book_appointment", "reschedule_appointment", "cancel_appointment", "send_message"})
_NOW = datetime(2026, 11, 23, 14, 5)
_PEOPLE = (
    {"patient_id": 1, "name": "Ana Gomez", "born": "1981-03-03"},
    {"patient_id": 2, "name": "Ben Okafor", "born": "1975-07-12"},
    {"patient_id": 3, "name": "Ann Reed", "born": "1990-01-01"},
    {"patient_id": 4, "name": "Ann Reed", "born": "1962-05-05"},
)


def slot(slot_id: int, day: str, clock: str, provider: str) -> dict[str, Any]:
    return {"slot_id": slot_id, "starts_at": f"2026-11-{day}T{clock}:00+00:00", "minutes": 20, "provider": provider}


@dataclass
class FakeClinic:
    """Slots, appointments and the answers that staff give to proposals (`verdicts`, by tool, used up in order)."""

    slots: list[dict[str, Any]] = field(
        default_factory=lambda: [
            slot(10, "24", "09:00", "Dr Wei Chen"),
            slot(11, "26", "09:00", "Dr Anita Patel"),
            slot(12, "26", "14:00", "Dr Wei Chen"),
            slot(13, "26", "15:30", "Dr Anita Patel"),
            slot(14, "26", "16:00", "Dr Anita Patel"),
            slot(15, "27", "10:00", "Dr Anita Patel"),
            slot(16, "27", "11:00", "Nurse Grace Lowe"),
        ]
    )
    appointments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    verdicts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, tool: str, args: dict[str, Any]) -> dict[str, Any]:
        if verdicts := self.verdicts.get(tool):
            verdict = verdicts.pop(0)
            if verdict:
                return verdict
        if tool in WRITES or tool in ("escalate_to_human", "draft_message"):
            self.done.append((tool, args))
        data: dict[str, Any] = getattr(self, f"_{tool}")(**args)
        return {"status": "success", "data": data}

    def _search_patients(self, name: str, born: str | None = None, phone: str | None = None) -> dict[str, Any]:
        exact = [p for p in _PEOPLE if p["name"].lower() == name.lower() and born in (None, p["born"])]
        near = [p for p in _PEOPLE if p["name"].split()[0][:2].lower() == name[:2].lower() and p not in exact]
        return {"patients": exact, "closest": near}

    def _list_patient_appointments(self, patient_id: int) -> dict[str, Any]:
        return {"appointments": self.appointments.get(patient_id, [])}

    def _search_appointments(
        self,
        provider: str | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        earliest: str | None = None,
        latest: str | None = None,
        kind: str | None = None,
    ) -> dict[str, Any]:
        first = date_from or "2026-11-23"
        last = date_to or str(datetime.fromisoformat(first).date() + timedelta(days=13))

        def fits(one: dict[str, Any]) -> bool:
            day, clock = one["starts_at"][:10], one["starts_at"][11:16]
            in_time = clock == earliest if earliest and earliest == latest else True
            in_time = (
                in_time and (not earliest or clock >= earliest) and (not latest or clock < latest or earliest == latest)
            )
            return first <= day <= last and in_time and provider in (None, one["provider"])

        fitting = [one for one in self.slots if fits(one)]
        return {"slots": fitting, "closest": [] if fitting else self.slots[:5], "note": ""}

    def _find(self, slot_id: int) -> dict[str, Any]:
        return next(one for one in self.slots if one["slot_id"] == slot_id)

    def _book_appointment(self, patient_id: int, slot_id: int, reason: str = "", kind: str = "") -> dict[str, Any]:
        chosen = self._find(slot_id)
        name = next(p["name"] for p in _PEOPLE if p["patient_id"] == patient_id)
        booked = {"appointment_id": 900 + slot_id, "starts_at": chosen["starts_at"], "provider": chosen["provider"]}
        self.appointments.setdefault(patient_id, []).append(booked)
        return {**booked, "patient": name, "texted": True}

    def _reschedule_appointment(self, appointment_id: int, slot_id: int, reason: str = "") -> dict[str, Any]:
        chosen, old = self._find(slot_id), self._appointment(appointment_id)
        return {**old, "starts_at": chosen["starts_at"], "provider": chosen["provider"], "was_at": old["starts_at"]}

    def _cancel_appointment(self, appointment_id: int, reason: str = "") -> dict[str, Any]:
        return {**self._appointment(appointment_id), "cancelled": True}

    def _appointment(self, appointment_id: int) -> dict[str, Any]:
        return next(a for mine in self.appointments.values() for a in mine if a["appointment_id"] == appointment_id)

    def _draft_message(self, patient_id: int, body: str) -> dict[str, Any]:
        return {"draft_id": 5, "body": body}

    def _send_message(self, patient_id: int, body: str, draft_id: int | None = None) -> dict[str, Any]:
        return {"message_id": 6, "body": body}

    def _escalate_to_human(self, reason: str, summary: str, urgent: bool = False) -> dict[str, Any]:
        return {"accepted": True, "urgent": urgent}


class Talk:
    """A conversation between a caller and the planner, with the fake clinic's tools between them."""

    def __init__(self, clinic: FakeClinic | None = None, *, tools: tuple[str, ...] = TOOLS) -> None:
        self.clinic = clinic or FakeClinic()
        self.tools = tools
        self.messages: list[Message] = []
        self.replies: list[ModelReply] = []

    def request(self, decision: DecisionType = DecisionType.SELECT_TOOL) -> ModelRequest:
        offers = [ToolOffer(name=name, description="", input_schema={}) for name in self.tools]
        return ModelRequest(
            decision=decision,
            model="offline-planner-1",
            system=SYSTEM,
            briefing=BRIEFING,
            messages=list(self.messages),
            tools=offers,
            max_tokens=1000,
            deadline_s=5.0,
        )

    def say(self, text: str) -> str:
        """Say something and let the planner work until it answers; the answer's text."""
        self.messages.append({"role": "user", "content": [{"type": "text", "text": text}]})
        for _ in range(12):
            reply = OfflinePlanner().ask(self.request())
            self.replies.append(reply)
            self.messages.append({"role": "assistant", "content": reply.content})
            if not reply.tool_uses:
                return reply.text
            blocks = []
            for use in reply.tool_uses:
                result = self.clinic.answer(use["name"], use["input"])
                blocks.append({"type": "tool_result", "tool_use_id": use["id"], "content": json.dumps(result)})
            self.messages.append({"role": "user", "content": blocks})
        raise AssertionError("the planner does not come to an end")

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        return [(use["name"], use["input"]) for reply in self.replies for use in reply.tool_uses]
