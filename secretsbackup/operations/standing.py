"""Standing: the status of a profile, from its history and the journal of a run that goes on."""

from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import Status, after, counts
from secretsbackup.store import history, journal
from secretsbackup.store.home import Home


def standing(home: Home, profile: ProfileName) -> Status:
    """How safe a profile is now. Runs that were cut off are found and told here."""
    going_on = history.catch_up(home, profile)
    past = history.runs(home, profile)
    told = next((run for run in past if counts(run.outcome, run.verb)), None)
    good = (run.began for run in past if run.verb is Verb.BACKUP and isinstance(run.outcome, Completed))
    status = Status(
        profile=profile,
        safe_as_of=next(good, None),
        last=told.outcome if told else None,
        last_verb=told.verb if told else None,
        last_ended=told.ended if told else None,
    )
    for run in going_on:
        for moment in journal.read(home.journal(profile, run)):
            status = after(status, moment)
    return status
