"""Taking stock: what a destination keeps of a profile, as the last audit saw it. Nobody is asked."""

from secretsbackup.model.inventory import Inventory
from secretsbackup.model.profile import Profile
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import files


def inventory(profile: Profile, home: Home) -> Inventory:
    """What is kept; empty where no run has looked yet."""
    here = place_of(profile.destination)
    contents = history.known_sizes(home, here)
    chains = files.chains(contents)
    sizes = history.snapshot_sizes(home, here)
    holds = sizes[max(sizes)] if sizes else (0, 0)
    newest = chains[-1] if chains else None
    return Inventory(
        files=holds[0],
        bytes=holds[1],
        stored=sum(contents.values()),
        snapshots=len(newest.snapshots) if newest else 0,
        chains=len(chains),
        since=newest.start if newest else None,
    )
