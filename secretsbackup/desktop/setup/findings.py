"""What the doctor found, one line each, with what to do and the policy statement to copy."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets
from secretsbackup.desktop.fields import beside, code, copy_button
from secretsbackup.model.check import Finding, Verdict
from secretsbackup.model.policy import text
from secretsbackup.words.language import _


class Findings(QWidget):
    """Nothing is shown of what is fine, but how much is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Results"))
        self._box = widgets.column(self, gap=2)

    def tell(self, findings: Sequence[Finding]) -> None:
        """Show these, in place of what was shown."""
        while item := self._box.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for found in sorted(findings, key=lambda one: one.verdict is not Verdict.LACKING):
            if found.verdict is not Verdict.FINE:
                self._box.addWidget(self._row(found))

    def _row(self, found: Finding) -> QWidget:
        row, mark = QWidget(), QLabel()
        lacking = found.verdict is Verdict.LACKING
        colour = (style.danger_colour if lacking else style.warning_colour)(self.palette())
        drawn = icons.pixmap(
            "failed" if lacking else "warning", 20, line=colour, ratio=self.devicePixelRatioF()
        )
        mark.setPixmap(drawn)
        message = words.finding(found)
        said = widgets.column(gap=1)
        said.addWidget(widgets.sentence(message.title))
        advice, _newline, statement = message.advice.partition("\n")
        if advice:
            said.addWidget(widgets.quiet(advice))
        if found.statement and statement:
            copied = text(found.statement)
            said.addWidget(code(copied, found.right))
            said.addWidget(beside(copy_button(lambda: copied, found.right)))
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(style.GRID)
        box.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(said, 1)
        return row
