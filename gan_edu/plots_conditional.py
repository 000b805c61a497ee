"""Pictures of conditional generators: what was asked for beside what came, and digits to steer by hand."""

import torch
from matplotlib.figure import Figure

from gan_edu import captions, plots, views
from gan_edu.digits import classify
from gan_edu.metrics import nearest_mode

SHOWN = 24  # digits in a picture to steer
OFTEN = 0.5  # share above which the number is printed in white


def asked_and_got(run, n=1000):
    """For each class (rows) the share of n samples that land nearest to each mode (columns): (k, k), rows sum to 1.

    Taught in notebooks/10.
    """
    modes = run.target.modes
    rows = [nearest_mode(run.sample(n, condition=asked), run.target)[0] for asked in range(len(modes))]
    return torch.stack([torch.bincount(row, minlength=len(modes)) / n for row in rows])


def draw_shares(axes, shares, title):
    """`asked_and_got` into given axes: darker and with a number where the share is larger. Taught in notebooks/10."""
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1)
    for row, column in (shares > 0.005).nonzero().tolist():
        share = float(shares[row, column])
        axes.text(column, row, f"{share:.2f}".lstrip("0"), ha="center", va="center", fontsize=7,
                  color="white" if share > OFTEN else "black")  # fmt: skip
    ticks = range(len(shares))
    axes.set(xlabel="got", ylabel="asked for", xticks=ticks, yticks=ticks)
    axes.set_title(title, fontsize=10)


def draw_asked(axes, run, n=96):
    """Generated points, each drawn as the number of the mode that it was asked for. Taught in notebooks/10."""
    edge, asked = views.extent(run.target), torch.arange(n) % len(run.target.modes)
    x = run.sample(n, condition=asked)
    real = run.real(4 * n).numpy()
    axes.scatter(*real.T, s=8, c=plots.REAL, alpha=0.25)
    for mode in asked.unique().tolist():
        axes.scatter(*x[asked == mode].numpy().T, s=34, c=plots.FAKE, marker=f"${mode}$", linewidths=0.4)
    axes.set(xlim=(-edge, edge), ylim=(-edge, edge), aspect="equal", xticks=[], yticks=[])


def compare_asked(runs, titles):
    """A row for each run: its points as the numbers asked for, and asked against got. Taught in notebooks/10."""
    figure = Figure(figsize=(8.4, 4 * len(runs)), layout="constrained")
    for row, run, title in zip(figure.subplots(len(runs), 2, squeeze=False), runs, titles, strict=True):
        draw_asked(row[0], run)
        row[0].set_title(f"{title}: each point as the number asked for", fontsize=10)
        draw_shares(row[1], asked_and_got(run), "share of 1,000 points each")
    return figure


def close_up(axes, run, mode=0, n=300, title=""):
    """Real points of one mode, and what is generated for it, seen from near. Taught in notebooks/10."""
    x, which = run.target.sample_labelled(2 * n * len(run.target.modes), torch.Generator().manual_seed(1))
    real, reach = x[which == mode][:n], 4 * run.target.std
    fake = run.sample(n, condition=mode)
    centre = run.target.modes[mode]
    axes.scatter(*real.numpy().T, s=9, c=plots.REAL, marker="o", alpha=0.5, label="real")
    axes.scatter(*fake.numpy().T, s=14, c=plots.FAKE, marker="x", linewidths=0.9, label="generated")
    (left, right), (low, high) = ((float(v) - reach, float(v) + reach) for v in centre)
    axes.set(xlim=(left, right), ylim=(low, high), aspect="equal", title=title)
    axes.legend(loc="upper right", fontsize=8)


def digit_rows(rows, titles=(), columns=None, size=0.55):
    """Images (n, 1, 28, 28) in rows, each with a title at its left. rows: a list of such tensors, equally long.

    Taught in notebooks/10.
    """
    columns = columns or len(rows[0])
    figure = Figure(figsize=(size * columns + 1.8 * bool(titles), size * len(rows) + 0.1), layout="constrained")
    axes = figure.subplots()
    axes.imshow(plots.image_grid(torch.cat(list(rows)), columns), cmap="gray", vmin=-1, vmax=1)
    axes.set(xticks=[], yticks=[28 * place + 14 for place in range(len(titles))], yticklabels=titles)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def digit_explorer(drawer):
    """The picture for an explorer: a digit, another one to go to, two numbers of the noise. Taught in notebooks/10."""
    z = drawer.noise(SHOWN)

    def draw(digit, other, share, first, second):
        moved = z.clone()
        moved[0, :2] = torch.tensor([first, second])
        x = drawer.between(moved, digit, other, share)
        named = torch.bincount(classify(x), minlength=10)
        figure = digit_rows(x.split(SHOWN // 2), size=0.62)
        figure.axes[0].add_patch(_frame())
        most = int(named.argmax())
        words = f"a {digit}" if not share else f"{1 - share:.0%} {digit} and {share:.0%} {other}"
        numbers = f"The classifier names {int(named[most])} of {SHOWN} a {most}."
        return figure, f"{SHOWN} pictures, asked for {words}. The first, framed, has the noise of the sliders.", numbers

    return draw


def _frame():
    from matplotlib.patches import Rectangle

    return Rectangle((0, 0), 27, 27, fill=False, edgecolor=plots.FAKE, lw=2.5)


def caption_explorer(drawer):
    """The picture for an explorer: thickness, slant, digit as words. Taught in notebooks/10."""

    def draw(thickness, slant, digit):
        caption = " ".join(filter(None, (thickness, slant, digit)))
        x = drawer.sample(SHOWN, condition=caption)
        width, lean = (float(v) for v in captions.measured(x).mean(1))
        right = int((classify(x) == captions.DIGIT_WORDS.index(digit)).sum())
        numbers = f"{right} of {SHOWN} named {digit} · strokes {width:.1f} pixels wide · slant {lean:.2f}"
        return digit_rows(x.split(SHOWN // 2), size=0.62), f"{SHOWN} pictures for the caption '{caption}'.", numbers

    return draw
