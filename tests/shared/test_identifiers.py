"""Identifiers are version 7 of RFC 9562, and no two are alike, in a forked process either."""

import subprocess
import sys

from shared.db.identifiers import new_id

FORK = """
import os
from shared.db.identifiers import new_id
new_id()  # what is drawn for the next ones is there when the process forks
child = os.fork()
if child:
    os.waitpid(child, 0)  # so that their lines do not mix
print(new_id().int & (1 << 62) - 1)
"""


def test_they_are_of_version_7_and_all_different() -> None:
    made = [new_id() for _ in range(1_000)]
    assert len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    assert [each.int >> 80 for each in made] == sorted(each.int >> 80 for each in made)


def test_a_forked_process_draws_others() -> None:
    both = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True).stdout.split()
    assert len(set(both)) == 2
