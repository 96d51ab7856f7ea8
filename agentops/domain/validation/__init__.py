"""What leaves is validated: contact details, protected values and claims in outgoing text."""

from agentops.domain.validation.claims import default_claims
from agentops.domain.validation.contacts import Contact, extract_contacts
from agentops.domain.validation.personal import find_identity_numbers
from agentops.domain.validation.rules import ClaimRule, Finding, OutputRules, Protected, Rule, Validated
from agentops.domain.validation.text import validate_text

__all__ = [
    "ClaimRule",
    "Contact",
    "Finding",
    "OutputRules",
    "Protected",
    "Rule",
    "Validated",
    "default_claims",
    "extract_contacts",
    "find_identity_numbers",
    "validate_text",
]
