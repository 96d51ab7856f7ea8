"""Words for appointments, diaries and clinicians that many patterns share."""

import re

EVENT = (
    r"(?:appointments?|appts?|bookings?|reservations?|(?<!to )(?<!can )(?<!could )(?<!should )(?<!i )visits?"
    r"|check-?ups?|consultations?|meetings?|sessions?"
    r"|events?"
    r"|vaccinations?|follow-?ups?|(?<!periodic )(?<!times )tables?|slots?|jabs?|boosters?|blood tests?|smear tests?"
    r"|bloods"
    r"|(?:medication|medicine|asthma|annual|surgery|diabetes) reviews?)"
)
OCCASION = (
    r"(?:part(?:y|ies)|birthdays?|anniversar(?:y|ies)|weddings?|funerals?|christenings?|graduations?|reunions?|brunch"
    r"|lunch(?:es)?|dinners?|breakfast|supper|barbecue|bbq|picnics?|cook-?outs?|cook-?offs?|concerts?|gigs?"
    r"|recitals?|festivals?|parades?|exhibitions?|exhibits?|tournaments?|potlucks?|galas?"
    r"|rehearsals?|class(?:es)?|lessons?|lectures?|seminars?|webinars?|workshops?|trainings?|exams?"
    r"|interviews?|conferences?|conventions?|presentations?|deadlines?|church|ceremon(?:y|ies)|gathering|get-together"
    r"|fundraisers?|banquets?|celebrations?|play ?dates?|haircuts?|(?:bank |public )?holidays?|christmas|easter"
    r"|thanksgiving|halloween|new year(?:'?s)?(?: eve| day)?|(?:phone|video|conference) calls?)"
)
"""What stands in people's own diaries."""
DIARY = r"(?:calendars?|schedules?|agenda|diary|diaries|planner|itinerary|timetable)"
CARER = (
    r"(?:doctors?|dr|gp|nurse|physicians?|dentists?|dentistry|specialist|clinician|therapist|practitioner|gynecologist"
    r"|docs?|dermatologist|ophthalmologist|ent|provider|stylists?|salons?|barbers?|hairdressers?|psychologist"
    r"|psychiatrist|pa?ediatrician|cardiologist|neurologist|oncologist|urologist|optometrist|optician|orthodontist"
    r"|podiatrist|chiropractor|physio(?:therapist)?|midwife|osteopath|nutritionist|dietitian|allergist|radiologist"
    r"|orthop(?:a)?edist|surgeon"
    r"|counsell?or)"
)
UPKEEP = (
    r"(?:oil change|maintenance|check.?engine|engine light|tune-?up|tires?|tyres?|brakes?|car (?:service|inspection"
    r"|check)|oil changed|transmission|wheel alignment|mechanic"
    r"|(?:change|replace|rotate|check|fix|repair|service|inspect) (?:my |the |our )(?:\w+ ){0,2}(?:oil|filters?"
    r"|spark plugs"
    r"|fluids?|battery|radiator|car|vehicle|truck)|(?:my|the|our) (?:car|vehicle|truck) (?:\w+ ){0,3}(?:serviced?"
    r"|fixed|repaired"
    r"|maintained|inspected|worked on)"
    r"|my engine|engine (?:looked|checked|serviced?|repair)|(?:bring|take|drop) (?:in |off )?my (?:car|truck|vehicle"
    r"|van)(?: in| off)?"
    r"|(?:car|vehicle|truck|van|auto)(?:'s)? (?:serviced|maintenance|inspect(?:ed|ion)|looked at|checked|in for))"
)
LEAD = (
    r"(?:^|[,;!] ?|\b(?:please|kindly|you|to|i|and|then|just|we|me|also|now|must|should|can|go ahead and|let's)\b[ ,]+)"
)
WHEN = (
    r"(?:today|tonight|tomorrow|yesterday|last night|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekend"
    r"|next (?:hour|few (?:hours|days))|(?:this|next|every|each|the following|coming) (?:week|month|year|morning"
    r"|afternoon|evening|night)"
    r"|january|february|march|april|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th)"
    r"|noon|midnight|\d{1,2}(?::\d\d)? ?(?:[ap]\.?m|o'?clock)|at \d{1,2}|(?:an|\d+) (?:hours?|days?|weeks?)"
    r"|on the \d+)"
)
"""A day or time, near enough to tell a plan from talk; `dates` and `times` read them properly."""


def search_any(*phrases: str) -> re.Pattern[str]:
    """One pattern of several phrases."""
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))
