"""From the configuration's score and sla sections to the agreement that journeys are judged by."""

from collections.abc import Mapping

from journey import rules as journey_rules
from journey.derive import Agreement
from journey.mass_mail import MassMailRule
from mapping.compiled import WRITABLE
from sync.agreement_builder import Builder
from sync.calendars import working_hours
from sync.config_model import Criterion, Disqualifier, File, Label, Lang, Rule
from sync.config_source import Location, Problem
from sync.likelihood.agreed import LIKELIHOOD, check_model
from sync.sla_terms import handover, policies
from sync.vocabulary import Vocabulary


def build_agreement(file: File, words: Vocabulary) -> tuple[Agreement | None, list[Problem]]:
    """The agreement, or None and everything that is wrong with its two sections."""
    builder = _ScoreBuilder(words)
    rules = builder.score(file)
    hours = working_hours(builder, file.sla)
    terms = policies(builder, file.sla, hours)
    decisions = handover(builder, file.sla)
    if rules is None or hours is None or builder.problems:
        return None, builder.problems
    mass_mail = MassMailRule(file.sla.bulk.same_subject, file.sla.bulk.within)
    agreement = builder.attempt((), lambda: Agreement(rules, terms, hours, file.lang.value, decisions, mass_mail))
    return agreement, builder.problems


class _ScoreBuilder(Builder):
    """Builds the rules of the score, too."""

    def score(self, file: File) -> journey_rules.ScoreRules | None:
        """The rules of the score."""
        section = file.score
        criteria = [self._criterion(name, criterion) for name, criterion in section.criteria.items()]
        out = [self._disqualifier(index, item) for index, item in enumerate(section.disqualify)]
        if self.problems:
            return None
        return self.attempt(
            ("score",),
            lambda: journey_rules.ScoreRules(
                criteria=tuple(item for item in criteria if item),
                disqualifiers=tuple(item for item in out if item),
                qualified_at=section.qualified_at,
                leaves_at=section.leaves_at,
                minimum_stay=section.minimum_stay,
                refresh_points=section.refresh_points,
            ),
        )

    def _criterion(self, name: str, criterion: Criterion) -> journey_rules.Criterion | None:
        location = ("score", "criteria", name)
        if name in WRITABLE and name not in ("interest", "fit", LIKELIHOOD):
            self.problems.append(Problem(location, f"'{name}' is already the name of a field; choose another"))
        if criterion.model is not None:
            check_model(self, (*location, "model"), name, criterion.model)
        rules = [self._rule((*location, "rules", index), rule) for index, rule in enumerate(criterion.rules or ())]
        kept = tuple(rule for rule in rules if rule)
        return self.attempt(location, lambda: journey_rules.Criterion(name, criterion.cap, criterion.floor, kept))

    def _rule(self, location: Location, rule: Rule) -> journey_rules.Rule | None:
        fields = self.words.person if rule.on is None else self.words.touchpoint
        when = None if rule.when is None else self.expression((*location, "when"), rule.when, fields)
        if rule.when is not None and when is None:
            return None
        return self.attempt(
            location,
            lambda: journey_rules.Rule(
                id=rule.id,
                label=labels(rule.label, rule.id),
                points=rule.points,
                on=None if rule.on is None else frozenset(rule.on),
                direction=rule.direction,
                actor=rule.actor,
                when=when.holds if when else None,
                when_source=rule.when,
                fields=when.fields if when else (),
                half_life=rule.half_life,
                window=rule.window,
                at_most=rule.at_most,
            ),
        )

    def _disqualifier(self, index: int, item: Disqualifier) -> journey_rules.Disqualifier | None:
        when = self.condition(("score", "disqualify", index, "when"), item.when)
        return when and journey_rules.Disqualifier(item.id, labels(item.label, item.id), when, item.when)


def labels(label: Label | None, name: str) -> Mapping[str, str]:
    """A label in every language: the one given, else the other language's, else the id."""
    if isinstance(label, dict):
        other = next(iter(label.values()), name)
        return {lang.value: label.get(lang, other) for lang in Lang}
    return {lang.value: label or name for lang in Lang}
