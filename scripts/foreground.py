"""Run a command as a terminal's foreground group of its own: `python scripts/foreground.py COMMAND …`.

Ctrl-C goes to every process in the foreground. make answers it with status 130 (and a line about an error), whatever the
command that was to be stopped says; so only the command hears it, and make hears how it ended.
"""

import os
import signal
import sys


def main() -> None:
    if sys.stdin.isatty():
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # while we are in the background for a moment
        os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # nobody would bring it back: the shell watches make
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
