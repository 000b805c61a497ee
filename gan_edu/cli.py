"""The command `gan-edu`: each subcommand is a function in a module of its own, imported only when it is called."""

import argparse
import sys
from importlib import import_module

COMMANDS = {  # name -> (module, function of the remaining arguments that returns an exit code, help)
    "doctor": ("gan_edu.doctor", "main", "check this machine and say what to mend (--quiet: faults only)"),
    "audit": ("gan_edu.audit", "main", "train presets on fresh seeds: do they keep their promise? (--seeds, --json)"),
    "map": ("gan_edu.maps", "main", "draw the map of failures, resumable (FILE; --base, --x, --y, --seeds)"),
    "study": ("gan_edu.study", "main", "how often is the diagnosis right? resumable (FILE; --workers, --report)"),
    "trials": ("gan_edu.trials", "main", "changes tried one at a time on many seeds: list the tables, or make one"),
    "generators": ("gan_edu.generators", "main", "the bundled generators: list them, or train one anew (NAME)"),
    "digits": ("gan_edu.digit_trials", "main", "settings for digits at the same computing time (NAME: anew)"),
    "bench": ("gan_edu.bench", "main", "measure speed as ratios, printed as JSON (--live: in JupyterLab too)"),
}


def main(arguments=None):
    """Run one subcommand and return its exit code; argparse itself ends with 2 for an unknown one.

    Taught in notebooks/00_start_here.
    """
    parser = argparse.ArgumentParser(
        prog="gan-edu",
        description="Helpers of the course on GAN training.",
        epilog="\n".join(f"  {name:10} {help_}" for name, (_, _, help_) in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command", help="one of those below, and what it takes")
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    module, function, _ = COMMANDS[parser.parse_args(arguments[:1]).command]
    return getattr(import_module(module), function)(arguments[1:])
