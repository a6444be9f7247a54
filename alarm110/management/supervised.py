"""What a child of ``manage.py up`` does: it ends when its supervisor has ended."""

import os
import signal
import threading
import time

LAST_PATIENCE = 10.0  # seconds between the supervisor's end and a hard exit


def end_with_the_supervisor() -> None:
    """Stop when the pipe from ``manage.py up`` closes, however that one ended."""

    def watch() -> None:
        # Not through sys.stdin: its lock, held here, would trip the interpreter's end.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()
