"""What an eye sees at once and a program does not: text that is cut, letters that mean two things, controls
that the keyboard does not reach or a screen reader cannot name."""

import re
from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)

from secretsbackup.desktop.elided_label import ElidedLabel


def seen(window: QWidget) -> list[QWidget]:
    """What is to be seen in a window."""
    return [one for one in window.findChildren(QWidget) if one.isVisible() and one.window() is window]


def doubled(window: QWidget) -> list[str]:
    """Letters that more than one thing answers to, with Alt."""
    shown = seen(window)
    texts = [one.text() for one in shown if isinstance(one, QAbstractButton)]
    texts += [one.text() for one in shown if isinstance(one, QLabel) and one.buddy()]
    letters = Counter(found[1].lower() for text in texts if (found := re.search("&([^&])", text)))
    return [letter for letter, count in letters.items() if count > 1]


def cut(window: QWidget) -> list[str]:
    """Texts that have less room than they take, and pages that are wider than their window."""
    found = [
        f"{type(one).__name__} is wider than its room"
        for one in seen(window)
        if isinstance(one, QScrollArea) and one.widget() and one.widget().width() > one.viewport().width()
    ]
    return found + [_text(one) for one in seen(window) if _is_cut(one)]


def _is_cut(one: QWidget) -> bool:
    match one:
        case ElidedLabel():
            return False
        case QLabel() if one.text() and one.wordWrap():
            return one.heightForWidth(one.width()) > one.height() + 1
        case QLabel() if one.text():
            words = re.sub("&(.)", r"\1", one.text()).splitlines()
            return max(map(QFontMetrics(one.font()).horizontalAdvance, words)) > one.width() + 1
        case QPushButton() | QComboBox():
            return one.sizeHint().width() > one.width() + 1
        case QAbstractButton() if one.text():
            return one.sizeHint().width() > one.width() + 1
        case _:
            return False


def _text(one: QWidget) -> str:
    return one.currentText() if isinstance(one, QComboBox) else one.text()  # type: ignore[attr-defined, no-any-return]


def nameless(window: QWidget) -> list[str]:
    """Controls that a screen reader has no name for."""
    return [type(one).__name__ for one in _controls(window) if not (one.accessibleName() or _said(one))]


def unreached(window: QWidget) -> list[str]:
    """Controls that Tab does not come to, all the way round."""
    reached, now = set(), window.nextInFocusChain()
    while now is not window:
        reached.add(now)
        now = now.nextInFocusChain()
    return [_said(one) or type(one).__name__ for one in _controls(window) if one not in reached]


def _controls(window: QWidget) -> list[QWidget]:
    return [
        one
        for one in seen(window)
        if one.isEnabled()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not one.objectName().startswith("qt_")
        and not _of_a_combo_box(one)
    ]


def _of_a_combo_box(child: QWidget) -> bool:
    """Its list is the combo box's own affair."""
    parent = child.parentWidget()
    return parent is not None and (isinstance(parent, QComboBox) or _of_a_combo_box(parent))


def _said(one: QWidget) -> str:
    return str(getattr(one, "text", str)())
