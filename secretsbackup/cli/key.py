"""Commands that guard the key: list, make, extend; and passphrases."""

import sys

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import Secret
from secretsbackup.operations.keys import keys
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import passphrase
from secretsbackup.tools.gnupg import KeyKind
from secretsbackup.tools.passphrase import Phrase

_TRIES = 5
"""Nobody throws a paper away for one slip."""


async def key_list(options: Options, home: Home) -> int:
    """List the keys, and why one cannot be used."""
    users = {profile.key: profile.name for profile in profiles.load(home).values()}
    rows = []
    for offer in await keys.offers():
        key, end = offer.key, keys.expires(offer.key)
        against = words.reason(offer.against).title if offer.against else ""
        if options.json:
            output.line(
                {
                    "key": key.fingerprint,
                    "owner": key.owner,
                    "expires": end,
                    "usable": offer.against is None,
                    "against": offer.against.reason if offer.against else None,
                    "profile": users.get(key.fingerprint),
                }
            )
        until = f"until {end.astimezone():%Y-%m-%d}" if end else "does not expire"
        rows.append((key.fingerprint, key.owner, against or until, users.get(key.fingerprint, "")))
    if rows and not options.json:
        output.table(("Key", "Owner", "", "Profile"), rows)
    elif not rows:
        output.say("There is no GnuPG key yet.", "Create one: secretsbackup key new")
    return 0


async def key_new(options: Options, _: Home) -> int:
    """Make a key that can encrypt."""
    phrase = own_phrase() if options.own else new_phrase(options.words)
    made = await keys.make(options.owner, phrase, KeyKind(options.kind))
    if options.json:
        output.line({"key": made})
    else:
        print(f"The key was created: {made}")
        print(
            "It does not expire. To use it: secretsbackup init, or secretsbackup profile add … --key " + made
        )
    return 0


async def key_extend(options: Options, home: Home) -> int:
    """Let a profile's key live longer."""
    profile = arguments.one(home, options)
    end = await keys.extend(profile, home, options.span, prompts.passphrase)
    if options.json:
        output.line({"key": profile.key, "expires": end})
    else:
        until = f"is valid until {end.astimezone():%Y-%m-%d}" if end else "no longer expires"
        print(f"The key of “{profile.name}” {until}.")
    return 0


async def key_passphrase(options: Options, _: Home) -> int:
    """Make a passphrase of words, or say how strong one's own is."""
    if options.own:
        bits = passphrase.strength(prompts.ask_secret("Your passphrase:"))
        if options.json:
            output.line({"bits": round(bits, 1)})
        else:
            print(words.strength(bits).capitalize() + ".")
        return 0
    made = passphrase.make(options.words)
    if options.json:
        output.line({"passphrase": " ".join(made.words), "bits": round(made.bits, 1)})
    else:
        print(" ".join(made.words))
        output.say(_entropy(made))
    return 0


def new_phrase(count: int = passphrase.WORDS) -> Secret:
    """Show a passphrase that was made, and have it typed back."""
    if not sys.stdin.isatty():
        raise Failure(causes.PassphraseUnseen())
    made = passphrase.make(count)
    print(f"\nThe passphrase of your new key. Write it on paper now:\n\n    {' '.join(made.words)}\n")
    print(f"{_entropy(made)} Nothing can be restored without it, not even by you.")
    for _ in range(_TRIES):
        if passphrase.same(made, prompts.ask_secret("Type it again, from the paper:")):
            return made.secret
        output.say("That does not match.", "Check your paper, and type it again.")
    raise Failure(causes.PassphraseMismatch())


def own_phrase(*, twice: bool = False) -> Secret:
    """A passphrase of a person's own: typed twice, or a line of standard input. A weak one is told."""
    typed = prompts.ask_secret("A passphrase for the new key (several words):")
    output.say(f"Yours is {words.strength(passphrase.strength(typed))}.")
    if not typed or ((twice or sys.stdin.isatty()) and typed != prompts.ask_secret("Once more:")):
        raise Failure(causes.PassphraseMismatch())
    return typed


def _entropy(made: Phrase) -> str:
    return f"{len(made.words)} words from the EFF’s list: {made.bits:.0f} bits."
