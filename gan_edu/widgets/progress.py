"""The learner's progress on the page: a bar on top of each lesson, and the map of the course."""

from html import escape

import traitlets

from gan_edu.course import progress
from gan_edu.course.counts import counts
from gan_edu.course.lessons import lesson as find_lesson
from gan_edu.course.lessons import lessons
from gan_edu.course.quizbank import load_bank
from gan_edu.course.text import folded
from gan_edu.widgets import deeds
from gan_edu.widgets.course import CourseWidget, module

COUNTED = ("Understood", "Provoked", "Mended")  # what the map counts of each lesson


def progress_bar(lesson):
    """Show the lesson's three counts, kept up to date while you answer in this notebook. Taught in notebooks/00.

    From now on, failures provoked and mended in this kernel's playgrounds count for this lesson.
    """
    made = ProgressBar(find_lesson(lesson))
    deeds.enter(lesson)
    return made


def course_map():
    """Return the map of the course: each lesson with its three counts, and a link where it exists.

    It is a table of plain HTML, so it is there without widgets too. Taught in notebooks/00.
    """
    return CourseMap()


class ProgressBar(CourseWidget):
    """Questions understood, failures provoked, failures mended: one lesson. Taught in notebooks/00."""

    _esm = module("progress.js")
    heading = traitlets.Unicode().tag(sync=True)
    counts = traitlets.List().tag(sync=True)

    def __init__(self, lesson):
        self._lesson = lesson
        super().__init__(heading=_titled(lesson))
        self.refresh()
        progress.watch(("bar", lesson.number), self.refresh)

    def refresh(self):
        """Count anew from what is kept."""
        kept = progress.load(load_bank())
        made = counts(self._lesson.number, kept)
        with self.hold_sync():
            self.notice = kept.notice
            self.counts = [{"name": c.name, "done": c.done, "total": c.total, "text": c.text} for c in made]

    def text(self):
        """Return the counts as one line of plain text."""
        parts = [f"{count['name'].lower()}: {count['text']}" for count in self.counts]
        return f"{self.heading} · {' · '.join(parts)}" + (f"\n{self.notice}" if self.notice else "")


class CourseMap:
    """The map as HTML and as text, counted when it is shown. Taught in notebooks/00."""

    def rows(self):
        """Return (Lesson, its three Counts) for each lesson of the course."""
        kept = progress.load(load_bank())
        return [(entry, counts(entry.number, kept)) for entry in lessons()]

    def _repr_mimebundle_(self, **_kwargs):
        rows, notice = self.rows(), progress.load(load_bank()).notice
        return {"text/html": _table(rows, notice), "text/plain": folded(_lines(rows, notice))}


def _titled(lesson):
    return f"Lesson {lesson.number} · {lesson.title}" if lesson.number.isdigit() else lesson.title


def _lines(rows, notice):
    lines = []
    for lesson, made in rows:
        shown = ", ".join(f"{c.name.lower()} {c.text}" for c in made if c.total) if lesson.path else "to come"
        lines.append(f"{lesson.number:>2}  {lesson.title}: {shown or 'nothing to count'}")
    return "\n".join([*lines, notice] if notice else lines)


def _table(rows, notice):
    body = "".join(_row(lesson, made) for lesson, made in rows)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("No.", "Lesson", *COUNTED))
    note = f'<p class="gan-map-notice">{escape(notice)}</p>' if notice else ""
    caption = "<caption>Your way through the course</caption>"
    table = f'<table class="gan-map">{caption}<tr class="gan-map-head">{head}</tr>{body}</table>'
    return f'<style>{_STYLE}</style><div class="gan-map-box">{table}{note}</div>'


def _row(lesson, made):
    number, title, idea = escape(lesson.number), escape(lesson.title), f"<br><small>{escape(lesson.idea)}</small>"
    if not lesson.path:
        later = '<small class="gan-later">to come</small>'
        return f'<tr class="gan-map-later"><td>{number}</td><th scope="row" colspan="4">{title} {later}{idea}</th></tr>'
    named = zip(COUNTED, made, strict=True)
    cells = "".join(f'<td data-name="{name}">{_cell(count)}</td>' for name, count in named)
    return f'<tr><td>{number}</td><th scope="row"><a href="{escape(lesson.file)}">{title}</a>{idea}</th>{cells}</tr>'


def _cell(count):
    if not count.total:
        return '<span class="gan-map-none" aria-label="none here">–</span>'
    full = " ✓" if count.done == count.total else ""
    return f'<progress value="{count.done}" max="{count.total}" aria-hidden="true"></progress> {count.text}{full}'


# JupyterLab draws every table with fixed column widths and striped rows: hence the !important.
_STYLE = """
.gan-map { border-collapse: collapse; max-width: 52rem; width: 100%; margin: 0 !important;
  table-layout: auto !important; font-size: var(--jp-content-font-size1, 14px) !important;
  color: var(--jp-ui-font-color1, #1f2328); line-height: 1.45; }
.gan-map caption { text-align: left; font-weight: 600; padding: 0 .6rem .5rem 0; }
.gan-map tr { background: none !important; }
.gan-map tr:hover td, .gan-map tr:hover th { background: color-mix(in srgb, currentColor 4%, transparent); }
.gan-map th, .gan-map td { text-align: left !important; vertical-align: top !important; font-weight: 400;
  padding: .45rem .6rem !important; border: 0 !important; max-width: none !important;
  border-bottom: 1px solid var(--jp-border-color2, #d8dee4) !important; }
.gan-map th[scope=col] { font-size: .85em; color: var(--jp-ui-font-color2, #57606a); }
.gan-map th[scope=row] { width: 99%; white-space: normal !important; }
.gan-map td { white-space: nowrap !important; font-variant-numeric: tabular-nums; }
.gan-map a { font-weight: 600; }
.gan-map small { color: var(--jp-ui-font-color2, #57606a); font-size: .88em; }
.gan-map .gan-later { border: 1px solid var(--jp-border-color1, #b8c0c8); border-radius: 99px; padding: 0 .55em;
  margin-left: .4em; white-space: nowrap; }
.gan-map progress { width: 2.6rem; height: .45rem; accent-color: var(--jp-brand-color1, #1976d2);
  vertical-align: middle; margin-right: .3rem; }
.gan-map-later, .gan-map-none { color: var(--jp-ui-font-color2, #57606a); }
.gan-map-box { container-type: inline-size; }
@container (max-width: 34rem) {
  .gan-map .gan-map-head { display: none; }
  .gan-map, .gan-map tbody, .gan-map caption { display: block; }
  .gan-map tr { display: grid; grid-template-columns: 1.8rem repeat(3, minmax(0, 1fr)); padding: .45rem 0;
    border-bottom: 1px solid var(--jp-border-color2, #d8dee4); }
  .gan-map td, .gan-map th { border: 0 !important; padding: .1rem .3rem .1rem 0 !important; }
  .gan-map th[scope=row] { grid-column: 2 / -1; width: auto; }
  .gan-map td { white-space: normal !important; }
  .gan-map td[data-name]::before { content: attr(data-name); display: block; font-size: .85em;
    color: var(--jp-ui-font-color2, #57606a); }
  .gan-map td[data-name=Understood] { grid-column: 2; }
  .gan-map progress { display: none; }
}
"""
__all__ = ["CourseMap", "ProgressBar", "course_map", "progress_bar"]
