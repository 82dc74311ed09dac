"""The sealing place: a file outside the database that seals are appended to, as JSON Lines.

Who takes seals off the end of the database cannot take them off there. A line that was cut short
by a crash is left as it is; its seal is written again on the next.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from escalation.errors import Broken
from escalation.store.ownership import take
from escalation.store.seals import Seal

NAME = "seals.jsonl"
"""The file's name in a folder that is given."""
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Place:
    """A file, made when the first seal is written."""

    file: Path

    @classmethod
    def at(cls, path: Path) -> "Place":
        """The place that a setting names: a file, or a folder for one."""
        return cls(path / NAME if path.is_dir() else path)

    def seals(self) -> Iterator[Seal]:
        """What stands there, in order; nothing where nothing was written yet.

        Raises:
            Broken: it cannot be read.
        """
        try:
            with self.file.open("rb") as lines:
                for line in lines:
                    seal = _seal_of(line)
                    if seal is not None:
                        yield seal
        except FileNotFoundError:
            return
        except OSError as error:
            raise _broken(self.file, error) from error

    def last(self) -> Seal | None:
        """The last seal that stands there, read from the end.

        Raises:
            Broken: it cannot be read.
        """
        try:
            with self.file.open("rb") as file:
                start, kept = file.seek(0, os.SEEK_END), b""
                while start > 0:
                    size = min(_BLOCK, start)
                    start -= size
                    file.seek(start)
                    kept = file.read(size) + kept
                    whole = kept.splitlines()[0 if start == 0 else 1 :]
                    found = next(filter(None, map(_seal_of, reversed(whole))), None)
                    if found is not None:
                        return found
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _broken(self.file, error) from error
        return None

    def append(self, lines: Sequence[str]) -> bool:
        """Write lines, durably; false where another process is writing there now.

        Raises:
            Broken: it cannot be written.
        """
        try:
            new = not self.file.exists()
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a+b") as file:
                try:
                    take(file)
                except OSError:
                    return False
                if file.seek(0, os.SEEK_END):
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        file.write(b"\n")
                file.write("".join(f"{line}\n" for line in lines).encode())
                file.flush()
                os.fsync(file.fileno())
            if new:
                _settle(self.file.parent)
        except OSError as error:
            raise _broken(self.file, error) from error
        return True


def _seal_of(line: bytes) -> Seal | None:
    try:
        told = json.loads(line)
        number = json.loads(told["statement"])["number"]
        return Seal(int(number), str(told["statement"]), str(told["signature"]))
    except (ValueError, TypeError, KeyError):
        return None


def _settle(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _broken(file: Path, error: OSError) -> Broken:
    return Broken(f"The sealing place {file} is out of reach: {error.strerror or error}.")
