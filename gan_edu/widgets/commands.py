"""What the playground's buttons do: each a function of the playground, called with what the page sent."""

from gan_edu.presets import PRESETS
from gan_edu.run import Run


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


def choose_preset(playground, name):
    """The select 'Preset'."""
    playground.pause(announce=False)
    playground.home, playground.name = PRESETS[name], name
    playground.begin(Run(playground.home), preset=name)


def by_hand(*players):
    """A button that does exactly one update of each of `players`."""

    def update(playground):
        playground.pause(announce=False)
        playground.apply_controls()
        playground.explained = None
        playground.explainer.begin_again()
        for player in players:
            getattr(playground.session, f"step_{player}")()
        what = "one update of each" if len(players) == 2 else f"one {players[0]} update"
        playground.notice = f"By hand: {what}."
        playground.judge(force=True)
        playground.push()

    return update


def rewind(playground, step):
    """The slider 'Rewind'."""
    playground.pause(announce=False)
    playground.explained = None
    playground.explainer.begin_again()
    playground.apply_controls()
    playground.session.rewind(int(step))
    playground.desk.forget()
    playground.follow_knobs()
    playground.notice = f"Rewound to step {playground.session.step:,}."
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
    playground.begin(run, preset="")
    playground.notice = "Recipe taken: step 0 of the pasted run."
    playground.push()


ACTIONS = {
    "play": play,
    "pause": lambda playground: playground.pause(),
    "restart": lambda playground: playground.restart(),
    "reset": lambda playground: playground.reset(),
    "next": next_part,
    "show": show,
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
