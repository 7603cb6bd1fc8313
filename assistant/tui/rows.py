"""A list whose rows have a narrow column on the left, for a time or a state. Rows wrap to the width there is.

Knows nothing of notes and transcripts.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Margined(Visual):
    """`text` with `margin` to the left of its first line; `gutter` is the width kept free for it in cells."""

    def __init__(self, text: Content, margin: Content, gutter: int) -> None:
        self.text = text
        self.margin = margin
        self.gutter = gutter

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        blank = Strip.blank(self.gutter, style.rich_style)
        first = self.margin.render_strips(self.gutter, 1, style, options) if self.gutter else []
        margins = [strip.adjust_cell_length(self.gutter, style.rich_style) for strip in first] or [blank]
        lines = self.text.render_strips(max(1, width - self.gutter), height, style, options)
        return [Strip.join([margins[0] if n == 0 else blank, line]) for n, line in enumerate(lines)]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return self.gutter + self.text.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return self.text.get_height(rules, max(1, width - self.gutter))


class Row(Option):
    """One row. A heading is passed over by the cursor."""

    def __init__(
        self, text: Content, *, margin: Content | None = None, gutter: int = 0, name: str | None = None, heading: bool = False
    ) -> None:
        super().__init__(Margined(text, margin or Content(""), gutter), id=name, disabled=heading)


class Rows(OptionList):
    """A list of `Row`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("j", "cursor_down", show=False), Binding("k", "cursor_up", show=False)]

    def restyle(self, index: int, row: Row) -> None:
        """Show a row in other styles. Its text must stay the same, so that nothing has to be wrapped again."""
        self.get_option_at_index(index)._set_prompt(row.prompt)
        self._option_render_cache.clear()
        self.refresh()

    def show(self, rows: list[Row]) -> None:
        """Replace every row, keeping the cursor on the row of the same id, or else on the same line."""
        at, scroll = self.highlighted, self.scroll_offset.y
        name = self.get_option_at_index(at).id if at is not None else None
        self.set_options(rows)
        self.scroll_to(y=scroll, animate=False, immediate=True, force=True)
        found = next((n for n, row in enumerate(rows) if name is not None and row.id == name), at or 0)
        self.go_to(found)

    def go_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest one that is no heading."""
        for n in [*range(index, self.option_count), *range(min(index, self.option_count) - 1, -1, -1)]:
            if not self.get_option_at_index(n).disabled:
                self.highlighted = n
                return

    def centre(self, index: int) -> None:
        """Scroll so that a row stands in the middle, where there is room. While the page is hidden no row has a line."""
        if index in self._index_to_line:
            self.scroll_to(y=self._index_to_line[index] - self.size.height // 2, animate=False, force=True)
