"""Views that are imported when somebody first asks for one.

Every process that makes an address reads the whole table of addresses, and with it would read every form, chart and
transport of the house; most of that no request ever needs before it is asked for. The table says from which module a
view comes; what stands under `TYPE_CHECKING` beside it tells the type checker and the import contracts the same.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.utils.module_loading import import_string


class View:
    """One view by its dotted name; it has every attribute of the view itself, which is imported for it.

    `given` are the arguments of `as_view` where it is a class. Called with a word instead of a request it stands for
    the class that a function of that name makes of the word.
    """

    def __init__(self, name: str, given: Mapping[str, Any] | None = None, word: str = "") -> None:
        # By these Django lists it, without asking the view.
        self.__module__, _, self.__name__ = name.rpartition(".")
        self.__qualname__ = self.__name__
        self._name, self._given, self._word = name, given, word

    def __call__(self, *asked: Any, **kwargs: Any) -> Any:
        if asked and isinstance(asked[0], str):
            return View(self._name, self._given, asked[0])
        return self._view(*asked, **kwargs)

    def as_view(self, **given: Any) -> "View":
        return View(self._name, given, self._word)

    @cached_property
    def _view(self) -> Any:
        found = import_string(self._name)
        if self._word:
            found = found(self._word)
        return found if self._given is None else found.as_view(**self._given)

    def __getattr__(self, name: str) -> Any:
        # Asked by whoever makes an address, and answered by the names above.
        if name == "view_class" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._view, name)


class Views:
    """The views of a module, by their names."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> View:
        return View(f"{self._module}.{name}")


def later(package: str, *modules: str) -> list[Views]:
    """The views of each of these modules of a package."""
    return [Views(f"{package}.{module}") for module in modules]
