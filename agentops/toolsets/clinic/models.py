"""The clinic's tables. The database itself refuses what must never be: one time given to two people."""

from django.db import models
from django.db.models import Q


class Provider(models.Model):
    """A clinician. `role` is what staff call the job ("GP", "nurse")."""

    title = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=40)
    room = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.title} {self.name}"

    @property
    def short(self) -> str:
        """How staff say it: "Dr Patel"."""
        return f"{self.title} {self.name.rsplit(' ', 1)[-1]}"


class Patient(models.Model):
    """A person on the list. `folded` is given name and surname without case and accents, for exact look-up."""

    given = models.CharField(max_length=80)
    surname = models.CharField(max_length=80)
    folded = models.CharField(max_length=180, db_index=True)
    born = models.DateField(db_index=True)
    number = models.CharField(max_length=20, unique=True)
    mobile = models.CharField(max_length=20, blank=True, db_index=True)
    email = models.EmailField(blank=True)
    usual_provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notes = models.TextField(blank=True)
    archived = models.BooleanField(default=False)

    class Meta:
        ordering = ["surname", "given", "id"]
        constraints = [
            # Protects look-up by name: a row without its folded name would never be found.
            models.CheckConstraint(condition=~Q(folded=""), name="clinic_patient_can_be_found"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}"


class Slot(models.Model):
    """A time a clinician offers. It is free while no booked appointment holds it."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField(db_index=True)
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["starts_at", "provider_id"]
        constraints = [
            # Protects the calendar: a clinician cannot offer one moment twice.
            models.UniqueConstraint(fields=["provider", "starts_at"], name="clinic_slot_once_per_provider"),
            # Protects every sum of minutes: a slot of no length would fit nothing and clash with nothing.
            models.CheckConstraint(condition=Q(minutes__gt=0), name="clinic_slot_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.starts_at:%Y-%m-%d %H:%M}"


class AppointmentStatus(models.TextChoices):
    """A moved appointment stays booked, at its new time."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class Appointment(models.Model):
    """One visit. `version` grows by one with every change, so that a stale decision is noticed.

    `call_key` is the tool call that booked it and `change_key` the one that last changed it: the same call, run
    again, finds its own work and does nothing more. `moved_from` is the time before the last move,
    `changed_at` the moment of the last change.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="appointments")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=12, choices=AppointmentStatus.choices, default=AppointmentStatus.BOOKED)
    version = models.PositiveIntegerField(default=1)
    booked_at = models.DateTimeField()
    moved_from = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    call_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    change_key = models.CharField(max_length=80, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            # Read by every look at a patient's own bookings.
            models.Index(fields=["patient", "status", "starts_at"], name="clinic_appt_of_patient"),
        ]
        constraints = [
            # Protects against a double booking: one slot, one booked appointment, whoever asks and however fast.
            models.UniqueConstraint(fields=["slot"], condition=Q(status="booked"), name="clinic_slot_booked_once"),
            # Protects the patient: nobody can sit in two rooms at one moment.
            models.UniqueConstraint(
                fields=["patient", "starts_at"], condition=Q(status="booked"), name="clinic_patient_in_one_place"
            ),
            # Protects the meaning of the partial constraints above: an unknown status would slip past both.
            models.CheckConstraint(
                condition=Q(status__in=AppointmentStatus.values), name="clinic_appointment_status_known"
            ),
            # Protects every sum of minutes.
            models.CheckConstraint(condition=Q(minutes__gt=0), name="clinic_appointment_has_length"),
            # Protects the stale check: versions start at one and only grow.
            models.CheckConstraint(condition=Q(version__gte=1), name="clinic_appointment_version_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.patient_id} at {self.starts_at:%Y-%m-%d %H:%M}"


class MessageStatus(models.TextChoices):
    """A draft waits for somebody to send it; a queued message is the outbox."""

    DRAFT = "draft"
    QUEUED = "queued"


class Message(models.Model):
    """A text to a patient. `call_key` is the tool call that wrote it: one call writes at most one message."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="messages")
    body = models.TextField()
    channel = models.CharField(max_length=12, default="sms")
    status = models.CharField(max_length=12, choices=MessageStatus.choices)
    call_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            # Protects the outbox: an unknown status would be a message nobody sends and nobody sees.
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="clinic_message_status_known"),
            # Protects the record of what left: a draft was never sent.
            models.CheckConstraint(
                condition=Q(status="queued") | Q(sent_at__isnull=True), name="clinic_draft_is_not_sent"
            ),
            # Protects the patient from an empty text.
            models.CheckConstraint(condition=~Q(body=""), name="clinic_message_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.patient_id}, {self.status}"
