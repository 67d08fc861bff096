"""secretsbackup kit: write the recovery kit, or check that it restores."""

from pathlib import Path

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.destination import url
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.operations.keys import kit as operation
from secretsbackup.store.home import Home


async def kit(options: Options, home: Home) -> int:
    """Write the kit, or check one."""
    if options.words[:1] == ["check"]:
        return await _check(options, home)
    if not options.out:
        raise Failure(causes.CommandIncomplete("secretsbackup kit --out FOLDER"))
    profile = _named(options, home, options.words)
    folder = Path(options.out).expanduser().absolute()
    made = await operation.save(
        profile,
        home,
        folder,
        prompts.passphrase,
        with_passphrase=options.with_passphrase,
        beside=options.keep_in_bucket,
        opens=prompts.credential,
    )
    if made.trouble:
        message = words.reason(made.trouble.cause)
        output.say(
            f"The PDF could not be created: {message.title}",
            "Print the text file, or try again. The text file is complete.",
        )
        output.tell_last_lines(made.trouble)
    if made.lacks:
        output.say(
            f"The kit cannot open the newest backups: the secret subkey {made.lacks} is not here.",
            "Import it, and save the kit again.",
        )
    if options.json:
        output.line(
            {"profile": profile.name, "text": str(made.text), "pdf": str(made.pdf) if made.pdf else None}
        )
    else:
        _tell_saved(profile, made, options)
    return 3 if made.trouble or made.lacks else 0


def _tell_saved(profile: Profile, made: operation.SavedFiles, options: Options) -> None:
    for path in (made.pdf, made.text):
        if path:
            print(path)
    if options.keep_in_bucket:
        print(f"{url(profile.destination)}/{operation.BESIDE}: anyone who gets in there has the key.")
        print("Only the passphrase protects your files then. Make sure that it is a strong one.")
    inside = (
        "It contains the passphrase, so lock it away."
        if options.with_passphrase
        else "Write the passphrase on it."
    )
    output.say(
        f"The recovery kit of “{profile.name}” is saved. Print it. {inside}",
        f"Check it: secretsbackup kit check {made.text}",
    )


async def _check(options: Options, home: Home) -> int:
    if len(options.words) < 2:
        raise Failure(causes.CommandIncomplete("secretsbackup kit check FILE"))
    named = options.chosen or options.words[2:]
    profile = _named(options, home, options.words[2:]) if named else None
    proof = await operation.check(
        Path(options.words[1]), home, prompts.passphrase, profile, opens=prompts.credential
    )
    if options.json:
        output.line({"profile": proof.profile.name, "ok": True, "snapshot": proof.snapshot})
        return 0
    print("The kit works: every line is correct, and the passphrase opens its key in an empty keyring.")
    if proof.snapshot:
        volumes = words.number(proof.volumes, "archive", "archives")
        print(f"It opened the manifest of the newest snapshot: {proof.snapshot}, {volumes}.")
    else:
        print("There is no snapshot yet to test it on. Check it again after the first backup.")
    return 0


def _named(options: Options, home: Home, spoken: list[str]) -> Profile:
    if len(spoken) > 1:
        raise Failure(causes.TooManyArguments(causes.Argument.PROFILE))
    options.name = spoken[0] if spoken else None
    return arguments.one(home, options)
