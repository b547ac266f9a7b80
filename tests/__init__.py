"""What holds of Youju; each folder is a part of it, with the fixtures that its tests share."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
DATA = Path(__file__).parent / "data"
