"""The table of our own faults, and the same table in the docs."""

import re
from pathlib import Path

from webapp.issues.fault_codes import CODES

PAGE = (Path(__file__).parents[2] / "docs" / "issues.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\w+) \| (.+?) \| (.+?) \|$", re.M)


def test_the_docs_have_the_table():
    documented = {found[0]: found[1:] for found in ROW.findall(PAGE)}
    assert documented == {
        each.code: (each.severity.value, each.sentence, each.lasts) for each in CODES.values()
    }


def test_a_code_is_short_and_says_itself():
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)+", code) and len(code) <= 100 for code in CODES)
