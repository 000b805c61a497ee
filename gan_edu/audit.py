"""`gan-edu audit`: does every preset show what its name promises? Measured on seeds that nobody has looked at before.

Each failure, the healthy preset that it departs from and its remedy are trained from step 0, and judged twice: by
`labels` (10,000 samples, fresh discriminators, continued runs) and by the diagnosis that a learner sees.
"""

import json
import math
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass

import torch

from gan_edu.diagnosis import diagnose
from gan_edu.labels import examine
from gan_edu.options import count as whole
from gan_edu.presets import BASES, PRESETS, REMEDIES

CHUNK = 20  # members trained side by side
ENOUGH = 0.95  # 19 of 20
Z = 1.959964  # two-sided 95 % of a normal


@dataclass(frozen=True)
class Promise:
    """A recipe and the symptom that it promises; kind is 'preset' or 'remedy'."""

    name: str
    kind: str
    recipe: object
    symptom: str


def promises(names=()):
    """What the presets promise: failures their own name, healthy presets and remedies 'healthy'.

    Points without a condition only: the labels know no others.

    names: presets to keep with their bases and remedies; all when empty. ValueError for an unknown one.
    """
    points = [name for name, recipe in PRESETS.items() if not recipe.is_image and recipe.condition == "none"]
    unknown = set(names) - set(points)
    if unknown:
        raise ValueError(f"the audit knows no preset {', '.join(sorted(unknown))}; it has {', '.join(points)}")
    kept = [name for name in points if not names or name in names or name in {BASES.get(n) for n in names}]
    made = [Promise(n, "preset", PRESETS[n], n if n in BASES else "healthy") for n in kept]
    return made + [Promise(n, "remedy", REMEDIES[n], "healthy") for n in kept if n in REMEDIES]


def wilson(hits, n):
    """The 95 % interval of a share of which hits of n were seen: (low, high). Wilson 1927."""
    share, z2 = hits / n, Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def keep(promise, seeds, continued=True):
    """Train a promise on the seeds and count: a dict of what was promised, seen by the labels and by the diagnosis."""
    labels, diagnoses = Counter(), Counter()
    equal = 0
    for i in range(0, len(seeds), CHUNK):
        found, histories = examine([promise.recipe.replace(seed=s) for s in seeds[i : i + CHUNK]],
                                   continued, torch.float32)
        named = [diagnose(history).symptom for history in histories]
        labels.update(label.symptom for label in found)
        diagnoses.update(named)
        equal += sum(label.symptom == name for label, name in zip(found, named, strict=True))
    return {"name": promise.name, "kind": promise.kind, "promised": promise.symptom, "seeds": len(seeds),
            "first_seed": seeds[0], "continued": continued, "labels": count(labels, promise.symptom, len(seeds)),
            "diagnosis": count(diagnoses, promise.symptom, len(seeds)), "agree": equal,
            "recipe": promise.recipe.token}  # fmt: skip


def count(seen, symptom, n):
    """Hits, their Wilson interval and all outcomes."""
    low, high = wilson(seen[symptom], n)
    return {"hits": seen[symptom], "low": round(low, 3), "high": round(high, 3), "outcomes": dict(seen.most_common())}


def row(result):
    """A result as one line of a Markdown table."""
    cells = [f"{result[by]['hits']} of {result['seeds']} ({result[by]['low']:.2f}–{result[by]['high']:.2f})"
             for by in ("labels", "diagnosis")]  # fmt: skip
    other = [f"{by}: {n} {symptom}" for by in ("labels", "diagnosis")
             for symptom, n in result[by]["outcomes"].items() if symptom != result["promised"]]  # fmt: skip
    return f"| {result['name']} | {result['kind']} | {result['promised']} | {' | '.join(cells)} | {', '.join(other)} |"


HEADER = "| preset | kind | promised | by labels | by diagnosis | otherwise |\n|---|---|---|---|---|---|"


def audit(names=(), seeds=20, seed_start=None, continued=True, report=lambda result: None):
    """Keep every promise on fresh seeds, drawn by the operating system unless seed_start is given: a list of dicts.

    report is called with each result as it is finished. Taught in notebooks/07.
    """
    start = secrets.randbelow(2**52) if seed_start is None else seed_start
    results = []
    for promise in promises(names):
        began = time.perf_counter()
        results.append(keep(promise, range(start, start + seeds), continued))
        results[-1]["seconds"] = round(time.perf_counter() - began, 1)
        report(results[-1])
    return results


def arguments(parser):
    """What `gan-edu audit` can be told."""
    parser.add_argument("names", nargs="*", help="presets (default: all); each comes with its base and its remedy")
    parser.add_argument("--seeds", type=whole(), default=20, help="runs of each recipe")
    parser.add_argument("--seed-start", type=whole(0, 2**52), help="the first seed, to repeat an audit")
    parser.add_argument("--short", action="store_true", help="do not continue failing runs to three times their length")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def main(options):
    """Run the audit and print it; 1 where a promise was kept too rarely (see `enough`), else 0."""
    torch.set_num_threads(1)
    results = audit(options.names, options.seeds, options.seed_start, not options.short, _progress)
    print(json.dumps(results, indent=2) if options.json else "\n".join([HEADER, *map(row, results)]))
    return int(not all(map(enough, results)))


def enough(result):
    """Whether a promise was kept on 19 seeds of 20, by the labels and by the diagnosis."""
    return min(result[by]["hits"] for by in ("labels", "diagnosis")) / result["seeds"] >= ENOUGH


def _progress(result):
    print(f"{result['name']} ({result['kind']}): {result['labels']['hits']} of {result['seeds']} by labels, "
          f"{result['diagnosis']['hits']} by diagnosis, {result['seconds']:.0f} s, seeds from {result['first_seed']}",
          file=sys.stderr, flush=True)  # fmt: skip
