"""Who may see which rows: every read starts at `visible_to`, and nobody sees by default.

Each model declares, as lookups, the organization and the region that a row belongs to. A row of
another tenant is not in the query set, so it answers exactly as an absent one (rules 4.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from django.db import models
from django.db.models import Q

from metrology import roles
from metrology.identifiers import uuid7

if TYPE_CHECKING:
    from metrology.actors import Actor

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Scope:
    """Lookups from a row to those who may see it.

    `enterprise` and `institute` lead to an Organization, `authority` and `institute_region` to a
    Region in whose subtree the row lies (of the authority, or of the institute). `users` leads to
    a User. `everyone` opens a row to every signed-in actor, `operator` to the system operator.
    `many` says that a lookup crosses a to-many relation.
    """

    enterprise: tuple[str, ...] = ()
    institute: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    institute_region: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    everyone: bool = False
    operator: bool = False
    many: bool = False

    def condition(self, actor: Actor) -> Q | None:
        """The condition on rows visible to an acting membership, or None for no row at all."""
        organization = actor.organization
        conditions: list[Q] = [Q(**{path: actor.user.pk}) for path in self.users if actor.user]
        if organization is None:
            return _any(conditions)
        if self.operator and actor.role == roles.Role.OPERATOR:
            return Q()
        match actor.side:
            case "enterprise":
                conditions += [Q(**{path: organization.pk}) for path in self.enterprise]
            case "institute":
                conditions += [Q(**{path: organization.pk}) for path in self.institute]
                conditions += [_within(path, actor) for path in self.institute_region]
            case "authority":
                conditions += [_within(path, actor) for path in self.authority]
        return _any(conditions)


def _within(path: str, actor: Actor) -> Q:
    lookup = "path__startswith" if path == "" else f"{path}__path__startswith"
    return Q(**{lookup: actor.region_path})


def _any(conditions: list[Q]) -> Q | None:
    if not conditions:
        return None
    combined = conditions[0]
    for condition in conditions[1:]:
        combined |= condition
    return combined


def _without_joins(model: type[models.Model], condition: Q) -> Q:
    """The condition with each lookup over a to-many relation asked apart, so that no row comes twice.

    Joined, every page of a long list would first collect all that the actor may see; asked apart, the
    database looks there only for the rows that the rest of the condition does not let through.
    """
    parts = [
        _without_joins(model, part) if isinstance(part, Q) else _asked_apart(model, part)
        for part in condition.children
    ]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def _asked_apart(model: type[models.Model], part: Any) -> Q:
    """A lookup that begins over a reverse foreign key, as the keys that the other table names."""
    lookup, value = part
    first, _, rest = str(lookup).partition("__")
    relation: Any = None if first == "pk" else model._meta.get_field(first)
    if relation is None or not relation.one_to_many:
        return Q(part)
    others = relation.related_model._default_manager.filter(**{rest or "pk": value})
    return Q(pk__in=others.order_by().values(relation.field.attname))


class ScopedQuerySet(models.QuerySet[M], Generic[M]):
    """A query set whose reads start with the actor."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows this actor may see; a stranger sees none, the system's own routine all."""
        scope: Scope = getattr(self.model, "scope", Scope())
        if actor.is_system:
            return self.all()
        if actor.is_stranger:
            return self.none()
        if scope.everyone:
            return self.all()
        condition = scope.condition(actor)
        if condition is None:
            return self.none()
        return self.filter(_without_joins(self.model, condition) if scope.many else condition)


class ScopedModel(models.Model):
    """A noun with a public identifier and a declared visibility.

    `insert_only` nouns are written once: the database itself refuses an edit or a delete.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    scope: ClassVar[Scope] = Scope()
    insert_only: ClassVar[bool] = False

    objects: ClassVar = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
