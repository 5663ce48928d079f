"""What a label holder has of vertical trees, tree by tree; the truth is for the score alone."""

import json
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product

import numpy as np


@dataclass
class Track:
    """A candidate in one tree: its sums in the nodes for which it was returned."""

    sums: dict = field(default_factory=dict)
    known: list = field(default_factory=list)
    truth: tuple = None


class Tree:
    """One tree as the label holder sees it; largest |g| and h are 1."""

    def __init__(self, grown):
        g, h = np.array(grown["g"]), np.array(grown["h"])
        self.scale = np.array([np.abs(g).max(), h.max()], dtype=float)
        self.exact = np.stack([g, h])
        self.numbers = self.exact / self.scale[:, None]
        self.nodes = grown["nodes"]
        self.rows = [np.array(node["rows"], dtype=int) for node in self.nodes]
        self.packs = [
            [{slot: (g, h) for slot, g, h in pack} for pack in node["packs"]] for node in self.nodes
        ]
        self.tracks = self.link()

    def link(self):
        """Follows each candidate from the root down: its slot stays, and parent = left + right."""
        at = {0: {place: place for place in range(len(self.packs[0]))}}
        for number, node in enumerate(self.nodes):
            if number not in at or node["children"] is None:
                continue
            children = node["children"]
            free = [dict(enumerate(self.packs[child])) for child in children]
            for child in children:
                at[child] = {}
            for root, place in at[number].items():
                parent = self.packs[number][place]
                either = [[*of, None] for of in free]
                pairs = (pair for pair in product(*either) if pair != (None, None))
                packs = lambda pair: [of.get(place, {}) for of, place in zip(free, pair)]
                fits = (pair for pair in pairs if self.adds_up(parent, children, packs(pair)))
                found = next(fits, (None, None))
                for child, of, place in zip(children, free, found):
                    if place is not None:
                        at[child][root] = place
                        del of[place]
        tracks = defaultdict(Track)
        for number, places in at.items():
            for root, place in places.items():
                for slot, sums in self.packs[number][place].items():
                    tracks[root, slot].sums[number] = np.array(sums, dtype=np.int64)
            self.learn(number, {place: root for root, place in places.items()}, tracks)
        return tracks

    def adds_up(self, parent, children, packs):
        """Whether two ciphertexts can be the parts of a third.

        A candidate is missing in one of them if that child lies on one side as a whole.
        """
        left, right = packs
        zero = (0, 0)
        for slot in left.keys() | right.keys():
            if slot not in parent:
                return False
            rest = np.array(parent[slot]) - left.get(slot, zero) - right.get(slot, zero)
            lacking = [c for c, pack in zip(children, packs) if slot not in pack]
            if rest.any() and not any((rest == self.totals(child)).all() for child in lacking):
                return False
        return True

    def learn(self, number, root_of, tracks):
        """Takes the sides of a split that was made: those of the candidates it may be."""
        if self.nodes[number]["chosen"] is None:
            return
        picks, sides = self.nodes[number]["chosen"]
        sides = np.array(sides, dtype=bool)
        left = self.exact[:, self.rows[number][sides]].sum(axis=1)
        for place, slot in picks:
            track = tracks[root_of[place], slot]
            same = (left == track.sums[number]).all()
            track.known.append((self.rows[number], sides if same else ~sides))

    def lowest(self, track):
        """The nodes whose sums say all: a parent's are those of its children."""
        children = [self.nodes[number]["children"] or [-1] for number in track.sums]
        parents = {n for n, c in zip(track.sums, children) if set(c) <= track.sums.keys()}
        return [number for number in sorted(track.sums) if number not in parents]

    def totals(self, number):
        return self.exact[:, self.rows[number]].sum(axis=1)


class Views:
    def __init__(self, program, scratch, setting):
        file = scratch / "setting.json"
        file.write_text(json.dumps(setting))
        command = [program.resolve(), file]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        views = json.loads(run.stdout)
        bins = np.array(views["truth"]["bins"])
        self.truth = {
            (column, bin): bins[column] <= bin
            for column, count in enumerate(views["truth"]["counts"])
            for bin in range(1, count - 1)
        }
        self.rows = bins.shape[1]
        self.trees = [Tree(grown) for grown in views["trees"] if grown["nodes"][0]["packs"]]
        for tree in self.trees:
            self.name(tree)

    def name(self, tree):
        """Notes, for the score alone, which candidate and which side each track is."""
        of = list(self.truth)
        members = np.stack([self.truth[it] for it in of]).astype(np.int64)
        sums = [members[:, rows] @ tree.exact[:, rows].T for rows in tree.rows]
        for track in tree.tracks.values():
            fits = [np.ones(len(of), bool), np.ones(len(of), bool)]
            for number, opened in track.sums.items():
                fits[0] &= (sums[number] == opened).all(axis=1)
                fits[1] &= (tree.totals(number) - sums[number] == opened).all(axis=1)
            is_left = bool(fits[0].any())
            found = np.flatnonzero(fits[0] if is_left else fits[1])
            assert len(found), "an opened sum is no candidate's"
            track.truth = (of[found[0]], is_left)
