"""A source that is not there never empties the stage, and the stage never swallows what is not ours."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.profile import Profile, Source
from secretsbackup.model.reason import Reason
from secretsbackup.operations.backup import staging, staleness
from secretsbackup.operations.backup.staleness import Known
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import origins, outbox, stage_state
from secretsbackup.store.stage_state import Staged
from secretsbackup.tools import process, surroundings
from secretsbackup.tools.rsync import Collected


def collect(run: Run) -> tuple[Collected, bool]:
    """Gather now."""

    async def both() -> tuple[Collected, bool]:
        return await staging.collect(run, process.find("rsync"), await staging.survey(run))

    return asyncio.run(both())


def absent(run: Run, *, allow_empty: bool = False) -> tuple[Cause, ...]:
    """Why the run would be skipped; nothing if it would not."""
    try:
        staging.present(run, allow_empty=allow_empty)
    except Skip as skip:
        return skip.causes
    return ()


def with_profile(run: Run, profile: Profile) -> Run:
    """The same run of another profile."""
    return replace(run, profile=profile)


def test_a_source_that_is_there_is_present(run: Run) -> None:
    assert absent(run) == ()


def test_every_source_that_is_missing_is_named(run: Run, profile: Profile) -> None:
    sources = (*profile.sources, Source("x", "/nowhere/x"), Source("y", "/nowhere/y"))
    assert absent(with_profile(run, replace(profile, sources=sources))) == (
        causes.SourceMissing("/nowhere/x"),
        causes.SourceMissing("/nowhere/y"),
    )


def test_a_source_that_was_full_and_is_empty_now_is_an_absent_disk(run: Run, source: Path) -> None:
    collect(run)
    (source / "a.txt").unlink()
    assert absent(run) == (causes.SourceEmpty(str(source)),)
    assert absent(run, allow_empty=True) == ()


def test_a_source_that_was_always_empty_is_fine(run: Run, source: Path) -> None:
    (source / "a.txt").unlink()
    assert absent(run) == ()
    collect(run)
    assert absent(run) == ()


def test_a_link_that_dangles_is_a_missing_source(run: Run, profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    sources = (Source("link", str(tmp_path / "link")),)
    assert absent(with_profile(run, replace(profile, sources=sources)))[0].reason is Reason.SOURCE_MISSING


def test_what_is_gathered_for_the_first_time_was_not_sent(run: Run, profile: Profile) -> None:
    collected, unsent = collect(run)
    assert unsent
    assert collected.files == 1
    assert (run.home.stage(profile) / "docs" / "a.txt").read_text() == "text"


def test_what_was_sent_and_has_not_changed_need_not_be_sent(run: Run) -> None:
    collect(run)
    staging.keep(run, unsent=False)
    assert collect(run) == (Collected(files=1, bytes=4), False)


def test_what_was_gathered_and_not_sent_is_still_to_be_sent(run: Run) -> None:
    collect(run)
    assert collect(run) == (Collected(files=1, bytes=4), True)


def test_several_sources_lie_side_by_side(run: Run, profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "b.jpg").write_bytes(b"12345678")
    sources = (*profile.sources, Source("pictures", str(tmp_path / "pictures")))
    collected, _ = collect(with_profile(run, replace(profile, sources=sources)))
    assert sorted(path.name for path in run.home.stage(profile).iterdir()) == ["docs", "pictures"]
    assert (collected.files, collected.bytes) == (2, 12)


def test_a_source_that_the_profile_no_longer_has_goes_from_the_stage(
    run: Run, profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "pictures" / "locked").mkdir(parents=True)
    (tmp_path / "pictures" / "locked" / "b.jpg").touch()
    (tmp_path / "pictures" / "locked").chmod(0o500)
    collect(
        with_profile(
            run, replace(profile, sources=(*profile.sources, Source("p", str(tmp_path / "pictures"))))
        )
    )
    staging.keep(run, unsent=False)
    stage_state.keep(run.home, profile, Staged(("docs", "p"), unsent=False))
    collected, unsent = collect(run)
    assert [path.name for path in run.home.stage(profile).iterdir()] == ["docs"]
    assert collected.changes == 1
    assert unsent


def test_another_folder_to_stage_in_is_not_ours_although_a_label_is_the_name_of_something_there(
    run: Run, profile: Profile, tmp_path: Path
) -> None:
    collect(run)
    (tmp_path / "mine" / "docs").mkdir(parents=True)
    (tmp_path / "mine" / "docs" / "diary.txt").write_text("dear diary")
    (tmp_path / "mine").chmod(0o755)
    with pytest.raises(Failure) as caught:
        collect(with_profile(run, replace(profile, staging=str(tmp_path / "mine"))))
    assert caught.value.reason is Reason.STAGE_NOT_OURS
    assert (tmp_path / "mine" / "docs" / "diary.txt").read_text() == "dear diary"
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o755


def cut_off(run: Run, *, start: str, since: float) -> None:
    """A gather of this start of the machine was cut off."""
    stage_state.keep(run.home, run.profile, Staged(("docs",), True, since, start))


def tear(path: Path) -> None:
    """Only its size and its time reached the disk."""
    known = path.stat()
    path.write_bytes(bytes(known.st_size))
    os.utime(path, ns=(known.st_mtime_ns, known.st_mtime_ns))


def believe(run: Run) -> None:
    """Take the stage for what the sources are, as where a disk changes what is in a file by itself."""
    stage, sources = run.home.stage(run.profile), run.profile.sources
    known = staleness.before(stage, sources, Known(None, time.time() + 60)).origins
    origins.keep(run.home, run.profile.name, known)
    outbox.empty(run.home, run.profile.name)


def test_a_stage_that_is_doubted_is_compared_by_its_content_once(
    run: Run, profile: Profile, source: Path
) -> None:
    collect(run)
    (copy,) = [path for path in run.home.stage(profile).rglob("*") if path.is_file()]
    whole = copy.read_bytes()
    for doubted in (True, False):
        tear(copy)
        believe(run)
        if doubted:
            staging.compare_by_content(run)
        collected, _ = collect(run)
        assert (copy.read_bytes() == whole, collected.changes) == (doubted, int(doubted))


def test_a_doubt_outlives_a_gather_that_was_cut_off(run: Run, profile: Profile) -> None:
    collect(run)
    staging.compare_by_content(run)
    known = stage_state.read(run.home, profile)
    assert known
    stage_state.keep(run.home, profile, replace(known, since=time.time(), start="another"))
    asyncio.run(staging.repair(run))
    known = stage_state.read(run.home, profile)
    assert known
    assert (known.doubted, known.since) == (True, 0.0)


def test_what_a_power_cut_tore_in_the_stage_is_gathered_anew(
    run: Run, profile: Profile, source: Path
) -> None:
    (source / "closed").mkdir()
    (source / "closed" / "b.txt").write_text("b")
    (source / "closed").chmod(0o500)
    began = time.time()
    collect(run)
    stage = run.home.stage(profile) / "docs"
    tear(stage / "a.txt")
    cut_off(run, start="another", since=began)
    asyncio.run(staging.repair(run))
    collected, unsent = collect(run)
    assert unsent
    assert collected.changed_files == 2
    assert (stage / "a.txt").read_text() == "text"
    assert (stage / "closed").stat().st_mode & 0o777 == 0o500


def test_what_was_there_before_and_what_no_power_cut_ended_stays(run: Run, profile: Profile) -> None:
    collect(run)
    for start, since in ((surroundings.start(), 1.0), ("another", time.time() + 60)):
        cut_off(run, start=start, since=since)
        asyncio.run(staging.repair(run))
        assert (run.home.stage(profile) / "docs" / "a.txt").is_file()
    assert collect(run)[0].changes == 0


def test_a_gather_that_ended_is_on_the_disk(run: Run, profile: Profile) -> None:
    collect(run)
    known = stage_state.read(run.home, profile)
    assert known
    assert (known.unsent, known.since) == (True, 0.0)


def test_a_stage_of_ones_own_choice_that_holds_other_things_is_left_alone(
    run: Run, profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary")
    with pytest.raises(Failure) as caught:
        collect(with_profile(run, replace(profile, staging=str(tmp_path / "mine"))))
    assert caught.value.reason is Reason.STAGE_NOT_OURS
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear diary"


def test_a_folder_of_a_sources_name_in_a_chosen_stage_is_not_ours_either(
    run: Run, profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "mine" / "docs").mkdir(parents=True)
    (tmp_path / "mine" / "docs" / "diary.txt").write_text("dear diary")
    with pytest.raises(Failure):
        collect(with_profile(run, replace(profile, staging=str(tmp_path / "mine"))))
    assert (tmp_path / "mine" / "docs" / "diary.txt").read_text() == "dear diary"


def test_a_source_without_label_fills_the_stage_itself(run: Run, profile: Profile, source: Path) -> None:
    bare = with_profile(run, replace(profile, sources=(Source(".", str(source)),)))
    collect(bare)
    assert [path.name for path in run.home.stage(profile).iterdir()] == ["a.txt"]
    staging.keep(bare, unsent=False)
    assert collect(bare)[1] is False


def test_a_home_below_a_source_is_not_gathered(run: Run, profile: Profile, tmp_path: Path) -> None:
    sources = (Source("all", str(tmp_path)),)
    everything = with_profile(run, replace(profile, sources=sources))
    collect(everything)
    staging.keep(everything, unsent=False)
    assert not (run.home.stage(profile) / "all" / "home" / "cache").exists()
    assert collect(everything)[1] is False


def test_what_came_to_the_stage_since_is_measured(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9").write_bytes(b"123")
    since = os.lstat(tmp_path / "caf\udce9").st_ctime
    assert staging.unsent_since(tmp_path, since) == (1, 3)
    assert staging.unsent_since(tmp_path, since + 1) == (0, 0)


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to("target")
    staging.remove(tmp_path / "link")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_what_comes_goes_or_changes_in_a_stage_after_a_time_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "deep" / "old").write_text("old")
    (tmp_path / "photos").mkdir()

    def after(change: Callable[[], object]) -> bool:
        time.sleep(0.02)
        now = time.time()
        time.sleep(0.02)
        change()
        return staging.changed_since(tmp_path, now)

    assert not after(lambda: None)
    assert after((tmp_path / "docs" / "deep" / "new").touch)
    assert after(lambda: os.utime(tmp_path / "docs" / "deep" / "old", (1, 1)))
    assert after((tmp_path / "docs" / "deep" / "old").unlink)
    assert after((tmp_path / "photos").rmdir)
    assert not after(lambda: tmp_path.chmod(0o700))


def not_gathered(run: Run) -> Reason:
    """Why nothing is gathered."""
    with pytest.raises(Failure) as caught:
        collect(run)
    return caught.value.reason


def test_a_link_in_the_place_of_a_copy_is_not_followed(run: Run, profile: Profile, tmp_path: Path) -> None:
    victim, stage = tmp_path / "victim", run.home.stage(profile)
    (victim / "deep").mkdir(parents=True)
    (victim / "keep").write_text("precious")
    stage.mkdir(parents=True)
    (stage / "docs").symlink_to(victim)
    collect(run)
    assert (victim / "keep").read_text() == "precious"
    assert (stage / "docs" / "a.txt").read_text() == "text"
    assert not (stage / "docs").is_symlink()


def test_a_link_in_the_place_of_the_stage_is_refused(run: Run, profile: Profile, tmp_path: Path) -> None:
    stage = run.home.stage(profile)
    stage.parent.mkdir(parents=True)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "keep").touch()
    stage.symlink_to(tmp_path / "victim")
    assert not_gathered(run) is Reason.LINKED
    assert [path.name for path in (tmp_path / "victim").iterdir()] == ["keep"]


def test_a_stage_with_a_source_in_it_is_refused(
    run: Run, profile: Profile, source: Path, tmp_path: Path
) -> None:
    """Its copy would be made in its own place, and what is excluded deleted there."""
    (tmp_path / "by-link").symlink_to(tmp_path)
    for folder in (tmp_path, tmp_path / "by-link"):
        at = with_profile(run, replace(profile, staging=str(folder), exclude=("*.txt",)))
        stage_state.keep(at.home, at.profile, Staged(("docs",)))
        assert not_gathered(at) in (Reason.STAGE_NOT_OURS, Reason.LINKED)
        assert (source / "a.txt").exists()


def test_the_destination_in_a_source_is_left_out_by_whatever_name(
    run: Run, profile: Profile, source: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    (disk / "backups").mkdir()
    (disk / "backups" / "duplicity-full.20261122T220828Z.vol1.difftar.gpg").touch()
    (disk / "letter").touch()
    (source / "usb").symlink_to(disk)
    collect(run)
    copy = run.home.stage(profile) / "docs" / "usb"
    assert [path.name for path in copy.iterdir()] == ["letter"]


def test_a_source_that_is_the_destination_is_refused(run: Run, profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "disk" / "backups").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "backups")
    at = with_profile(run, replace(profile, sources=(Source("docs", str(tmp_path / "link")),)))
    assert not_gathered(at) is Reason.FOLDER_IS_OURS


@pytest.mark.parametrize("pattern", ["{source}/private", "{link}/private/", "docs/private", "~/docs/private"])
def test_a_path_is_excluded_as_people_write_it(
    run: Run, profile: Profile, source: Path, tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "link").symlink_to(source)
    for folder in (source / "private", source / "deep" / "private"):
        folder.mkdir(parents=True)
        (folder / "letter").touch()
    exclude = (pattern.format(source=source, link=tmp_path / "link"),)
    collect(with_profile(run, replace(profile, exclude=exclude)))
    copy = run.home.stage(profile) / "docs"
    assert not (copy / "private").exists()
    assert (copy / "deep" / "private" / "letter").exists()
