"""The button 'Second opinion': a fresh discriminator trains in short chunks while the page stays alive."""

import asyncio
import time

import numpy as np

from gan_edu.second_opinion import Examiner
from gan_edu.widgets import registry
from gan_edu.widgets.frames import pack

CHUNK = 0.02  # seconds of training between two looks at the page


class OpinionDesk:
    """Asks for second opinions on one playground's run, and keeps the last in the playground's `opinion`."""

    def __init__(self, play):
        self.play, self.examiner, self.last = play, None, None

    def ask(self):
        """Pause the run and judge its generator as it is now; without a running event loop, at once."""
        self.play.pause(announce=False)
        self.examiner = self.last = None
        try:
            self.examiner = Examiner(self.play.session)
        except ValueError as error:
            self._tell(f"No second opinion: {error}.")
            return
        loop = self.play._loop
        if loop is not None and loop.is_running():
            self._tell("A fresh discriminator is being trained …", busy=True)
            self._task = loop.create_task(self._train(self.examiner))
            registry.listen(self.play, loop)
        else:
            while not self.examiner.done:
                self.examiner.train_step()
            self._finish(self.examiner)

    def stop(self):
        """Give up an opinion that is not finished."""
        if self.examiner is not None:
            self.examiner = None
            self._tell("Stopped before there was a second opinion.")

    def forget(self):
        """The run that was judged is gone: so is its opinion, finished or not."""
        self.examiner = self.last = None
        self.play.opinion = b""

    async def _train(self, examiner):
        try:
            while not examiner.done:
                end = time.perf_counter() + CHUNK
                while not examiner.done and time.perf_counter() < end:
                    examiner.train_step()
                await asyncio.sleep(0)
                if self.examiner is not examiner:  # asked anew, or forgotten
                    return
            self._finish(examiner)
        except Exception as error:
            self._tell("")
            self.play._fail(error)

    def _finish(self, examiner):
        self.examiner, self.last = None, examiner.opinion()
        self._tell(self.last.sentence, arrays=_picture(self.last))

    def _tell(self, sentence, busy=False, arrays=None):
        self.play.opinion = pack({"sentence": sentence, "busy": busy}, arrays or {})


def _picture(opinion):
    """What the page draws: the generated points, and the fresh discriminator's heat map (or curve in 1-D)."""
    if opinion.heat is None:
        return {}
    fake = {"fake": opinion.sample}
    if opinion.heat.ndim == 1:
        return {**fake, "curve": opinion.heat}
    return {**fake, "heat": (opinion.heat * 255).round().astype(np.uint8)}
