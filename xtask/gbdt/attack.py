"""Attacks the sums that vertical boosted trees return, as a curious label holder could.

Every opened sum is a linear equation in the unknown side, 0 or 1, of each patient. One line of JSON
for each setting tells how many sides are found, then a table. `told`: which candidates are the same
in all trees, and which are of one column, is given away. `inferred`: it is found out, as in the
protocol as it is. Noise is added here, to the sums of trees that were grown without, and within a
tree candidates are linked before it is: both help the attack.

Shares of sides that are right: `majority` is a guess by each candidate's size; `splits` adds the
sides that chosen splits give away; `mean` rounds the mean of normal variables under all equations;
`program` rounds a solution of the linear program; `whole` is the share of candidates of which that
has every side right. `links` are the links between trees that are right, of those made.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import csr_array, eye_array, hstack
from views import Views

TREES = (1, 4, 8, 16)
PROTECTIONS = {
    "none": {"own_trees": 1, "min_side": 1, "min_gap": 0, "min_node": 2},
    "default": {"own_trees": 1, "min_side": 50, "min_gap": 10, "min_node": 200},
}
COLUMNS = [4, 6]
# A track belongs to a candidate if it is this near for each node, in squared deviations, and this
# much nearer than the next.
FITS, CLEAR = 30, 6
# Of how many trees the sums predict the next one's.
LATEST = 6
# Seconds for one linear program; one that takes longer counts as the guess by its mean.
PATIENCE = 60


class Attack:
    """Equations on the members of candidates, one list of nodes for all trees."""

    def __init__(self, views, trees, noise, rng):
        self.views, self.trees, self.noise = views, views.trees[:trees], noise
        self.place, data = {}, []
        for t, tree in enumerate(self.trees):
            for number, rows in enumerate(tree.rows):
                for of in (0, 1):
                    self.place[t, number, of] = len(data)
                    row = np.zeros(views.rows)
                    row[rows] = tree.numbers[of, rows]
                    data.append(row)
        self.matrix = np.array(data)
        self.gram = self.matrix @ self.matrix.T
        self.ones = self.matrix.sum(axis=1)
        self.observed = {}
        drawn = {}
        for t, tree in enumerate(self.trees):
            for key, track in tree.tracks.items():
                candidate, is_left = track.truth
                nodes = sorted(track.sums) if noise else tree.lowest(track)
                numbers = np.array([track.sums[number] / tree.scale for number in nodes])
                if noise:
                    for place, number in enumerate(nodes):
                        at = (t, number, candidate)
                        added = drawn.setdefault(at, rng.normal(0, noise, 2))
                        numbers[place] += added if is_left else -added
                index = [self.place[t, number, of] for number in nodes for of in (0, 1)]
                self.observed[t, key] = (index, numbers.reshape(-1))
        self.factors = {}

    def whole(self, t, key, flip):
        """A track's equations, of its own side or the other."""
        index, numbers = self.observed[t, key]
        return (index, self.ones[index] - numbers) if flip else (index, numbers)

    def factor(self, index):
        """Of the observed sums' covariance, for sides that are fair coins."""
        key = tuple(index)
        if key not in self.factors:
            square = 0.25 * self.gram[np.ix_(index, index)]
            spread = self.noise**2 + 1e-9 * square.diagonal().mean()
            self.factors[key] = np.linalg.inv(square + spread * np.eye(len(index)))
        return self.factors[key]

    def told(self):
        """All tracks of each candidate, by the truth."""
        found = defaultdict(list)
        for t, tree in enumerate(self.trees):
            for key, track in tree.tracks.items():
                candidate, is_left = track.truth
                found[candidate].append((t, key, not is_left))
        return [(candidate, True, chain) for candidate, chain in found.items()]

    def inferred(self):
        """All tracks of each candidate of the first tree, by what fits best, tree after tree.

        What is known of a candidate predicts its sums in the uppermost nodes of the next tree, with
        a spread, if sides were normal. Of the likeliest assignment those are taken that fit, and
        fit better than any other.
        """
        first = self.trees[0].tracks
        chains = [[(0, key, False)] for key in first]
        for t in range(1, len(self.trees)):
            keys = list(self.trees[t].tracks)
            groups = defaultdict(list)
            for k, key in enumerate(keys):
                groups[self.uppermost(t, key)].append(k)
            costs = np.full((len(chains), len(keys), 2), np.inf)
            for c, chain in enumerate(chains):
                for nodes, group in groups.items():
                    costs[c, group] = self.apart(chain, t, nodes, [keys[k] for k in group])
            best = costs.min(axis=2)
            ranked = np.sort(best, axis=1)
            for c, k in zip(*linear_sum_assignment(best)):
                fits = best[c, k] < FITS * len(self.uppermost(t, keys[k]))
                if fits and best[c, k] + CLEAR < ranked[c, 1]:
                    chains[c].append((t, keys[k], bool(costs[c, k, 1] < costs[c, k, 0])))
        truths = [first[chain[0][1]].truth for chain in chains]
        return [(*truth, chain) for truth, chain in zip(truths, chains)]

    def uppermost(self, t, key):
        """The root, its first child, and the first child of each child, as far as returned."""
        nodes, track = self.trees[t].nodes, self.trees[t].tracks[key]
        children = nodes[0]["children"] or []
        below = [nodes[child]["children"][0] for child in children if nodes[child]["children"]]
        return tuple(number for number in [0, *children[:1], *below] if number in track.sums)

    def apart(self, chain, t, nodes, keys):
        """How far the sums of tracks, and of their other sides, are from what is predicted."""
        index, numbers = self.joined(chain[-LATEST:])
        share, inverse = self.share(chain), self.factor(index)
        here = [self.place[t, number, of] for number in nodes for of in (0, 1)]
        cross = 0.25 * self.gram[np.ix_(here, index)]
        mean = share * self.ones[here] + cross @ inverse @ (numbers - share * self.ones[index])
        spread = 0.25 * self.gram[np.ix_(here, here)] - cross @ inverse @ cross.T
        floor = self.noise**2 + 1e-6 * np.trace(spread) / len(here)
        likely = np.linalg.inv(spread + floor * np.eye(len(here)))
        seen = np.stack([self.seen(t, key, nodes) for key in keys])
        sides = np.stack([seen - mean, self.ones[here] - seen - mean], axis=1)
        return np.einsum("ksi,ij,ksj->ks", sides, likely, sides)

    def seen(self, t, key, nodes):
        index, numbers = self.observed[t, key]
        if self.noise:
            at = dict(zip(index, numbers))
            return np.array([at[self.place[t, n, of]] for n in nodes for of in (0, 1)])
        track, tree = self.trees[t].tracks[key], self.trees[t]
        return np.concatenate([track.sums[number] / tree.scale for number in nodes])

    def share(self, chain):
        t, key, flip = chain[0]
        share = self.seen(t, key, (0,))[1] / self.ones[self.place[t, 0, 1]]
        return np.clip(1 - share if flip else share, 0.02, 0.98)

    def joined(self, chain):
        parts = [self.whole(*link) for link in chain]
        return sum((index for index, _ in parts), []), np.concatenate([it for _, it in parts])

    def right_links(self, entities):
        right = total = 0
        for candidate, is_left, chain in entities:
            for t, key, flip in chain[1:]:
                truth = self.trees[t].tracks[key].truth
                right += truth == (candidate, is_left != flip)
                total += 1
        return right / total if total else None

    def known(self, chain):
        """Sides that splits of this very candidate gave away."""
        sides = np.full(self.views.rows, -1)
        for t, key, flip in chain:
            for rows, members in self.trees[t].tracks[key].known:
                sides[rows] = members != flip
        return sides

    def neighbours(self, candidate):
        """The same, and those that splits of its column imply: for who knows columns."""
        sides = np.full(self.views.rows, -1)
        for tree in self.trees:
            for track in tree.tracks.values():
                (column, bin), is_left = track.truth
                if column != candidate[0]:
                    continue
                for rows, members in track.known:
                    left = members == is_left
                    if bin <= candidate[1]:
                        sides[rows[left]] = 1
                    if bin >= candidate[1]:
                        sides[rows[~left]] = 0
        return sides

    def solve(self, chain, known, is_sure):
        """The sides of all rows by the linear program, and by the mean of normal sides.

        Where equations may be wrong it minimises the sum of their absolute errors.
        """
        index, numbers = self.joined(chain)
        share = self.share(chain)
        mean = share + 0.25 * self.matrix[index].T @ (
            self.factor(index) @ (numbers - share * self.ones[index])
        )
        mean = np.where(known >= 0, known, mean)
        matrix = csr_array(self.matrix[index])
        bounds = [(0, 1) if side < 0 else (side, side) for side in known]
        cost = np.zeros(self.views.rows)
        if self.noise or not is_sure:
            ones = eye_array(len(index))
            matrix = hstack([matrix, ones, -ones])
            bounds += [(0, None)] * (2 * len(index))
            cost = np.concatenate([cost, np.ones(2 * len(index))])
        solved = linprog(
            cost, A_eq=matrix, b_eq=numbers, bounds=bounds, method="highs",
            options={"time_limit": PATIENCE},
        )
        if solved.x is None:
            return mean > 0.5, mean > 0.5, False
        return solved.x[: self.views.rows] > 0.5, mean > 0.5, True


