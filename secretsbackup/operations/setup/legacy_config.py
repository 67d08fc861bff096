"""The seed's config.sh, read without being run, as a profile that goes on with the existing chain."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from secretsbackup.model import causes
from secretsbackup.model import destination as destinations
from secretsbackup.model.destination import Destination
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile, ProfileName, Source
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.setup import registry
from secretsbackup.store import stage_state
from secretsbackup.store.home import Home
from secretsbackup.store.stage_state import Staged

Values = dict[str, str]

_ASSIGNMENT = re.compile(
    r"\s*(?:export\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)=(.*)", re.DOTALL
)
_PIECE = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\;&|<>]+)""", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_NEEDED = ("SOURCE", "STAGING_DIR", "REMOTE_DESTINATION", "GPG_KEY")


async def take_over(config: Path, home: Home, name: str | None = None, *, attended: bool = False) -> Profile:
    """Write a profile and its secrets from a config.sh; Failure(SEED_UNREADABLE) names what is wrong.

    For `attended` see `registry.create`.
    """
    values = _values(config)
    profile = await _profile(values, name)
    await registry.create(profile, _secrets(values), home, imported=True, attended=attended)
    _claim_stage(profile, home)
    return profile


async def read(config: Path) -> Profile:
    """The profile that a config.sh would become; nothing is written."""
    return await _profile(_values(config), None)


def _values(config: Path) -> Values:
    try:
        return parse(config.read_text(encoding="utf-8"), {"HOME": str(Path.home())})
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(causes.SeedUnreadable(f"{config}: {error}")) from None


def parse(text: str, known: Values) -> Values:
    """The values that a shell script sets, of which nothing is run: no command, no substitution."""
    values: Values = {}
    for number, line in enumerate(_logical_lines(text), 1):
        if found := _ASSIGNMENT.fullmatch(line):
            name, raw = found.groups()
            try:
                values[name] = _value(raw, {**known, **values})
            except ValueError as error:
                raise Failure(causes.SeedUnreadable(f"{name} (line {number}) {error}")) from None
    return values


def _value(raw: str, known: Values) -> str:
    """The first word of what follows the “=”, as a shell reads it; ValueError if a command computes it."""
    word, at = "", 0
    while found := _PIECE.match(raw, at):
        single, double, escaped, bare = found.groups()
        at = found.end()
        if single is not None:
            word += single
        elif escaped is not None:
            word += escaped
        else:
            word += _expanded(re.sub(r'\\(["\\$`])', r"\1", double) if double is not None else bare, known)
    if raw.startswith(("<(", ">("), at):
        raise ValueError("is computed by a command")
    if raw[at : at + 1] in ("'", '"'):
        raise ValueError("has a quote that does not end")
    return word


def _logical_lines(text: str) -> list[str]:
    return text.replace("\\\n", "").splitlines()


def _expanded(text: str, known: Values) -> str:
    """References to values set before, and a leading ~; what is not known stays as it is written."""
    if re.search(r"`|\$\(", text):
        raise ValueError("is computed by a command")

    def known_or_same(found: re.Match[str]) -> str:
        return known.get(found[1] or found[2], found[0])

    whole = _REFERENCE.sub(known_or_same, text)
    return known.get("HOME", "~") + whole[1:] if whole == "~" or whole.startswith("~/") else whole


async def _profile(values: Values, name: str | None) -> Profile:
    missing = [one for one in _NEEDED if not values.get(one)]
    if missing:
        raise Failure(causes.SeedUnreadable(f"{missing[0]} is not set"))
    chain = values.get("NAME") or "backup"
    archive = Path(values["ARCHIVE_DIR"]) / chain if values.get("ARCHIVE_DIR") else _default_archive(values)
    return Profile(
        name=ProfileName(name or re.sub(r"[^A-Za-z0-9._-]+", "-", chain).strip("-.") or "backup"),
        sources=(_source(values["SOURCE"]),),
        destination=_destination(values["REMOTE_DESTINATION"]),
        key=await registry.key(values["GPG_KEY"]),
        full_every=_days(values.get("DAYS_TO_FULL_BACKUP", "30")),
        staging=values["STAGING_DIR"].rstrip("/"),
        archive=str(archive) if archive else None,
    )


def _default_archive(values: Values) -> Path | None:
    """Where duplicity keeps a named archive if it is not told (its manual, --archive-dir)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "duplicity" / values["NAME"] if values.get("NAME") else None


def _source(path: str) -> Source:
    """rsync puts SOURCE/ straight into the stage, and SOURCE under its own name: so must we."""
    whole = path.rstrip("/") or "/"
    return Source("." if path.endswith("/") else Path(whole).name, whole)


def _destination(url: str) -> Destination:
    try:
        parts = urlsplit(url)
        host = re.fullmatch(r"s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com", parts.netloc)
        if host:
            return destinations.parse("s3://" + parts.path.strip("/"), region=host[1])
        return destinations.parse(url)
    except Unreadable as error:
        raise Failure(causes.SeedUnreadable("REMOTE_DESTINATION", error.fault)) from None
    except ValueError as error:
        raise Failure(causes.SeedUnreadable(f"REMOTE_DESTINATION: {error}")) from None


def _days(text: str) -> int:
    found = re.fullmatch(r"(\d{1,9})D?", text.strip())
    if not found:
        raise Failure(causes.SeedUnreadable(f"DAYS_TO_FULL_BACKUP “{text}” is no number of days"))
    return int(found[1])


def _secrets(values: Values) -> dict[SecretName, Secret]:
    names = {
        "AWS_ACCESS_KEY_ID": SecretName.AWS_ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SecretName.AWS_SECRET_ACCESS_KEY,
        "PASSPHRASE": SecretName.GPG_PASSPHRASE,
    }
    return {ours: Secret(values[seeds]) for seeds, ours in names.items() if values.get(seeds)}


def _claim_stage(profile: Profile, home: Home) -> None:
    """What lies in the seed's stage is a mirror of its source: ours to keep like it."""
    stage = Path(profile.staging or "")
    labels = tuple(entry.name for entry in stage.iterdir()) if stage.is_dir() else ()
    stage_state.keep(home, profile, Staged((*labels, *(source.label for source in profile.sources))))
