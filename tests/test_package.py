"""`import gan_edu` is light, and what is wrong in a module is shown as it is."""

import pytest

import gan_edu


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("import math\nmath.no_such_thing\n", "module 'math' has no attribute 'no_such_thing'"),
        ("import no_such_package\n", "No module named 'no_such_package'"),
        ("from math import no_such_thing\n", "cannot import name 'no_such_thing' from 'math'"),
        ("{}['key']\n", "key"),
        ("", "has no attribute 'Recipe'"),
    ],
)
@pytest.mark.parametrize("code", ["from gan_edu import Recipe", "import gan_edu; gan_edu.Recipe"])
def test_error_inside_a_module_is_not_hidden(tmp_path, monkeypatch, source, shown, code):
    """`from package import name` takes an AttributeError to mean that there is no such name."""
    home = tmp_path.name  # another one in each test
    (tmp_path / f"{home}.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(gan_edu, "__path__", [*gan_edu.__path__, str(tmp_path)])
    monkeypatch.setitem(gan_edu._HOMES, "Recipe", home)
    with pytest.raises((ImportError, KeyError)) as error:
        exec(code, {})
    assert shown in str(error.value)
    assert "cannot import name 'Recipe'" not in str(error.value)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(AttributeError, match="gan_edu has no 'Recipy'; it offers .*Recipe"):
        gan_edu.Recipy  # noqa: B018
