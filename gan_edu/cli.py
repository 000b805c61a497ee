"""The command `gan-edu`. Each subcommand is a module with `arguments(parser)` and `main(options)`, imported only when
it is called. Whatever it cannot read or write ends in one sentence and exit code 2.
"""

import argparse
import os
import sys
from importlib import import_module, metadata

COMMANDS = {  # name -> (module, help)
    "doctor": ("gan_edu.doctor", "check this machine and say what to mend"),
    "audit": ("gan_edu.audit", "train presets on fresh seeds: do they keep their promise?"),
    "map": ("gan_edu.maps", "draw the map of failures; a second call goes on with it"),
    "study": ("gan_edu.study", "how often is the diagnosis right? A second call goes on with it"),
    "trials": ("gan_edu.trials", "changes tried one at a time on many seeds: list the tables, or make one"),
    "generators": ("gan_edu.generators", "the bundled generators: list them, or train one anew"),
    "digits": ("gan_edu.digit_trials", "settings for digits at the same computing time"),
    "bench": ("gan_edu.bench", "measure speed as ratios, printed as JSON"),
}
FAILED, INTERRUPTED, CLOSED = 2, 130, 141  # exit codes; the last two as a shell has them


def main(arguments=None):
    """Run one subcommand and return its exit code; argparse itself ends with 2 for what it does not know.

    Taught in notebooks/00_start_here.
    """
    _print_anything()
    try:
        try:
            return _run(sys.argv[1:] if arguments is None else list(arguments))
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED


def _print_anything():
    """No character of a report ends it: a file or pipe gets UTF-8, a terminal of another encoding a ?."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not in a notebook
            stream.reconfigure(errors="replace", **({} if stream.isatty() else {"encoding": "utf-8"}))


def _run(arguments):
    """The exit code of a command. What goes wrong on the way is told in a sentence."""
    parser = _parser(arguments)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        return FAILED
    try:
        return options.main(options)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return _told(options, "interrupted", INTERRUPTED)
    except OSError as error:
        return _told(options, f"{error.filename}: {error.strerror}" if error.filename else error)
    except (ValueError, RuntimeError) as error:  # RuntimeError: digits that are missing or damaged, torch's own
        return _told(options, error)


def _parser(arguments):
    """The parser of all commands; of the one that is called it knows the arguments too."""
    parser = argparse.ArgumentParser(prog="gan-edu", description="Helpers of the course on GAN training.")
    parser.add_argument("--version", action="version", version=f"gan-edu {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="command", title="commands")
    called = next((word for word in arguments if not word.startswith("-")), None)
    for name, (module, help_) in COMMANDS.items():
        command = commands.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        if name == called:
            module = import_module(module)
            module.arguments(command)
            command.set_defaults(main=module.main)
    return parser


def _version():
    try:
        return metadata.version("gan-edu")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _told(options, sentence, code=FAILED):
    print(f"gan-edu {options.command}: {sentence}", file=sys.stderr)
    return code
