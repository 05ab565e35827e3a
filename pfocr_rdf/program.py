"""Where the program begins, before the command line is loaded, which takes longer than a signal may take to come."""

from __future__ import annotations

import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line; a Ctrl-C that comes while it is loaded ends the process in silence, by the signal."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored, as with nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from pfocr_rdf.cli import main as run

    run()
