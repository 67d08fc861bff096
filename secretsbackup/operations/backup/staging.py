"""Gathering: the stage is made like the sources, and never emptied by a source that is not there."""

import asyncio
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.profile import Profile, Source
from secretsbackup.operations.backup import availability, staleness
from secretsbackup.operations.backup.outbox import ChangeRecorder
from secretsbackup.operations.backup.staleness import Known, Look, SteadyClock
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import origins, outbox, stage_state
from secretsbackup.store.home import no_link, owner_only, unwritable
from secretsbackup.store.stage_state import Staged
from secretsbackup.tools import rsync, surroundings, tree
from secretsbackup.tools.rsync import Collected
from secretsbackup.tools.threads import run_in_daemon_thread
from secretsbackup.tools.tree import Survey


def present(run: Run, *, allow_empty: bool) -> None:
    """Skip the run if a source is missing, or is empty and was not: its disk is not mounted."""
    if reasons := availability.absent(run.home, run.profile, allow_empty=allow_empty):
        raise Skip(*reasons)


async def survey(run: Run) -> list[Survey]:
    """Look at every source: which links lead back up, what cannot be reached; and at the stage, before
    anything of it is touched: Failure(STAGE_NOT_OURS)."""
    _claim(run)
    for folder in run.home.own(run.profile):
        owner_only(folder)  # there, to be known again
    spared = run.home.spared(run.profile)
    stage = run.home.stage(run.profile)
    seen = [
        await asyncio.to_thread(tree.survey, Path(source.path), spared, stage / source.label)
        for source in run.profile.sources
    ]
    for source, one in zip(run.profile.sources, seen, strict=True):
        if b"" in one.ours:
            raise Failure(causes.FolderIsOurs(source.path))
    return seen


async def collect(run: Run, program: Path, trees: Sequence[Survey]) -> tuple[Collected, bool]:
    """Mirror every source; what was collected, and whether the stage holds anything that was not sent."""
    before = _claim(run)
    stage, sources = owner_only(run.home.stage(run.profile)), run.profile.sources
    clock = SteadyClock()
    since, start = before.since or clock.began, surroundings.start()
    begun = msgspec.structs.replace(before, unsent=True, since=since, start=start)
    stage_state.keep(run.home, run.profile, begun)
    removed = [*_remove_former(stage, before, run.profile), *_make_way(stage, sources)]
    known = _known(run, before.since)
    look = await run_in_daemon_thread(lambda: staleness.before(stage, sources, known))
    posting = ChangeRecorder(run, known, look)
    collected = sum((_posted(posting, path, count) for path, count in removed), Collected())
    for source, seen in zip(sources, trees, strict=True):
        collected += await rsync.mirror(
            program,
            source,
            stage,
            exclude=run.profile.exclude,
            own=run.home.spared(run.profile),
            tell=run.tell,
            seen=seen,
            held=run.held,
            offset=collected,
            by_content=before.doubted,
            changed=posting.changed,
        )
    for path, count in _removed(stage, posting.no_files):
        collected += _posted(posting, path, count)
    owner_only(stage)
    if collected.changes or before.since:
        await run_in_daemon_thread(lambda: _flush(stage))
    look = await run_in_daemon_thread(
        lambda: _settle(run, posting, look, clock, changed=collected.changes > 0)
    )
    unsent = before.unsent or collected.changes > 0
    keep(run, unsent=unsent, elsewhere=unsent and before.elsewhere)
    return msgspec.structs.replace(collected, files=look.files, bytes=look.size), unsent


def _known(run: Run, since: float) -> Known:
    home, name = run.home, run.profile.name
    return Known(origins.read(home, name), since, frozenset(outbox.hidden(home, name)))


def _settle(run: Run, posting: ChangeRecorder, look: Look, clock: SteadyClock, *, changed: bool) -> Look:
    """Remember what was collected, and what it was made of; in this order, for what has no origin is known to
    have come since."""
    timeless: Sequence[bytes] = ()
    if changed:
        stage = run.home.stage(run.profile)
        look, timeless = staleness.after(stage, run.profile.sources, look, clock)
    posting.close(timeless)
    before = origins.read(run.home, run.profile.name)
    if before is None or before.packed != look.origins.packed:
        origins.keep(run.home, run.profile.name, look.origins)
    return look


def _posted(posting: ChangeRecorder, path: bytes, count: int) -> Collected:
    """Take down what was removed from the stage, where so many files were of it."""
    posting.put(path)
    return Collected(changes=1, deleted=count)


def compare_by_content(run: Run) -> None:
    """Have the next collect compare what is in the files: rsync trusts one of the right size and time, and
    what a failing disk made of it here would go into the next backup as the truth."""
    if before := stage_state.read(run.home, run.profile):
        stage_state.keep(run.home, run.profile, msgspec.structs.replace(before, doubted=True))


def _flush(stage: Path) -> None:
    try:
        tree.flush(stage)
    except OSError as error:
        raise unwritable(error, stage) from None


async def repair(run: Run) -> None:
    """Take from the stage what a power cut in the middle of a collect may have torn, to be collected anew.

    rsync trusts a file of the right size and time, whatever became of its content.
    """
    before = stage_state.read(run.home, run.profile)
    if before and before.since and before.start != surroundings.start():
        await asyncio.to_thread(_take_since, run.home.stage(run.profile), before.since)
        mended = msgspec.structs.replace(before, unsent=True, since=0.0, start="")
        stage_state.keep(run.home, run.profile, mended)


def _take_since(stage: Path, since: float) -> None:
    """Remove the files that came to the stage after a time (seconds), out of folders that are closed too."""
    for path, status in tree.files_below(stage):
        if status.st_ctime >= since - _A_TICK:
            Path(os.fsdecode(path)).parent.chmod(0o700)
            os.unlink(path)  # noqa: PTH108 - bytes: names need not be text


