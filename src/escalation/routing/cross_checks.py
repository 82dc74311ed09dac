"""Whether a ladder file and a directory go together: each is checked against the other."""

from collections.abc import Iterable, Iterator

from escalation.errors import Fault
from escalation.routing.approval import BODY
from escalation.routing.directory import Cluster, Directory
from escalation.routing.effective import EffectiveLadder
from escalation.routing.ladder import Conditions, Ladder, Ola
from escalation.routing.loader import in_order
from escalation.routing.positions import Path
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Approval
from escalation.routing.ways_up import ways_up
from escalation.routing.wording import not_among, one_of, quoted


def check_against(publication: Publication, directory: Directory) -> list[Fault]:
    """Everything that one says and the other does not know; empty where they go together.

    A fault of the ladder file is placed there, one of the directory in the directory.
    """
    both = _Both(publication, directory)
    of_ladders = [
        *both.agreements(),
        *both.rules(),
        *both.default_forums(),
        *ways_up(publication, directory),
    ]
    return [*in_order(of_ladders), *in_order(both.calendars())]


class _Both:
    def __init__(self, publication: Publication, directory: Directory) -> None:
        self.publication = publication
        self.directory = directory
        self.file = publication.file

    def agreements(self) -> Iterator[Fault]:
        """Each agreement's parties, cluster, functions, services, regions, person and bodies."""
        listed = self.directory.file
        for key, ola in self.file.olas.items():
            path: Path = ("olas", key)
            yield from self._unknown(ola.provider, listed.providers, (*path, "provider"))
            yield from self._unknown(ola.client, self._clients(), (*path, "client"))
            yield from self._unknown(ola.cluster, listed.clusters, (*path, "cluster"))
            yield from self._each(ola.functions, listed.functions, (*path, "functions"))
            yield from self._each(ola.services, listed.services, (*path, "services"))
            yield from self._each(ola.regions, listed.regions, (*path, "regions"))
            yield from self._each(ola.standards, listed.service_standards, (*path, "standards"))
            if ola.corporate_purchaser is not None:
                person = (*path, "corporate_purchaser")
                yield from self._unknown(ola.corporate_purchaser, listed.people, person)
            if ola.approval is Approval.FORUM:
                yield from self._approves(ola, (*path, "approval"))
            cluster = self.directory.clusters.get(ola.cluster)
            if cluster is not None:
                yield from self._together(path, ola, cluster)

    def rules(self) -> Iterator[Fault]:
        """Each code that an entry or skip rule names."""
        for key, ladder in self.file.ladders.items():
            for kind in ("entry", "skip"):
                for number, rule in enumerate(getattr(ladder, kind)):
                    path: Path = ("ladders", key, kind, number, "when")
                    yield from self._conditions(rule.when, path)

    def default_forums(self) -> Iterator[Fault]:
        """Each body that a default ladder needs, for every cluster."""
        for key, ladder in self.file.ladders.items():
            if ladder.default:
                yield from self._default_forums(key, ladder)

    def calendars(self) -> Iterator[Fault]:
        """Each calendar that the directory names."""
        listed = self.directory.file
        named: list[tuple[Path, str | None]] = [
            (("regions", key, "calendar"), region.calendar)
            for key, region in listed.regions.items()
        ]
        named += [
            (("forums", key, "calendar"), forum.calendar) for key, forum in listed.forums.items()
        ]
        for path, calendar in named:
            if calendar is not None and calendar not in self.file.calendars:
                detail = not_among(calendar, self.file.calendars)
                yield self.directory.positions.fault("unknown_reference", path, detail)

    def _approves(self, ola: Ola, path: Path) -> Iterator[Fault]:
        """A forum that is to approve changes has to be there."""
        if self.directory.forum_for(BODY, ola.cluster, ola.provider) is None:
            cluster = quoted(ola.cluster)
            detail = (
                f"found `forum`, expected {cluster} to have a partnering forum in the directory"
            )
            yield self.publication.positions.fault("missing_forum", path, detail)

    def _clients(self) -> list[str]:
        return [code for code, party in self.directory.parties.items() if not party.central]

    def _together(self, path: Path, ola: Ola, cluster: Cluster) -> Iterator[Fault]:
        where = self.publication.positions
        if ola.provider in self.directory.parties and cluster.provider != ola.provider:
            detail = (
                f"found {quoted(ola.provider)}, expected {quoted(cluster.provider)}, "
                f"the provider of {quoted(cluster.code)}"
            )
            yield where.fault("wrong_value", (*path, "provider"), detail)
        if ola.client in self.directory.parties and ola.client not in cluster.members:
            detail = (
                f"found {quoted(ola.client)}, expected a member of {quoted(cluster.code)}: "
                f"{one_of(cluster.members)}"
            )
            yield where.fault("wrong_value", (*path, "client"), detail)
        for scope in ola.ladders:
            ladder = self.publication.effective(str(path[1]), scope)
            yield from self._forums(ladder, ola.cluster, ola.provider, (*path, "ladders", scope))

    def _default_forums(self, key: str, ladder: Ladder) -> Iterator[Fault]:
        effective = self.publication.effective(None, ladder.scope)
        for code, cluster in self.directory.clusters.items():
            yield from self._forums(effective, code, cluster.provider, ("ladders", key))

    def _forums(
        self, ladder: EffectiveLadder, cluster: str, provider: str, path: Path
    ) -> Iterator[Fault]:
        for rung in ladder.rungs:
            if rung.forum is None:
                continue
            if self.directory.forum_for(rung.forum, cluster, provider) is None:
                detail = (
                    f"found the rung {quoted(rung.id)}, expected a {quoted(rung.forum.kind)} "
                    f"of the {rung.forum.of} in the directory, for the cluster {quoted(cluster)}"
                )
                yield self.publication.positions.fault("missing_forum", path, detail)

    def _conditions(self, when: Conditions, path: Path) -> Iterator[Fault]:
        listed = self.directory.file
        known = {
            "agency": self._clients(),
            "provider": listed.providers,
            "function": listed.functions,
            "service": listed.services,
            "region": listed.regions,
        }
        for field, choices in known.items():
            yield from self._each(getattr(when, field) or (), choices, (*path, field))

    def _each(self, words: Iterable[str], known: Iterable[str], path: Path) -> Iterator[Fault]:
        for number, word in enumerate(words):
            yield from self._unknown(word, known, (*path, number))

    def _unknown(self, word: str, known: Iterable[str], path: Path) -> Iterator[Fault]:
        names = list(known)
        if word not in names:
            detail = not_among(word, names)
            yield self.publication.positions.fault("unknown_reference", path, detail)
