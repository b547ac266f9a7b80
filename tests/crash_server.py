"""What the server of ``crashing`` has loaded before it forks: all that a build needs."""

import tempfile
from pathlib import Path

from tests.editions import build_edition, write_edition

with tempfile.TemporaryDirectory() as _folder:
    write_edition(Path(_folder) / "源", 1)
    build_edition(Path(_folder) / "data", Path(_folder) / "源")
