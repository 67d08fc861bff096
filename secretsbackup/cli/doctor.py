"""The doctor's command."""

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model.check import Finding, Verdict
from secretsbackup.store.home import Home

_SIGNS = {Verdict.FINE: "✓", Verdict.WARNING: "!", Verdict.LACKING: "✗"}


async def doctor(options: Options, home: Home) -> int:
    """Tell one finding after the other; 1 if something is lacking, 3 if something could be better."""
    from secretsbackup.operations.watch import doctor as operation

    profile = arguments.one(home, options)
    opens = prompts.once(profile)
    if options.end_uploads:
        ended = await operation.end_uploads(profile, home, opens)
        output.say(f"Removed: {words.number(ended, 'unfinished upload', 'unfinished uploads')}.")
    verdicts = set()
    async for finding in operation.examine(profile, opens):
        verdicts.add(finding.verdict)
        tell(finding, json=options.json)
    if Verdict.LACKING in verdicts:
        return 1
    return 3 if Verdict.WARNING in verdicts else 0


def tell(finding: Finding, *, json: bool) -> None:
    """One finding: its sign and what to do."""
    message = words.finding(finding)
    if json:
        output.line(
            {
                "right": finding.right,
                "ok": finding.verdict is Verdict.FINE,
                "advice": message.in_terminal,
                "title": message.title,
                "verdict": finding.verdict,
                "sign": finding.sign,
                "detail": finding.detail,
                **{name: value for name in ("count", "size", "seconds") if (value := getattr(finding, name))},
                **(output.fields(finding.cause) if finding.cause else {}),
                **({"statement": finding.statement} if finding.statement else {}),
            }
        )
        return
    print(f"{_SIGNS[finding.verdict]} {message.title}")
    for number, text in enumerate(message.in_terminal.splitlines()):
        print(f"  {'  ' if number else '→ '}{text}")
