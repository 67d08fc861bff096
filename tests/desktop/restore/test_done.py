"""The last page: what it says of a restore that has ended, and of what came of it."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QListWidget

from secretsbackup import words
from secretsbackup.desktop.restore.done import DonePage
from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.outcome import Completed, Outcome, Summary
from tests.desktop import accessibility

DONE = Summary(files=2, bytes=9, folder="/home/ada/docs/restored")


@dataclass
class Ended:
    """A progress page on which it is over."""

    answer: Outcome
    warnings: list[Warned] = field(default_factory=list)


SAVED = Warned(caution=Caution.SAVED_AGAIN, path="/home/ada/docs/restored", detail="/home/ada/docs")
LOST = Warned(caution=Caution.NOT_RESTORED, path="docs/a")


@pytest.mark.parametrize(
    ("warnings", "title", "about"),
    [
        ([], "Your files are back", ""),
        ([SAVED], "Your files are back", "Good to know"),
        ([SAVED, LOST], "Most of your files are back", "Not restored"),
    ],
)
def test_a_warning_says_that_files_are_missing_only_where_they_are(
    qapp: QApplication, warnings: list[Warned], title: str, about: str
) -> None:
    ended = Ended(Completed(DONE, len(warnings)), warnings)
    page = DonePage(ended, go_on=list, put_back=list, show_log=list)  # type: ignore[arg-type]
    page.show()
    page.entered()
    says = [one.text() for one in accessibility.seen(page) if isinstance(one, QLabel)]
    assert title in says
    listed = page.findChild(QListWidget)
    assert listed.isVisible() is bool(warnings)
    assert [listed.item(row).text() for row in range(listed.count())] == [*map(words.warning, warnings)]
    assert not about or about in says
    assert listed.accessibleName() == about or not about
    page.close()
