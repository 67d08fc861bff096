"""`python -m tests.docs` names the generated pages that are out of date; `--write` writes them."""

import sys

from tests.docs import pages

if "--write" in sys.argv[1:]:
    pages.write()
sys.exit("\n".join(pages.outdated()) or 0)
