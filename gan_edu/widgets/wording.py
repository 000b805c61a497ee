"""The playground's words: status line, verdict card, text alternative, what a prediction is held against."""

from gan_edu.diagnosis import MIN_SNAPSHOTS, NEAR_DIGITS, WANDERING, measure
from gan_edu.spoken import in_terms_of

SYMPTOMS = {
    "divergence": "divergence",
    "vanishing_gradients": "vanishing gradients",
    "weak_discriminator": "weak discriminator",
    "mode_collapse": "mode collapse",
    "oscillation": "oscillation",
    "non_convergence": "non-convergence",
    "healthy": "healthy",
    "undecided": "undecided",
}


def symptom(verdict):
    """The verdict in words; before the first one, that it is too early."""
    return SYMPTOMS[verdict.symptom] if verdict else "undecided"


def modes(run):
    """'8 of 8 modes', or for digits '10 of 10 classes'."""
    if run.recipe.is_image:
        return f"{run.history.snapshots[-1]['modes']} of 10 classes"
    return f"{run.history.snapshots[-1]['modes']} of {len(run.target.modes)} modes"


def status(play):
    """`step 1,234 · 612 steps/s · 8 of 8 modes · healthy`."""
    run = play.session
    parts = [f"step {run.step:,}"]
    if play.playing:
        parts.append(f"{play.pace.steps_per_second():,.0f} steps/s")
    if run.failed_at is not None:
        return " · ".join([*parts, "stopped: a loss became NaN or infinite"])
    return " · ".join([*parts, modes(run), symptom(play.verdict)])


def describe(run, verdict):
    """One sentence that stands for the picture."""
    if run.recipe.is_image:
        return (f"Step {run.step:,}: digits that the generator draws from fixed noise; it draws {modes(run)}. "
                f"Verdict: {symptom(verdict)}.")
    last, pack = run.history.snapshots[-1], run.recipe.pack
    packed = f" The background shows the discriminator's score for packs of {pack} equal points." if pack > 1 else ""
    return (f"Step {run.step:,}: generated points hold {modes(run)}; {last['quality']:.0%} lie within three standard "
            f"deviations of a mode. Verdict: {symptom(verdict)}.{packed}")


def judge(run):
    """What D is called, and whether its score is a probability, for the words around a picture."""
    objective = run.players.objective
    return {"judge": objective.judge, "probability": objective.is_probability}


def describe_curves(run):
    """One sentence that stands for the curves, with their latest values."""
    if not len(run.history):
        return "Curves over the steps: nothing trained yet."
    last, columns = run.history.snapshots[-1], run.history.columns
    quality = f", high-quality share {last['quality']:.0%}" if "quality" in last else ""
    if "distance" in last:
        quality += f", kernel distance from real digits {last['distance']:,.0f} (real ones: 0 ± 60)"
    if "js" in last:
        quality += f", Jensen-Shannon divergence {last['js']:.3f}, earth mover's distance {last['w1']:.3f}"
    return (f"Curves over {run.step:,} steps, now at: {modes(run)}{quality}, {run.players.objective.judge}'s loss "
            f"{columns['d_loss'][-1]:.3g}, generator's loss {columns['g_loss'][-1]:.3g}.")


def measured(run, verdict):
    """What a prediction stands beside: modes, movement (of digits: how well they can be read), verdict and step."""
    return " · ".join([modes(run), *(_legible(run) if run.recipe.is_image else _movement(run)), symptom(verdict),
                       f"step {run.step:,}"])  # fmt: skip


def _movement(run):
    if len(run.history.snapshots) < MIN_SNAPSHOTS or run.failed_at is not None:
        return []
    wandering = measure(run.history)["wandering"]
    return [f"{'at rest' if wandering < WANDERING else 'wandering'} (centre ± {wandering:.2f} radii)"]


def _legible(run):
    """The kernel distance, and since which look it has been that of digits that can mostly be read."""
    looks = run.history.snapshots
    far = [look["step"] for look in looks if look["distance"] > NEAR_DIGITS]
    since = next((look["step"] for look in looks if not far or look["step"] > far[-1]), None)
    read = f"most can be read since step {since:,}" if since is not None else "most cannot be read"
    return [f"kernel distance from real digits {looks[-1]['distance']:,.0f}, {read}"]


def evidence(verdict, judge="discriminator"):
    """[name, value, what is asked, reason] rows in words."""
    if verdict is None:
        return []
    return [[in_terms_of(judge, e.name), e.number, e.asked, e.reason] for e in verdict.evidence]


CRITIC = "a Wasserstein critic with gradient penalty"
OFFERED = (("R1", "spectral norm", CRITIC), ("R1", "instance noise"))  # as the advice lists them
CIRCLING = " R1 ends the circling too, but is slower."
HAS = {
    "R1": lambda run: run.knobs.penalty in ("r1", "r1_r2"),
    "spectral norm": lambda run: run.recipe.spectral_norm,
    "instance noise": lambda run: run.recipe.instance_noise > 0,
    CRITIC: lambda run: run.knobs.penalty == "wgan_gp",
}


def advice(verdict, run):
    """What to do, without what the run has already; '' before the first verdict."""
    if not verdict:
        return ""
    text = verdict.advice.replace(CIRCLING, "") if HAS["R1"](run) else verdict.advice
    for offered in OFFERED:
        listed, left = _either(offered), [words for words in offered if not HAS[words](run)]
        text = text.replace(listed, _either(left)) if left else text.replace(f", or add {listed}", "")
    if run.knobs.objective == "wasserstein":
        text = text.replace(CRITIC, "the gradient penalty")
    return in_terms_of(run.players.objective.judge, text)


def _either(words):
    """'a', 'a or b', 'a, b, or c'."""
    *others, last = words
    return f"{', '.join(others)}{',' if len(others) > 1 else ''} or {last}" if others else last


def header(play):
    """Everything that the page shows in words, for one frame."""
    run = play.session
    return {
        "status": status(play),
        "playing": play.playing,
        "locked": play.locked,
        "alt": describe(run, play.verdict),
        "curves_alt": describe_curves(run),
        "symptom": symptom(play.verdict),
        "evidence": evidence(play.verdict, run.players.objective.judge),
        "advice": advice(play.verdict, run),
        "notice": play.notice,
        "error": play.error,
        "token": run.token,
        "last_step": run.step,
        "failed": run.failed_at is not None,
        "knobs": {name: getattr(run.knobs, name) for name in ("lr_g", "lr_d", "d_strength")},
        **judge(run),
        "levels": list(run.players.objective.equilibrium) if play.controls.get("levels") else [],
    }
