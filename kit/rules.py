"""How a command says no: a sentence for people and a code for machines."""

from typing import Protocol

from django.conf import settings
from django.db.models import Model


class Actor(Protocol):
    """Whoever acts: anything that can be asked for a permission."""

    def has_perm(self, perm: str, obj: Model | None = None) -> bool: ...


class RuleBroken(Exception):
    """A rule refuses what was asked; nothing was changed.

    `code` is stable and for machines, `sentence` says to people what is allowed,
    `field` names the input it is about where there is one.
    """

    def __init__(self, code: str, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field


class Forbidden(RuleBroken):
    """The actor may see the thing but not do this to it; `permission` is what it needs."""

    def __init__(self, code: str, sentence: str, *, permission: str = "") -> None:
        super().__init__(code, sentence)
        self.permission = permission


def require(actor: Actor, permission: str, subject: Model | None = None) -> None:
    """Raise `Forbidden` unless the actor holds the permission (on the subject, if one is given)."""
    if not actor.has_perm(permission, subject):
        raise Forbidden("forbidden", f"You may not do this. {_who_may(permission)}", permission=permission)


def _who_may(permission: str) -> str:
    """The groups that hold it, in words; the house's one table of grants knows them."""
    groups = [group for group, grants in settings.ROLES_GRANTS.items() if permission in grants]
    if not groups:
        return "No group may."
    names = " or ".join([", ".join(groups[:-1]), groups[-1]] if groups[1:] else groups)
    return f"It is for people in {names}; an administrator can add you."


def check(condition: object, code: str, sentence: str, *, field: str = "") -> None:
    """Raise `RuleBroken` unless the condition holds."""
    if not condition:
        raise RuleBroken(code, sentence, field=field)
