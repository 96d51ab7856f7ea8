"""Find which kind of appointment is meant, among the kinds that the clinic offers."""

import re
from collections.abc import Sequence

from agentops.domain.language.words import fold_case

_ALSO_CALLED = {
    "vaccination": r"vaccin\w*|jabs?|flu shots?|shots?|immuni[sz]\w*|boosters?",
    "follow-up": r"follow(?:ing)?.?ups?|check(?:ing)? (?:back )?in again|review appointment",
    "blood test": r"blood (?:tests?|work|draw|sample)|bloods",
    "smear test": r"smear(?: tests?)?|cervical screening|pap",
    "health check": r"health checks?|check-?ups?|physicals?|annual exam",
    "repeat prescription": r"(?:repeat )?prescriptions?|refills?",
    "consultation": r"consult\w*",
}


def find_kind(text: str, kinds: Sequence[str]) -> tuple[str, int, int] | None:
    """The kind named in clean `text` as the clinic writes it, with its clean span."""
    for kind in kinds:
        low = fold_case(kind)
        words = "|".join([re.escape(low), *(p for name, p in _ALSO_CALLED.items() if name in low or low in name)])
        if low and (match := re.search(rf"\b(?:{words})\b", text)):
            return kind, match.start(), match.end()
    return None
