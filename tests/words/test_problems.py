"""What is wrong with a setting is said in a whole sentence, in the language of the window."""

from collections.abc import Iterator

import msgspec
import pytest

from secretsbackup import words
from secretsbackup.model import faults
from secretsbackup.model.destination import parse
from secretsbackup.model.draft import problems
from secretsbackup.model.faults import Fault, Unreadable
from secretsbackup.operations.setup import registry
from secretsbackup.words import language

EXAMPLES: tuple[Fault, ...] = (
    faults.NameOdd(),
    faults.LabelOdd("a/b"),
    faults.LabelTwice("Documents"),
    faults.SourcesMissing(),
    faults.NotAbsolute("Documents"),
    faults.PathMissing("/home/ada/Fotos"),
    faults.InsideSource("/home/ada/backups", "/home/ada"),
    faults.PrefixMissing(),
    faults.PrefixOdd(),
    faults.BucketMissing(),
    faults.BucketOdd("My Backups"),
    faults.EndpointOdd("s3.example.org"),
    faults.RegionOdd("Europe"),
    faults.StorageClassOdd("GLACIER", "STANDARD"),
    faults.HostMissing("sftp"),
    faults.HostOdd("-nas"),
    faults.RsyncNeedsName(),
    faults.UserOdd("-ada"),
    faults.PortOdd("70000"),
    faults.FolderOdd("-backups"),
    faults.RsyncFolderOdd(),
    faults.FolderNotAbsolute(),
    faults.NotADestination("there"),
    faults.SchemeUnknown("ftp"),
    faults.PasswordInside(),
    faults.QueryInside(),
    faults.AddressNotText(),
    faults.FingerprintOdd(),
    faults.OutOfRange(1, 36_500),
    faults.AwsProfileUnused(),
    faults.PatternEmpty(),
    faults.PatternTooLong(),
    faults.UrlOdd("ftp://x"),
    faults.MailOdd("ada at home"),
    faults.CommandOdd(),
    faults.NotText("caf\\xe9", faults.Instead.NAME),
    faults.NotASchedule("now and then"),
    faults.TimeOfDayOdd("daily 25:00", "25:00"),
    faults.WeekdayOdd("weekly noon", "noon"),
    faults.VersionMissing(2),
    faults.TableUnknown("profiles"),
    faults.ProfileNotATable(),
    faults.LinkLeadsNowhere("/media/disk/profiles.toml"),
)


@pytest.fixture
def german() -> Iterator[None]:
    """A window in German; whatever comes after it hears English again."""
    language.set_language("de")
    yield
    language.set_language("en")


def test_every_fault_has_an_example() -> None:
    assert {type(one) for one in EXAMPLES} == {*Fault.__args__}


@pytest.mark.parametrize("fault", EXAMPLES, ids=lambda fault: type(fault).__name__)
def test_every_fault_has_a_whole_sentence(fault: Fault) -> None:
    sentence = words.problem(fault)
    assert sentence.endswith(".")
    assert not [odd for odd in ("{", "}", "None", "  ") if odd in sentence]


@pytest.mark.parametrize("fault", EXAMPLES, ids=lambda fault: type(fault).__name__)
def test_a_german_window_says_it_in_german(fault: Fault) -> None:
    english = words.problem(fault)
    language.set_language("de")
    try:
        assert words.problem(fault) != english
    finally:
        language.set_language("en")


@pytest.mark.usefixtures("german")
def test_beside_the_fields_of_a_draft_stands_german() -> None:
    first, second = problems(registry.partial_profile("a/b", ()))[:2]
    assert words.problem(first.fault).startswith("Nehmen Sie Buchstaben")
    assert words.problem(second.fault) == "Wählen Sie mindestens einen Ordner, der gesichert wird."


@pytest.mark.usefixtures("german")
def test_a_destination_that_cannot_be_read_is_told_in_german() -> None:
    with pytest.raises(Unreadable) as caught:
        parse("there")
    assert words.problem(caught.value.fault).startswith("„there“ ist kein Ziel.")


@pytest.mark.parametrize("fault", EXAMPLES, ids=lambda fault: type(fault).__name__)
def test_a_fault_survives_its_journal(fault: Fault) -> None:
    assert msgspec.json.decode(msgspec.json.encode(fault), type=Fault) == fault
