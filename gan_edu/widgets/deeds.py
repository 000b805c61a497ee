"""What counts as 'provoked' and 'mended' in a playground: measured outcomes of runs from step 0, never a click."""

from gan_edu.course import progress

ENOUGH = 1000  # steps before an outcome counts
FAILURES = ("divergence", "vanishing_gradients", "weak_discriminator", "mode_collapse", "oscillation",
            "non_convergence")  # fmt: skip


def enter(lesson):
    """Take note of the lesson that the notebook is: its progress bar, quizzes and predictions say so."""
    Deeds.lesson = lesson


class Deeds:
    """Watches one playground's outcomes: a failure counts as provoked; the same seed made healthy next, as mended."""

    lesson = None  # number of the lesson; of the class, as one kernel runs one notebook; outside of all lessons None

    def __init__(self):
        self.recorded, self.to_mend = set(), None

    def judge(self, run, verdict):
        """Take note of how a run stands; records each deed once for a playground."""
        if run.step < ENOUGH or verdict is None or any(step > 0 for step, *_ in run.events):
            return
        if verdict.symptom in FAILURES:
            self.to_mend = (run.recipe.seed, verdict.symptom)
            self._record("provoked", verdict.symptom, run)
        elif verdict.symptom == "healthy" and self.to_mend and self.to_mend[0] == run.recipe.seed:
            self._record("mended", self.to_mend[1], run)

    def _record(self, kind, failure, run):
        if (kind, failure) not in self.recorded:
            self.recorded.add((kind, failure))
            where = {"lesson": self.lesson} if self.lesson else {}
            progress.record(kind, failure=failure, token=run.token, step=run.step, **where)
