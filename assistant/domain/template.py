"""Which sections a note has, in what order and under which headings. It chooses and names; it never asks for more than was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.words import SECTION_TITLES, SECTIONS, SectionKey

OTHER: SectionKey = "x_other"
"""Where a statement stands that the template has no section for: nothing that was said is lost to a heading."""


@dataclass(frozen=True, kw_only=True)
class Template:
    id: str
    sections: tuple[SectionKey, ...] = SECTIONS
    titles: Mapping[SectionKey, str] = field(default_factory=dict)
    """Headings of its own; the others have those of SECTION_TITLES."""
    gathered: Mapping[SectionKey, SectionKey] = field(default_factory=dict)
    """Section to the section of this template that takes its statements in."""

    def title(self, section: SectionKey) -> str:
        """The heading of a section, also of one that this template does not have."""
        known = {OTHER: "Also said", **SECTION_TITLES, **self.titles}
        return known.get(section) or section.removeprefix("x_").replace("_", " ").capitalize()

    def place(self, section: SectionKey) -> SectionKey:
        """The section that takes a statement in. What tells of a risk keeps its own heading under every template."""
        if section in self.sections or section == "risk":
            return section
        return self.gathered.get(section, OTHER)

    @property
    def order(self) -> tuple[SectionKey, ...]:
        """Every section that a note may have, as it is read: a risk that the template leaves out comes first, what has no place last."""
        first = () if "risk" in self.sections else ("risk",)
        last = () if OTHER in self.sections else (OTHER,)
        return (*first, *self.sections, *last)


PLAIN = Template(id="job-coaching")
"""The plain headings, where no template is at hand."""