_A_TICK = 1.0
"""Seconds: a file's time may lag behind the clock by a tick of the kernel's, which is far shorter."""


def keep(run: Run, *, unsent: bool, elsewhere: bool = False) -> None:
    """Remember that the stage holds this profile's labels, whether all in it was sent, and whether some of it
    was sent to another place alone."""
    stage_state.keep(run.home, run.profile, Staged(_labels(run.profile), unsent=unsent, elsewhere=elsewhere))


def sent(run: Run) -> None:
    """Remember that all of the stage was sent, as it is; what it was staged for may have changed since."""
    if before := stage_state.read(run.home, run.profile):
        stage_state.keep(run.home, run.profile, msgspec.structs.replace(before, unsent=before.since > 0))


def left_over(run: Run) -> bool:
    """Whether an earlier run collected what it did not send."""
    before = stage_state.read(run.home, run.profile)
    return before is None or before.unsent


def _claim(run: Run) -> Staged:
    """What was staged before; Failure(STAGE_NOT_OURS) if other things lie there: they would be deleted."""
    stage = run.home.stage(run.profile)
    no_link(stage)
    _apart(stage, run.profile)
    before = stage_state.read(run.home, run.profile) or Staged()
    own = run.profile.staging is None
    known = {*before.labels, *(_labels(run.profile) if own else ())}
    there = stage.iterdir() if stage.is_dir() else ()
    strange = [entry.name for entry in there if entry.name not in known and "." not in known]
    if strange and not own:
        raise Failure(causes.StageNotOurs(str(stage / strange[0])))
    return msgspec.structs.replace(before, labels=(*before.labels, *strange))


def _apart(stage: Path, profile: Profile) -> None:
    """Failure(STAGE_NOT_OURS) if a source, or the destination, lies in the stage: what is not a copy of a
    source is deleted there, and by a link or a mount a folder has more than one name."""
    to = profile.destination
    kept = [source.path for source in profile.sources] + ([to.path] if isinstance(to, Folder) else [])
    copies = [(stage / source.label, Path(source.path)) for source in profile.sources]
    for path in kept:
        if tree.within(Path(path), stage):
            raise Failure(causes.StageNotOurs(path))
    for copy, source in copies:
        if tree.same(copy, source) and not copy.is_symlink():
            raise Failure(causes.StageNotOurs(str(source)))


def _labels(profile: Profile) -> tuple[str, ...]:
    return tuple(source.label for source in profile.sources)


def _remove_former(stage: Path, before: Staged, profile: Profile) -> Iterator[tuple[bytes, int]]:
    """Remove what was staged for sources that the profile no longer has; what, and how many files it had that
    nobody meant to keep: none."""
    if "." not in _labels(profile):
        former = sorted({*before.labels} - {*_labels(profile)} - {"."})
        yield from ((path, 0) for path, _ in _removed(stage, [os.fsencode(label) for label in former]))


def _make_way(stage: Path, sources: Sequence[Source]) -> Iterator[tuple[bytes, int]]:
    """Remove what was staged of a source while it was a folder and is a file now, or the other way round:
    rsync would put the one into the other. Nor would it see that a link in the stage leads out of it."""
    for source in sources:
        path, target = Path(source.path), stage / source.label
        if source.label != ".":
            other = target.is_symlink() or (target.exists() and target.is_dir() != path.is_dir())
            yield from _removed(stage, [os.fsencode(source.label)] if other else [])
        elif not path.is_dir():
            names = [entry.name for entry in target.iterdir() if entry.name != path.name or entry.is_dir()]
            yield from _removed(stage, [os.fsencode(name) for name in names])


def _removed(stage: Path, paths: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """Remove those of these that are in the stage; which, and how many files each had. The time of the folder
    that each lay in stays: it is the source's."""
    for inside in paths:
        path = Path(os.fsdecode(bytes(stage) + b"/" + inside))
        if path.is_symlink() or path.exists():
            folder = path.is_dir() and not path.is_symlink()
            count = sum(1 for _ in tree.files_below(path)) if folder else 1
            folder_was = path.parent.stat()
            remove(path)
            tree.set_times(bytes(path.parent), folder_was)
            yield inside, count


def remove(path: Path) -> None:
    """Remove a file or a tree, folders that may not be written to included."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    tree.remove(path)


def changed_since(stage: Path, since: float) -> bool:
    """Whether anything came to the stage or left it after a time (seconds): that changes its folder."""
    folders = (status for _, status in tree.folders_below(stage))
    files = (status for _, status in tree.files_below(stage))
    # The mode of the stage itself is set by every collect; its mtime tells whether a source left it.
    return stage.stat().st_mtime >= since or any(
        status.st_ctime >= since for status in itertools.chain(folders, files)
    )


def sent_elsewhere(run: Run, since: float) -> set[bytes]:
    """The files that came to the stage after a time (seconds) and were sent to another place alone: duplicity
    may not see that they changed, and no list names them."""
    before, stage = stage_state.read(run.home, run.profile), run.home.stage(run.profile)
    if before is None or not before.elsewhere:
        return set()
    start = len(bytes(stage)) + 1
    return {path[start:] for path, status in tree.files_below(stage) if status.st_ctime >= since - _A_TICK}


def unsent_since(stage: Path, since: float) -> tuple[int, int]:
    """Files and bytes of the stage that came after a time (seconds): rsync renames what it writes."""
    files = size = 0
    for _, status in tree.files_below(stage):
        if status.st_ctime >= since:
            files, size = files + 1, size + status.st_size
    return files, size
