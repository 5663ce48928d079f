//! Which sums of a tree may be told, counted again row by row.

use consilium_gbdt::{Column, Cuts, NodeId, Rule, Side, Tree, vertical::Protections};

/// A candidate: the values of its column, and its rule on them.
pub(crate) type Candidate<'a> = (&'a [f64], Rule);

/// Gives every candidate of some columns.
pub(crate) fn candidates<'a>(columns: &[&'a [f64]], cuts: &Cuts) -> Vec<Candidate<'a>> {
    let mut candidates = Vec::new();
    for (values, cuts) in columns.iter().zip(cuts.iter()) {
        let misses = values.iter().any(|value| value.is_nan());
        let sides = [Side::Right, Side::Left].into_iter();
        for missing in sides.take(1 + usize::from(misses)) {
            candidates.extend(cuts.iter().map(|&threshold| {
                let column = 0;
                let rule = Rule {
                    column,
                    threshold,
                    missing,
                };
                (*values, rule)
            }));
        }
    }
    candidates
}

/// How many rows a candidate has on its smaller side.
fn smaller_side(members: &[usize], (values, rule): &Candidate<'_>) -> u64 {
    let left = members.iter().filter(|row| rule.goes_left(values[**row]));
    let left = left.count();
    left.min(members.len() - left) as u64
}

/// How many sums may be told of each examined node, of two children the smaller first; `pooled` are
/// the columns on which the tree splits.
pub(crate) fn recount(
    tree: &Tree<Rule>,
    (pooled, depth): (&[Column], u32),
    candidates: &[Candidate<'_>],
    protections: Protections,
) -> Vec<(NodeId, usize)> {
    let Protections {
        min_side, min_node, ..
    } = protections;
    let is_open =
        |members: &[usize], candidate: &Candidate<'_>| smaller_side(members, candidate) >= min_side;
    let nodes = tree.nodes().len();
    let (mut members, mut depths) = (vec![Vec::new(); nodes], vec![0; nodes]);
    let mut open: Vec<Option<Vec<bool>>> = vec![None; nodes];
    let mut counts = Vec::new();
    let count = |open: &[bool]| open.iter().filter(|it| **it).count();
    members[0] = (0..pooled[0].values.len()).collect();
    if members[0].len() as u64 >= min_node {
        let root: Vec<bool> = candidates
            .iter()
            .map(|it| is_open(&members[0], it))
            .collect();
        counts.push((NodeId::ROOT, count(&root)));
        open[0] = Some(root);
    }
    for (NodeId(node), branch) in tree.branches() {
        let (node, rule) = (node as usize, branch.choice);
        let values = &pooled[rule.column as usize].values;
        let goes_left = |row: &usize| rule.goes_left(values[*row]);
        let (left, right): (Vec<usize>, Vec<usize>) =
            members[node].iter().partition(|row| goes_left(row));
        let mut pair = [(branch.left, left), (branch.right, right)];
        if pair[0].1.len() > pair[1].1.len() {
            pair.reverse();
        }
        let is_examined = pair[0].1.len() as u64 >= min_node && depths[node] + 1 < depth;
        let of_parent = open[node].clone().filter(|_| is_examined);
        for (here, sibling) in [(0, 1), (1, 0)] {
            let (child, rows) = (pair[here].0, &pair[here].1);
            depths[child.0 as usize] = depths[node] + 1;
            if let Some(of_parent) = &of_parent {
                let of_child = candidates.iter().zip(of_parent).map(|(it, of_parent)| {
                    let in_sibling = smaller_side(&pair[sibling].1, it);
                    let tells_of_few = (1..min_side).contains(&in_sibling);
                    *of_parent && is_open(rows, it) && !tells_of_few
                });
                let of_child: Vec<bool> = of_child.collect();
                counts.push((child, count(&of_child)));
                open[child.0 as usize] = Some(of_child);
            }
        }
        for (child, rows) in pair {
            members[child.0 as usize] = rows;
        }
    }
    counts
}