def measure(views, trees, linking, noise, candidates, rng):
    attack = Attack(views, trees, noise, rng)
    entities = attack.told() if linking == "told" else attack.inferred()
    scores = defaultdict(list)
    returned = sorted({track.truth[0] for track in views.trees[0].tracks.values()})
    chosen = set(random.Random(0).sample(returned, min(candidates, len(returned))))
    for candidate, is_left, chain in entities:
        if candidate not in chosen:
            continue
        truth = views.truth[candidate] == is_left
        majority = max(truth.mean(), 1 - truth.mean())
        known = attack.neighbours(candidate) if linking == "told" else attack.known(chain)
        rest = truth[known < 0]
        by_splits = len(truth) - len(rest) + max(rest.sum(), len(rest) - rest.sum())
        program, mean, solved = attack.solve(chain, known, linking == "told")
        scores["majority"].append(majority)
        scores["splits"].append(by_splits / len(truth))
        scores["program"].append((program == truth).mean())
        scores["mean"].append((mean == truth).mean())
        scores["whole"].append((program == truth).all())
        scores["whole_by_splits"].append(not len(rest))
        scores["equations"].append(len(attack.joined(chain)[0]))
        scores["solved"].append(solved)
        scores["linked"].append(len({t for t, _, _ in chain}) / len(attack.trees))
    links = attack.right_links(entities)
    return {
        "returned": len(views.trees[0].tracks) / len(views.truth),
        "links": links,
        **{name: float(np.mean(values)) for name, values in scores.items()},
    }


