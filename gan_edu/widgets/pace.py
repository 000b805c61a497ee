"""When the next step and the next frame are due, and how many steps a second were really trained."""

import time

RATES = {"1": 1.0, "30": 30.0, "200": 200.0}  # steps a second; 'Full' has no limit, 'Explain' has its own
DEBT = 0.25  # seconds of steps that may be caught up with: after a sleep of the computer no burst
FRAME = 1 / 30  # seconds between two frames at the least
FRAME_SHARE = 0.09  # of the time may go into making frames


class Pace:
    """The clock of one playground."""

    def __init__(self):
        self.start("Full")
        self.frame_cost = 0.0
        self.frames, self.spent = 0, 0.0

    def start(self, speed):
        """Begin to count anew, as after a pause."""
        now = time.perf_counter()
        self.speed, self.began, self.done = speed, now, 0
        self.next_frame = self.last_due = 0.0
        self.marks = [(now, 0)]

    def count(self):
        """One step was trained."""
        self.done += 1

    def steps_due(self, speed):
        """How many steps may be trained now at this speed."""
        if speed != self.speed:
            self.start(speed)
        rate = RATES.get(speed)
        if rate is None:
            return 10**9
        now, most = time.perf_counter(), max(1, int(DEBT * rate))
        due = int((now - self.began) * rate) + 1 - self.done
        if due > most:
            self.began, due = now - (self.done + most - 1) / rate, most
        return due

    def rest(self, speed):
        """Seconds to sleep until there is something to do again."""
        rate = RATES.get(speed)
        if speed == "Explain":
            return 0.05
        return 0 if rate is None else min(FRAME, 0.5 / rate)

    def due(self, seconds):
        """True at most once in that many seconds."""
        now = time.perf_counter()
        if now - self.last_due < seconds:
            return False
        self.last_due = now
        return True

    def frame_due(self):
        """True when the page may get another frame without slowing the training."""
        return time.perf_counter() >= self.next_frame

    def frame_took(self, seconds):
        """A frame was made in so many seconds; plan the next."""
        self.frames, self.spent = self.frames + 1, self.spent + seconds
        self.frame_cost = seconds if not self.frame_cost else 0.9 * self.frame_cost + 0.1 * seconds
        self.next_frame = time.perf_counter() + max(FRAME - seconds, seconds * (1 / FRAME_SHARE - 1))

    def steps_per_second(self):
        """Over about the last second."""
        now = time.perf_counter()
        if now - self.marks[-1][0] > 0.2:
            self.marks = [*self.marks[-5:], (now, self.done)]
        (then, before) = self.marks[0]
        return (self.done - before) / (now - then) if now - then > 0.05 else 0.0
