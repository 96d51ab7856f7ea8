"""Text as a person may see it: what hides, turns, imitates, piles up or is blank is written out in a mark.

A mark stands between ⟨ and ⟩, which no shown text holds otherwise, so that nobody can write one. Two different
texts never look the same, and `read_back` gives the stored text again.
"""

from agentops.domain.visible_text.characters import hides as hides
from agentops.domain.visible_text.showing import LONG as LONG
from agentops.domain.visible_text.showing import read_back as read_back
from agentops.domain.visible_text.showing import show_in_full as show_in_full
from agentops.domain.visible_text.showing import show_json as show_json
from agentops.domain.visible_text.showing import show_text as show_text