def grid(quick):
    """Rows, bins, protections, seeds, candidates, and the noise on sums."""
    if quick:
        return [(500, 16, protections, 1, 4, (0, 1)) for protections in PROTECTIONS]
    noises = (0, 0.25, 1, 4)
    return [
        *((500, 16, name, 2, 6, noises) for name in PROTECTIONS),
        *((500, 32, name, 2, 6, (0,)) for name in PROTECTIONS),
        *((3000, 16, name, 1, 6, (0,)) for name in PROTECTIONS),
        *((3000, 32, name, 1, 6, noises) for name in PROTECTIONS),
        *((10000, 32, name, 1, 4, (0,)) for name in PROTECTIONS),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--views", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, help="only the settings of so many rows")
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    table = []
    for rows, bins, protections, seeds, candidates, noises in grid(options.quick):
        if options.rows not in (None, rows):
            continue
        trees = TREES[:3] if options.quick else TREES
        found = defaultdict(list)
        for seed in range(seeds):
            setting = {
                "rows": rows,
                "columns": COLUMNS,
                "specification": {
                    "objective": "logistic", "trees": trees[-1] + 1, "learning_rate": 0.3,
                    "growth": {"depth-wise": {"depth": 5}}, "bins": bins,
                },
                "protections": PROTECTIONS[protections],
                "seed": seed,
            }
            views = Views(options.views, options.scratch, setting)
            for noise, count in product(noises, trees):
                for linking in ("told", "inferred"):
                    rng = np.random.default_rng([seed, count])
                    found[noise, count, linking].append(
                        measure(views, count, linking, noise, candidates, rng)
                    )
        for (noise, count, linking), of in found.items():
            line = {
                "rows": rows, "bins": bins, "protections": protections, "trees": count,
                "linking": linking, "noise": noise,
                **{name: mean([it[name] for it in of]) for name in of[0]},
            }
            print(json.dumps(line), flush=True)
            table.append(line)
    print(markdown(table))


def mean(values):
    values = [value for value in values if value is not None]
    return round(float(np.mean(values)), 3) if values else None


def markdown(table):
    """A row for each setting, in percent: what is told beside what is inferred."""
    shown = ["splits", "mean", "program", "whole"]
    head = ["rows", "bins", "protections", "noise", "trees", "majority"]
    names = head + [f"{name}, {linking}" for linking in ("told", "inferred") for name in shown]
    lines = [names, ["---"] * len(names)]
    for told, inferred in zip(table[::2], table[1::2]):
        shares = [line[name] for line in (told, inferred) for name in shown]
        cells = [told[name] for name in head[:-1]]
        lines.append([*cells, *(f"{100 * share:.0f}" for share in [told["majority"], *shares])])
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in lines)


if __name__ == "__main__":
    sys.exit(main())
