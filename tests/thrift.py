"""What a long run of tests need not do: look again and again at what stays.

The collected tests, Django's models and all modules live to the end. Without this each
full collection walks all of them.
"""

import gc


def pytest_collection_finish() -> None:
    """Leave what is there at the beginning out of every later collection."""
    gc.collect()
    gc.freeze()
