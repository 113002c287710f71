"""`python -m webapp.agent.bundle FILE`: the agent as one file, to copy to another machine.

It runs there with `python3 FILE` wherever there are Python 3.11 or newer and psutil.
"""

import sys
import zipfile
from pathlib import Path

import webapp.agent.__main__ as agent

ROOT = Path(agent.__file__).parents[2]
SHEBANG = b"#!/usr/bin/env python3\n"
START = "import sys\n\nfrom webapp.agent.__main__ import main\n\nsys.exit(main(sys.argv[1:]))\n"


def make(path: Path) -> list[str]:
    """Write the file; the modules in it, which are all of ours that the agent loads."""
    files = {"__main__.py": START} | {
        str(file.relative_to(ROOT)): file.read_text() for file in _loaded()
    }
    with path.open("wb") as target:
        target.write(SHEBANG)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, source in sorted(files.items()):
                # Without the moment of now, so that the same version gives the same file.
                archive.writestr(zipfile.ZipInfo(name), source, zipfile.ZIP_DEFLATED)
    path.chmod(0o755)
    return sorted(files)


def _loaded() -> list[Path]:
    found = [
        module.__file__
        for name, module in sys.modules.items()
        if name.split(".")[0] == "webapp" and getattr(module, "__file__", None)
    ]
    return [Path(file) for file in found if file]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(Path(sys.argv[1]))
