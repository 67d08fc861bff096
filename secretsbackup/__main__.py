"""`python -m secretsbackup`."""

import sys

from secretsbackup.cli.main import main

sys.exit(main())
