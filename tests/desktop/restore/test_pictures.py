"""Every page, light and dark and with text of double size: nothing is cut off; a picture of each is kept."""

from secretsbackup.desktop.restore.when import LookFor
from secretsbackup.model.profile import Profile
from secretsbackup.store import profiles
from tests.desktop import accessibility
from tests.desktop.conftest import Parts, Play, profile
from tests.desktop.restore.conftest import Begin
from tests.desktop.setup.conftest import moment
from tests.desktop.setup.test_pictures import looks, spoken, whole
from tests.desktop.setup.wizard_driver import Hand

__all__ = ["looks", "spoken"]  # fixtures that are used here


def test_no_page_is_cut(play: Play, begin: Begin, past: Profile, parts: Parts, spoken: str) -> None:
    async def shown(hand: Hand, name: str) -> None:
        hand.photograph(name)
        assert whole(hand), name
        assert hand.doubled == [], name
        assert accessibility.cut(hand.wizard) == [], name

    async def look_at_all() -> None:
        hand = begin("ada", photographs=f"restore/pages-{spoken}")
        wizard = hand.wizard
        if spoken == "200":
            wizard.resize(1240, 720)
        if spoken == "small":
            wizard.resize(640, 480)
        when, what, search = wizard.when, wizard.what, wizard.search
        await hand.until(lambda: when.taken and when.holds)
        await shown(hand, "when")
        when.choices.choose(LookFor.THEN)
        await hand.until(when.calendar.isVisible)
        await shown(hand, "earlier")
        await hand.next(what)
        await hand.until(lambda: what.tree.rowCount() == 2)
        what.view.expand(what.tree.index(0, 0))
        what.tree.tick(b"Documents/report.pdf", chosen=True)
        await hand.until(lambda: hand.lit and what.tree.rowCount(what.tree.index(0, 0)))
        await shown(hand, "files")
        what.filter.setText("img_0001")
        await hand.until(lambda: what.tree.rowCount() > 2)
        await shown(hand, "filtered")
        await hand.next(wizard.where)
        await shown(hand, "where")
        await hand.next(wizard.phrase)
        await shown(hand, "passphrase")
        wizard.go(wizard.pages.index(when))
        when.choices.choose(LookFor.SEARCH)
        await hand.next(search)
        hand.type(search.text, "report")
        await hand.until(lambda: search.versions.count() == 3)
        await shown(hand, "search")
        profiles.add(parts.home, profile("other"))
        await hand.until(lambda: len(parts.states.all) == 2)
        wizard.choose_another()
        await moment()
        await shown(hand, "which")
        await hand.next(wizard.elsewhere)
        hand.type(wizard.elsewhere.url, "s3://bucket/laptop")
        await moment()
        await shown(hand, "elsewhere")

    play(look_at_all())
