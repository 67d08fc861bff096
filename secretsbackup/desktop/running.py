"""The run that goes on: what is being done, how far, how fast, how long still; its steps; Stop."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets
from secretsbackup.desktop.elided_label import ElidedLabel
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.run_trace import RunSamples
from secretsbackup.model.event import Step, Verb, steps
from secretsbackup.model.status import Status
from secretsbackup.words.language import _

_SOME = 4
"""Samples from which on a curve is one; before, a line says that there will be."""


class Running(QWidget):
    """Shows a status while it is running."""

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self._shield, self._doing, self._amount = QLabel(), widgets.headline(), widgets.sentence()
        self._shield.setFixedWidth(8 * style.GRID)
        widgets.tabular(self._amount)
        self._stop = widgets.button(_("&Stop"), stop)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(style.GRID)
        self._bar.setAccessibleName(_("Progress"))
        self._curve = Curve()
        self._steps = _Steps()
        self._file = ElidedLabel()
        self._warnings = widgets.quiet()
        self._lay_out()

    def show_run(self, status: Status, trace: RunSamples) -> None:
        """Show how far it is now."""
        progress = status.progress
        share = progress.done / progress.total if progress and progress.total else 0.0
        ratio = self.devicePixelRatioF()
        self._shield.setPixmap(icons.shield_pixmap(Shield.RUNNING, 56, ratio, self.palette(), share))
        self._doing.setText(words.headline(status))
        self._amount.setText(words.progress(progress) if progress else "")
        self._bar.setRange(0, 1000 if progress and progress.total else 0)
        self._bar.setValue(round(1000 * share))
        self._curve.show_rates(trace.rates)
        self._steps.show_run(status, trace)
        self._file.show_text(trace.detail)
        count = status.warnings
        self._warnings.setText(words.number(count, "warning", "warnings") if count else "")
        self._warnings.setVisible(bool(count))

    def _lay_out(self) -> None:
        text = widgets.column(gap=0)
        text.setSpacing(style.GRID // 2)
        text.addWidget(self._doing)
        text.addWidget(self._amount)
        text.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(2 * style.GRID)
        top.addWidget(self._shield, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(text, 1)
        top.addWidget(self._stop, 0, Qt.AlignmentFlag.AlignTop)
        middle = QHBoxLayout()
        middle.setSpacing(2 * style.GRID)
        bars = widgets.column()
        bars.addWidget(self._bar)
        bars.addWidget(self._file)
        middle.addLayout(bars, 1)
        middle.addWidget(self._curve)
        box = widgets.column(self, gap=2)
        box.addLayout(top)
        box.addLayout(middle)
        box.addWidget(self._steps)
        box.addWidget(self._warnings)


class _Steps(QWidget):
    """Check · Gather · Send · …: a tick for each that is done, a dot for the one that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * style.GRID)
        self._verb: Verb | None = None
        self._now: Step | None = None
        self._shown: list[tuple[Step, QLabel, QLabel]] = []
        self._begin(Verb.BACKUP)  # now, and not when a run begins, which has enough to show

    def show_run(self, status: Status, trace: RunSamples) -> None:
        if status.verb is not self._verb and status.verb:
            self._begin(status.verb)
        order = [step for step, _mark, _name in self._shown]
        reached = max(
            (order.index(step) for step in (*status.steps_done, status.step) if step in order), default=0
        )
        for step, mark, name in self._shown:
            done, now = step in status.steps_done, step is status.step and step not in status.steps_done
            seconds = trace.seconds.get(step)
            took = f" {words.duration(seconds)}" if done and seconds and seconds >= 1 else ""
            name.setText(words.step(step) + took)
            name.setAccessibleDescription(_("done") if done else _("now") if now else "")
            style.mark(name, "sentence" if done or now else "quiet")
            skipped = not done and not now and order.index(step) < reached
            mark.setPixmap(self._mark(done=done, now=now, skipped=skipped))
            mark.setToolTip(name.text())
        self._now = status.step
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where not all names fit, the marks tell, and the step that goes on has its name."""
        metrics = self.fontMetrics()
        wide = sum(
            metrics.horizontalAdvance(name.text()) + 6 * style.GRID for _step, _mark, name in self._shown
        )
        for step, _mark, name in self._shown:
            name.setVisible(wide <= self.width() or step is self._now)

    def _mark(self, *, done: bool, now: bool, skipped: bool) -> QPixmap:
        colours = self.palette()
        colour = style.accent(colours) if now else style.quiet_colour(colours)
        name = "check" if done else "dot" if now else "skipped" if skipped else "circle"
        return icons.pixmap(name, 16, line=colour, ratio=self.devicePixelRatioF())

    def _begin(self, verb: Verb) -> None:
        self._verb = verb
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self._shown = []
        for step in steps(verb):
            mark, name = QLabel(), QLabel()
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(style.GRID // 2)
            row.addWidget(mark)
            row.addWidget(name)
            self._row.addWidget(pair)
            self._shown.append((step, mark, name))
        self._row.addStretch(1)


class Curve(QWidget):
    """The rate over time, as a small curve."""

    def __init__(self) -> None:
        super().__init__()
        self._rates: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Speed over time"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(20 * style.GRID, 6 * style.GRID)

    def show_rates(self, rates: Sequence[float]) -> None:
        """Draw these."""
        now = list(rates)
        if now != self._rates:
            self._rates = now
            self.setToolTip(f"{words.size(round(now[-1]))}/s" if now else "")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 2, -1, -1)
        if self._rates:
            painter.setPen(QPen(style.line_colour(self.palette()), 1))
            painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(self._rates) >= _SOME and max(self._rates) > 0:
            self._draw(painter, area)
        painter.end()

    def _draw(self, painter: QPainter, area: QRectF) -> None:
        top = max(self._rates) * 1.1
        across = area.width() / (len(self._rates) - 1)
        points = [
            QPointF(area.left() + number * across, area.bottom() - area.height() * rate / top)
            for number, rate in enumerate(self._rates)
        ]
        colour = style.accent(self.palette())
        below = QColor(colour)
        below.setAlpha(40)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(below)
        ends = [QPointF(points[-1].x(), area.bottom()), QPointF(area.left(), area.bottom())]
        painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setPen(QPen(colour, 1.75))
        painter.drawPolyline(QPolygonF(points))
