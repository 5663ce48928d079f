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

/// Closes boundaries, from each column's lowest on, until none lies a few rows from the one kept before
/// it, or from the last value; and those with missing values on the left where a few miss them.
fn far_apart(
    candidates: &[Candidate<'_>],
    open: &[bool],
    min_gap: u64,
    nodes: &[&[usize]],
) -> Vec<bool> {
    let allowed = |rows: usize| rows == 0 || rows as u64 >= min_gap;
    let count = |rows: &[usize], goes: &dyn Fn(f64) -> bool, values: &[f64]| {
        rows.iter().filter(|row| goes(values[**row])).count()
    };
    let mut open = open.to_vec();
    for (place, (values, rule)) in candidates.iter().enumerate() {
        let missing = |rows: &&[usize]| count(rows, &f64::is_nan, values);
        if rule.missing == Side::Left && !nodes.iter().map(missing).all(allowed) {
            open[place] = false;
        }
    }
    let mut kept: Option<Candidate<'_>> = None;
    for (place, (values, rule)) in candidates.iter().enumerate() {
        let column = values.as_ptr();
        let twin = |(_, (other, it)): &(usize, &Candidate<'_>)| {
            other.as_ptr() == column && it.threshold == rule.threshold
        };
        let twins = candidates.iter().enumerate().filter(twin);
        let twins: Vec<usize> = twins.map(|(place, _)| place).collect();
        if twins[0] != place || !twins.iter().any(|place| open[*place]) {
            continue;
        }
        let before = kept.filter(|(other, _)| other.as_ptr() == column);
        let above = |value: f64| before.is_none_or(|(_, it)| value > it.threshold);
        let is_apart = nodes.iter().all(|rows| {
            let between = |value: f64| above(value) && value <= rule.threshold;
            let with_missing = !nodes
                .iter()
                .all(|rows| allowed(count(rows, &f64::is_nan, values)));
            let beyond = |value: f64| value > rule.threshold || with_missing && value.is_nan();
            allowed(count(rows, &between, values)) && allowed(count(rows, &beyond, values))
        });
        if is_apart {
            kept = Some((values, *rule));
        } else {
            for place in twins {
                open[place] = false;
            }
        }
    }
    open
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
        min_side,
        min_gap,
        min_node,
        ..
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
        let root = far_apart(candidates, &root, min_gap, &[&members[0]]);
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
        let known = of_parent.map(|of_parent| {
            let rows = [&pair[0].1[..], &pair[1].1[..]];
            let known = candidates.iter().zip(of_parent).map(|(it, of_parent)| {
                let sizes = rows.map(|rows| smaller_side(rows, it));
                of_parent && sizes.iter().all(|size| *size == 0 || *size >= min_side)
            });
            far_apart(candidates, &known.collect::<Vec<bool>>(), min_gap, &rows)
        });
        for (child, rows) in &pair {
            depths[child.0 as usize] = depths[node] + 1;
            if let Some(known) = &known {
                let of_child = candidates.iter().zip(known);
                let of_child = of_child.map(|(it, known)| *known && is_open(rows, it));
                let of_child: Vec<bool> = of_child.collect();
                counts.push((*child, count(&of_child)));
                open[child.0 as usize] = Some(of_child);
            }
        }
        for (child, rows) in pair {
            members[child.0 as usize] = rows;
        }
    }
    counts
}
