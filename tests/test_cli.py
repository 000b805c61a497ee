"""The command `gan-edu`: known commands are found and called, unknown ones refused with the list."""

import subprocess
import sys
from importlib import import_module

import pytest

from gan_edu import cli


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_leads_to_a_function(name):
    module, function, help_ = cli.COMMANDS[name]
    assert callable(getattr(import_module(module), function))
    assert help_


def test_arguments_and_exit_code_are_passed_through(monkeypatch):
    seen = []
    monkeypatch.setattr(import_module("gan_edu.doctor"), "main", lambda arguments: seen.append(arguments) or 5)
    assert cli.main(["doctor", "--quiet", "x"]) == 5
    assert seen == [["--quiet", "x"]]


@pytest.mark.parametrize("arguments", [[], ["dcotor"]])
def test_unknown_command_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: gan-edu" in capsys.readouterr().err


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for name, (_, _, help_) in cli.COMMANDS.items():
        assert f"  {name} " in said
        assert help_ in said


def test_nothing_heavy_is_imported_before_it_is_needed():
    code = "import sys, gan_edu.cli; print({'torch', 'matplotlib', 'anywidget'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
