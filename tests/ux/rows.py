"""The rows of the table of UX.md §3.1. What a page weighs comes first: the rows after it fill the list."""

from tests.ux.measures import acting, content, living, seeing
from tests.ux.table import Row

ROWS = [
    Row("Weight of the approvals page", "HTML 60, CSS 30, JS 40 KB gzip; nothing else", content.weigh_page, quick=True),
    Row("Saved to said elsewhere", "p95 under 300 ms (50: benchmarks.live_desk)", living.measure_arrival),
    Row("Answer to feedback", "p95 under 100 ms pressed, 400 ms shown", living.measure_feedback),
    Row("Presence visible to others", "p95 under 1 s, gone 20 s after loss", living.measure_presence),
    Row("Reconnect", "banner in 5 s, right 2 s after; 0 lost, 0 doubled", living.survive_a_lost_line, quick=True),
    Row("Keys from the list to yes", "1 / 2 / 6 by tier", acting.count_keys, quick=True),
    Row("Tab stops from heading to Yes", "at most 6", acting.count_stops, quick=True),
    Row("Wrong clicks on a busy list", "0 of 600, 0 rows moved, 200 arrivals", acting.count_wrong_clicks, quick=True),
    Row("LCP / INP / CLS", "1.5 s / 100 ms / 0.02", living.measure_vitals),
    Row("axe violations", "0 in every state, light and dark, 1440 and 390", seeing.count_violations),
    Row("Without JavaScript", "open, yes, no and reason, take, drill down", acting.decide_without_script, quick=True),
    Row("First sight at 1440x900", "all that decides a request, unscrolled", seeing.measure_first_sight, quick=True),
    Row("Zoom and reflow", "200% and 400%: nothing sideways, cut or covered", seeing.count_zoom_faults, quick=True),
    Row("Text spacing 1.4.12", "nothing clipped", seeing.count_spacing_faults),
    Row("Contrast", "text at least 5.5, controls at least 3.5", seeing.measure_contrast, quick=True),
    Row("Targets", "at least 24 px, answers at least 44 px", seeing.measure_targets, quick=True),
    Row("Reduced motion, forced colours", "no motion; choice, tier and time readable", seeing.check_calm, quick=True),
    Row("Status region", "at most one sentence in 10 s, no controls in it", living.count_announcements),
    Row("Reading", "grade at most 6, at most 20 words, no machine words", content.read_aloud, quick=True),
]
"""Comprehension by receptionists, the oversight figures and the load per person are people's and are not here."""
