"""Back up: collect the sources into the stage, hold it against what is known, and send what changed."""
