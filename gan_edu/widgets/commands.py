"""What the playground's buttons do: each a function of the playground, called with what the page sent."""

from gan_edu import work
from gan_edu.presets import PRESETS
from gan_edu.run import Run
from gan_edu.widgets import choices, messages

REPLAYING = "Replaying this recipe's"  # how the notice begins meanwhile


def play(playground):
    """'Play'."""
    playground.play()
    playground.push()


def next_part(playground):
    """'Next': one part of Explain's step."""
    playground.pause(announce=False)
    playground.notice = ""
    playground.apply_controls()
    playground.explain()


def show(playground):
    """A control changed what is shown; while playing the loop sees to it."""
    if not playground.playing:
        playground.apply_controls()
        playground.follow_knobs()  # a new penalty has brought its own weight
        playground.push()


def set_controls(playground, values, seen):
    """A control was moved. `seen`, which page it was and its how manieth move, goes back to that page."""
    playground.set_controls({**values, "seen": seen})
    playground.apply_controls()
    show(playground)


def choose_preset(playground, name):
    """The select 'Preset'."""
    playground.pause(announce=False)
    playground.home, playground.name = PRESETS[name], name
    playground.begin(Run(playground.home))


def by_hand(*players):
    """A button that does exactly one update of each of `players`."""

    def update(playground):
        playground.pause(announce=False)
        playground.apply_controls()
        playground.explained = playground.future = None
        playground.explainer.begin_again()
        for player in players:
            getattr(playground.session, f"step_{player}")()
        what = "one update of each" if len(players) == 2 else f"one {players[0]} update"
        playground.notice = f"By hand: {what}."
        playground.judge(force=True)
        playground.push()

    return update


def rewind(playground, step, held):
    """The slider 'Rewind', held or let go: a look back; the rest is kept until one trains or moves a setting."""
    playground.pause(announce=False)
    playground.explained = None
    playground.explainer.begin_again()
    playground.apply_controls()
    playground.look_back(step, held)
    playground.desk.forget()
    playground.follow_knobs()
    there = f"step {playground.session.step:,}"
    kept = f" The rest, to step {playground.end:,}, is kept until you train or move a setting."
    playground.notice = f"Rewound to {there}.{kept}" if playground.future else f"Back at {there}."
    playground.judge(force=True)
    playground.push()


def paste(playground, text):
    """'Paste recipe': a token that is refused changes nothing."""
    playground.pause(announce=False)
    try:
        run = Run.from_token(text)
    except ValueError as error:
        playground.notice = f"This recipe was not taken: {error}."
        playground.push()
        return
    playground.home, playground.name = run.recipe, ""
    playground.begin(run)
    playground.notice = f"Recipe taken: step 0 of the pasted run.{work.warning(run.recipe, run.events)}"
    playground.push()


ACTIONS = {
    "play": play,
    "pause": lambda playground: playground.pause(),
    "restart": lambda playground: playground.restart(),
    "reset": lambda playground: playground.reset(),
    "next": next_part,
    "show": show,
    "set": set_controls,
    "preset": choose_preset,
    "discriminator": by_hand("discriminator"),
    "generator": by_hand("generator"),
    "both": by_hand("discriminator", "generator"),
    "rewind": rewind,
    "paste": paste,
    "opinion": lambda playground: playground.desk.ask(),
    "fork": lambda playground: playground.forks.ask(),
    "fork_open": lambda playground, name, value: playground.forks.open(name, value),
    "fork_close": lambda playground: playground.forks.close(),
}
SHAPES = {  # what a message says besides its name, and the test of each part
    "set": {"values": messages.each(choices.TESTS), "seen": messages.mark},
    "preset": {"name": messages.one_of(PRESETS)},
    "rewind": {"step": messages.whole, "held": messages.flag},
    "paste": {"text": messages.text},
    "fork_open": {"name": messages.text, "value": messages.text},
}
