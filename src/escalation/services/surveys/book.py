"""The surveys in force: the survey file as it is now."""

from dataclasses import dataclass, field
from pathlib import Path

from escalation.errors import NotFound
from escalation.routing import surveys
from escalation.routing.surveys import Following, Survey, SurveyFile
from escalation.routing.wording import not_among
from escalation.services.watched_file import WatchedFile


@dataclass
class SurveyBook:
    """Reads the survey file again when it has changed; one with a mistake changes nothing."""

    file: Path
    _watched: WatchedFile[SurveyFile | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Watch the file; it is read when it is first asked."""
        self._watched = WatchedFile(self.file, surveys.read, None, "surveys_refused")

    def check(self) -> None:
        """Make sure that the file as it is now is in force.

        Raises:
            Invalid: with every mistake in it, each with its place.
        """
        self._watched.check()

    def surveys(self) -> SurveyFile | None:
        """What it says; None where there is no file."""
        return self._watched.now()

    def following(self) -> Following | None:
        """The survey that follows issues, if there is one."""
        file = self.surveys()
        return None if file is None else file.following

    @property
    def comes_round(self) -> bool:
        """Whether there is a survey that comes round."""
        file = self.surveys()
        return file is not None and any(each.periodic for each in file.surveys.values())

    def one(self, name: str) -> tuple[SurveyFile, Survey]:
        """A survey by its id, and the file that it stands in.

        Raises:
            NotFound: there is none of that name, and which there are.
        """
        file = self.surveys()
        known = {} if file is None else file.surveys
        if file is None or name not in known:
            raise NotFound(f"There is no such survey: {not_among(name, known)}. See {self.file}.")
        return file, known[name]
