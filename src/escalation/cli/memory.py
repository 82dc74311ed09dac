"""What a process has in memory, keys and complaints among it, does not go to the disk."""

import sys

if sys.platform == "win32":

    def without_core_dumps() -> None:
        """Windows writes none unless an administrator asks for it."""
else:
    import resource

    def without_core_dumps() -> None:
        """Leave no image of the memory behind, however the process ends."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
