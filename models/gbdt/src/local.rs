//! Fits over rows that lie in one place.

use std::ops::ControlFlow;

use crate::{
    BinRule, Boosting, Cuts, Direction, Drawn, Failure, Growth, Layout, Losses, Model, Objective,
    OutOfStep, Partition, Quanta, Rows, Search, Segment, Stopping, SumBits, Table, Totals, Tree,
    count::narrow, draw_columns,
};

/// A model and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The model, as it was when the loss of the rows held out was smallest.
    pub model: Model,
    /// The mean losses after no tree, one tree, and so on, up to the last that was grown; without a
    /// learning curve, after the last alone.
    pub losses: Vec<Losses>,
}

/// Fits a model to a table, and draws by the specification's own seed.
///
/// `watch` sees the losses after every number of trees whose losses are known, from none on, and may
/// stop the fit.
///
/// # Errors
///
/// [`Failure`] says why the rows give no model.
pub fn fit(
    boosting: &Boosting,
    table: &Table,
    watch: impl FnMut(&Losses) -> ControlFlow<()>,
) -> Result<Fit, Failure> {
    let cuts = Cuts::of(table.values(), boosting.specification().bins);
    let cuts = cuts.map_err(|_| Failure::NoColumns)?;
    let segments = vec![Segment::whole(boosting, table.rows())];
    fit_on(boosting, table, &cuts, segments, watch)
}

/// Fits a model to a table on given cut points.
///
/// `segments` make up the table's rows; all is as if each had been another party's, who had drawn
/// and rounded its rows by itself.
///
/// # Errors
///
/// [`Failure`] says why the rows give no model.
pub fn fit_on(
    boosting: &Boosting,
    table: &Table,
    cuts: &Cuts,
    segments: Vec<Segment>,
    mut watch: impl FnMut(&Losses) -> ControlFlow<()>,
) -> Result<Fit, Failure> {
    let spec = boosting.specification();
    let names: Vec<String> = table.columns().iter().map(|c| c.name.clone()).collect();
    let directions = directions(boosting, &names)?;
    let mut rows = Rows::new(boosting, table, cuts, segments)?;
    if rows.trained() == 0 && table.rows() == 0 {
        return Err(Failure::NoRows);
    }
    let is_split = rows.trained() > 0 && (rows.held_out() > 0) == spec.early_stopping.is_some();
    if !is_split {
        return Err(Failure::NothingHeldOut);
    }
    let totals = rows.label_totals();
    let base_score = spec.objective.base_score(totals.labels / totals.weights);
    rows.begin(base_score);
    let mut trees: Vec<Tree<BinRule>> = Vec::new();
    let mut stopping = Stopping::new(boosting);
    loop {
        let tree = narrow(trees.len());
        let is_measured = spec.learning_curve || tree == spec.trees;
        let drawn = if is_measured {
            rows.draw(tree)
        } else {
            rows.draw_alone(tree)
        };
        if is_measured {
            let losses = drawn.losses().means().ok_or(Failure::Diverged { tree })?;
            let goes_on = stopping.goes_on(losses);
            if watch(&losses).is_break() {
                return Err(Failure::Stopped);
            }
            if !goes_on {
                break;
            }
        }
        let tree = grow(boosting, (cuts, &directions), &mut rows, &drawn)?;
        trees.push(tree);
    }
    trees.truncate(stopping.best() as usize);
    Ok(Fit {
        model: model(spec.objective, names, base_score, cuts, &trees),
        losses: stopping.into_losses(),
    })
}

/// Grows a tree on the rows drawn for it, and adds it to all margins.
///
/// # Errors
///
/// If gradients are no finite numbers.
pub fn grow(
    boosting: &Boosting,
    (cuts, directions): (&Cuts, &[Option<Direction>]),
    rows: &mut Rows,
    drawn: &Drawn,
) -> Result<Tree<BinRule>, Failure> {
    let (spec, tree) = (boosting.specification(), drawn.tree());
    let totals = if spec.learning_curve {
        Some(drawn.totals())
    } else {
        let known = (drawn.totals().rows, rows.label_totals().weights);
        Totals::at_most(spec.objective, known)
    };
    let quanta = totals.and_then(|totals| Quanta::of(boosting, totals, SumBits::WIDEST));
    let quanta = quanta.ok_or(Failure::Diverged { tree })?;
    let partition = rows.round(drawn, quanta);
    let columns = draw_columns(boosting, cuts.columns(), tree);
    let search = Search::new(Layout::new(cuts, &columns), directions.to_vec());
    let growth = Growth::begin(boosting, quanta, partition.root(), partition.rows() as u64);
    let (tree, partition) = grown(growth, search, rows, partition);
    rows.add_grown(&tree, &partition);
    Ok(tree)
}

/// Gives the direction of each column that is to be monotone.
///
/// # Errors
///
/// If a column of the specification is not among `names`.
pub fn directions<'a>(
    boosting: &Boosting,
    names: impl IntoIterator<Item = &'a String> + Clone,
) -> Result<Vec<Option<Direction>>, Failure> {
    let monotone = &boosting.specification().monotone;
    let is_there = |column: &String| names.clone().into_iter().any(|name| name == column);
    if let Some(column) = monotone.keys().find(|column| !is_there(column)) {
        let column = column.clone();
        return Err(Failure::NoColumn { column });
    }
    let direction = |name: &String| monotone.get(name).copied();
    Ok(names.into_iter().map(direction).collect())
}

fn model(
    objective: Objective,
    names: Vec<String>,
    base_score: f64,
    cuts: &Cuts,
    trees: &[Tree<BinRule>],
) -> Model {
    Model::grown(objective, names, base_score, cuts, trees)
        .expect("a table's names differ, and rules are of the cuts they were found on")
}

fn grown(
    mut growth: Growth<BinRule>,
    mut search: Search,
    rows: &Rows,
    mut partition: Partition,
) -> (Tree<BinRule>, Partition) {
    part(&mut growth, &mut search, rows, &mut partition)
        .expect("steps come in the order that the growing tree asks for");
    (growth.finish(), partition)
}

fn part(
    growth: &mut Growth<BinRule>,
    search: &mut Search,
    rows: &Rows,
    partition: &mut Partition,
) -> Result<(), OutOfStep> {
    let layout = search.layout().clone();
    loop {
        let wanted = growth.wanted();
        let built = wanted
            .iter()
            .map(|wanted| partition.histogram(wanted.build, rows.binned(), &layout));
        search.examine(growth, built)?;
        let forks = growth.fork()?;
        if forks.is_empty() {
            return Ok(());
        }
        for fork in forks {
            let node = fork.node;
            let counts = partition.fork(rows.binned(), &fork);
            let (left, right) = counts.ok_or(OutOfStep { node })?;
            growth.count(node, left, right)?;
        }
    }
}
