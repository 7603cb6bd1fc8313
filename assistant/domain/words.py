"""The closed vocabularies of the domain: kinds, owners, sections, reasons. Plain values, as the public documents spell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["admin", "coach"]
"""What a user of the store may do: an admin may also say who opens it, erase, and verify the audit."""
Use = Literal["read", "exported", "searched"]
"""What changes nothing and is noted in the audit all the same."""
Kind = Literal["dictation", "appointment"]
Speaker = Literal["coach", "client", "other"]
Owner = Literal["client", "coach", "third_party"]
SaidBy = Literal["client", "coach", "agreed"]
SectionKey = str
"""One of SECTIONS, or a template's own `x_name`."""
Check = Literal["number", "date", "money", "name", "health", "risk", "conditional", "unsupported", "unclear", "owner"]
GapReason = Literal["unclear", "silence", "damaged", "dropout", "paused", "not_transcribed"]
SegmentFlag = Literal["unclear", "redone", "machine_translation", "corrected"]
ReferralStatus = Literal["made", "to_make", "declined", "completed", "waiting"]
Outcome = Literal["done", "part_done", "not_done", "changed", "not_mentioned"]
Barrier = Literal[
    "health_physical",
    "health_mental",
    "caring",
    "childcare",
    "transport",
    "housing",
    "money_debt",
    "digital",
    "literacy_language",
    "skills_qualifications",
    "experience_gap",
    "confidence",
    "criminal_record",
    "addiction",
    "immigration_papers",
    "disability_adjustment",
]
LeftOutReason = Literal["date", "money", "health", "housing", "caring", "transport", "promise", "refusal"]
Origin = Literal["kept", "edited", "added"]
Verdict = Literal["accept", "edit", "drop", "add"]
Stage = Literal["recorded", "transcribed", "drafted", "signed"]

SECTIONS: tuple[SectionKey, ...] = ("attendance", "progress", "goals", "ruled_out", "skills", "barriers", "support", "risk")
SECTION_TITLES: Mapping[SectionKey, str] = {
    "attendance": "Attendance",
    "progress": "Progress",
    "goals": "Goals",
    "ruled_out": "Ruled out",
    "skills": "Skills and experience",
    "barriers": "Barriers",
    "support": "Support given or agreed",
    "risk": "Risk, in their own words",
}
MICROPHONE = "microphone"
"""`Recording.media` of what was recorded here; an imported file has its suffix there."""
MAX_SEGMENT_WORDS = 30
MAX_EVIDENCE = 4
