"""Words for appointments, diaries and clinicians that many patterns share."""

import re

EVENT = (
    r"(?:appointments?|appts?|bookings?|reservations?|(?<!to )visits?|check-?ups?|consultations?|meetings?|sessions?"
    r"|events?"
    r"|vaccinations?|follow-?ups?|tables?|slots?|jabs?|boosters?|blood tests?|smear tests?|bloods"
    r"|(?:medication|medicine|asthma|annual|surgery|diabetes) reviews?)"
)
DIARY = r"(?:calendars?|schedules?|agenda|diary|planner)"
CARER = (
    r"(?:doctors?|dr|gp|nurse|physicians?|dentists?|dentistry|specialist|clinician|therapist|practitioner|gynecologist"
    r"|docs?|dermatologist|ophthalmologist|ent|provider|stylists?|salons?|barbers?|hairdressers?|psychologist"
    r"|psychiatrist"
    r"|counsell?or)"
)
LEAD = (
    r"(?:^|[,;!] ?|\b(?:please|kindly|you|to|i|and|then|just|we|me|also|now|must|should|can|go ahead and|let's)\b[ ,]+)"
)


def search_any(*phrases: str) -> re.Pattern[str]:
    """One pattern of several phrases."""
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
