"""The RQ worker pool and the scheduler: `python worker.py [--no-scheduler]`."""

import sys

from webapp.work import main

if __name__ == "__main__":
    main(sys.argv[1:])
