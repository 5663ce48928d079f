//! What mistakes do to scores of quality, as a page: `cargo run -p consilium-lab --example behaviour-page -- PAGE
//! < LINES`, LINES being what `cargo xtask slow trust-behaviour` prints.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    io::{self, Read as _},
    path::PathBuf,
};

use consilium_lab::{
    Html,
    figure::{Anchor, At, Caption, Svg},
};
use consilium_plan::Lang;
use serde::Deserialize;

/// The size of a picture, and where its axes lie.
const SIZE: (f64, f64) = (390.0, 240.0);
const LEFT: f64 = 40.0;
const RIGHT: f64 = 370.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 190.0;

/// The colours of data sets, in the order of their names.
const CLASSES: [&str; 5] = ["exact", "pass", "pooled", "fail", "alone"];

/// The heading of values of rows, which are no scores of quality.
const VALUE: &str = "value";

/// Names of the pictures within the page.
const IDS: [&str; 7] = [
    "fig-1", "fig-2", "fig-3", "fig-4", "fig-5", "fig-6", "fig-7",
];

/// A line that was printed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Grown(Grown),
    Unchanged(Unchanged),
}

/// What a kind of mistakes has done.
#[derive(Deserialize)]
struct Grown {
    data: String,
    rows: usize,
    kind: String,
    heading: String,
    shares: Vec<f64>,
    scores: Vec<f64>,
    spearman: f64,
    others_moved: BTreeMap<String, f64>,
    /// Whether the goal was reached; nothing where none is set.
    ok: Option<bool>,
}

/// A change that must change nothing.
#[derive(Deserialize)]
struct Unchanged {
    data: String,
    control: String,
    ok: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let page = std::env::args_os().nth(1).ok_or("the page to write")?;
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let (mut grown, mut controls) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match serde_json::from_str(line)? {
            Line::Grown(line) => grown.push(line),
            Line::Unchanged(line) => controls.push(line),
        }
    }
    fs::write(PathBuf::from(page), html(&grown, &controls))?;
    Ok(())
}

fn html(grown: &[Grown], controls: &[Unchanged]) -> String {
    let title = "What mistakes do to scores of quality";
    let mut page = Html::new(title, Lang::En);
    page.head("Consilium · measured, not promised", title);
    let (of_value, of_quality): (Vec<&Grown>, Vec<&Grown>) =
        grown.iter().partition(|it| it.heading == VALUE);
    let sets = named(&of_quality);
    let most = of_quality.iter().flat_map(|it| it.others_moved.values());
    let most = most.copied().fold(0.0, f64::max);
    let same = controls.iter().filter(|it| it.ok).count();
    page.paragraph(
        "lead",
        format!(
            "Mistakes of {} kinds were let grow from none to half of the cells or rows of {} public data sets. The \
             score of a kind's own heading falls with them ({}), and no other moves by more than {most:.2} points. \
             {same} of {} changes that say nothing else of the rows change no score.",
            kinds(&of_quality).len(),
            sets.len(),
            rank(&of_quality),
            controls.len(),
        ),
    );
    page.paragraph("soft", listed(&sets));
    page.heading("Scores as mistakes grow");
    figure(
        &mut page,
        (&of_quality, &sets),
        &IDS,
        "The score of the heading that a kind of mistakes must lower, by the share of cells or rows with such \
         mistakes; one line for each data set that has cells of that kind, with its mark at one of the shares. A \
         heading has several rules and columns of which not all can be struck, so that lines end at different \
         heights.",
    );
    if !of_value.is_empty() {
        value(&mut page, &of_value);
    }
    page.heading("Which scores move");
    matrix(&mut page, &of_quality);
    page.heading("What must change nothing");
    nothing(&mut page, controls);
    page.finish()
}

/// What wrong labels do to what an institution's rows are worth.
fn value(page: &mut Html, grown: &[&Grown]) {
    let (held, free): (Vec<&Grown>, Vec<&Grown>) = grown.iter().partition(|it| it.ok.is_some());
    page.heading("Value as labels go wrong");
    page.paragraph("soft", listed(&named(grown)));
    figure(
        page,
        (grown, &named(grown)),
        &["fig-value"],
        "With wrong labels no rule of quality is broken: what falls is the value of an institution's rows to a \
         regression that several fit, in per cent of its value without them; rows that harm lie at 0.",
    );
    page.paragraph(
        "",
        format!("Value falls with wrong labels: {}.", rank(&held)),
    );
    for it in free {
        let text = format!(
            "{} has fewer than ten rows of one label, too few for a study to tell their value. It is drawn and not \
             held to anything: Spearman's rank correlation is {}.",
            it.data,
            correlation(it.spearman)
        );
        page.paragraph("note", text);
    }
}

/// Data sets by their names, with their rows.
fn named<'a>(grown: &[&'a Grown]) -> BTreeMap<&'a str, usize> {
    grown.iter().map(|it| (&it.data[..], it.rows)).collect()
}

fn listed(sets: &BTreeMap<&str, usize>) -> String {
    let sets: Vec<String> = sets
        .iter()
        .map(|(name, rows)| format!("{name} ({rows} rows)"))
        .collect();
    sets.join(" · ")
}

/// The highest rank correlation of share and score, where they must fall.
fn rank(grown: &[&Grown]) -> String {
    let highest = grown.iter().map(|it| it.spearman).fold(-1.0, f64::max);
    if highest > -1.0 {
        format!(
            "Spearman's rank correlation {} or below",
            correlation(highest)
        )
    } else {
        "Spearman's rank correlation −1 everywhere".to_owned()
    }
}

/// A rank correlation with a true minus sign.
fn correlation(value: f64) -> String {
    format!("{value:.3}").replacen('-', "−", 1)
}

/// The kinds of mistakes, in the order in which they were printed.
fn kinds<'a>(grown: &[&'a Grown]) -> Vec<&'a str> {
    let mut kinds: Vec<&str> = Vec::new();
    for line in grown {
        if !kinds.contains(&&line.kind[..]) {
            kinds.push(&line.kind);
        }
    }
    kinds
}

fn class(sets: &BTreeMap<&str, usize>, data: &str) -> &'static str {
    CLASSES[place(sets, data) % CLASSES.len()]
}

fn place(sets: &BTreeMap<&str, usize>, data: &str) -> usize {
    sets.keys().position(|it| *it == data).unwrap_or_default()
}

fn legend(page: &mut Html, sets: &BTreeMap<&str, usize>) {
    page.add("<p class=\"legend\">");
    for name in sets.keys() {
        let mut svg = Svg::new(26.0, 12.0);
        let style = format!("curve {}", class(sets, name));
        svg.polyline([At(0.0, 6.0), At(26.0, 6.0)], &style);
        svg.mark(At(13.0, 6.0), class(sets, name));
        let line = svg.finish(&Caption {
            id: "legend",
            title: (*name).to_owned(),
            alt: "a line".to_owned(),
        });
        page.add("<span>");
        page.add(line.replacen("<svg", "<svg style=\"display: inline; width: 26px\"", 1));
        page.element("b", "", format!(" {name}"));
        page.add("</span>");
    }
    page.add("</p>");
}

/// Pictures of all kinds, under one legend.
fn figure(
    page: &mut Html,
    (grown, sets): (&[&Grown], &BTreeMap<&str, usize>),
    ids: &[&'static str],
    caption: &str,
) {
    legend(page, sets);
    let mut pictures = "<div class=\"pair\">".to_owned();
    for (kind, id) in kinds(grown).into_iter().zip(ids) {
        pictures += &picture(grown, kind, id, sets);
    }
    pictures += "</div>";
    page.figure(&pictures, caption);
}

/// The scores of one kind's heading.
fn picture(grown: &[&Grown], kind: &str, id: &'static str, sets: &BTreeMap<&str, usize>) -> String {
    let mut svg = Svg::new(SIZE.0, SIZE.1);
    let across = |share: f64| LEFT + (RIGHT - LEFT) * share / 0.5;
    // A value may be below 0: rows that harm.
    let high = |score: f64| BOTTOM - (BOTTOM - TOP) * score.clamp(0.0, 100.0) / 100.0;
    for score in [0.0, 25.0, 50.0, 75.0, 100.0] {
        svg.line(At(LEFT, high(score)), At(RIGHT, high(score)), "grid");
        let at = At(LEFT - 6.0, high(score) + 4.0);
        svg.text(at, Anchor::End, "tick", &score.to_string());
    }
    for share in [0.0, 0.1, 0.2, 0.3, 0.4, 0.5] {
        let label = format!("{:.0} %", 100.0 * share);
        svg.text(
            At(across(share), BOTTOM + 17.0),
            Anchor::Middle,
            "tick",
            &label,
        );
    }
    svg.line(At(LEFT, BOTTOM), At(RIGHT, BOTTOM), "axis");
    let mut heading = "";
    for line in grown.iter().filter(|it| it.kind == kind) {
        heading = &line.heading;
        let places = line.shares.iter().zip(&line.scores);
        let places = places.map(|(share, score)| At(across(*share), high(*score)));
        let places: Vec<At> = places.collect();
        let (data, spearman) = (&line.data, correlation(line.spearman));
        svg.begin(&format!("{data}: Spearman {spearman}"));
        svg.polyline(
            places.iter().copied(),
            &format!("curve {}", class(sets, data)),
        );
        // At a share of its own, so that of lines that cover each other each can be seen.
        if let Some(at) = places.iter().rev().nth(place(sets, data)) {
            svg.mark(*at, class(sets, data));
        }
        svg.end();
    }
    let title = format!("{kind} → {heading}");
    svg.text(At(LEFT, 14.0), Anchor::Start, "label", &title);
    let middle = f64::midpoint(LEFT, RIGHT);
    svg.text(
        At(middle, BOTTOM + 38.0),
        Anchor::Middle,
        "name",
        "share with mistakes",
    );
    svg.finish(&Caption {
        id,
        title,
        alt: "lines that fall, one for each data set".to_owned(),
    })
}

/// Kinds of mistakes against headings.
fn matrix(page: &mut Html, grown: &[&Grown]) {
    let headings = grown
        .iter()
        .flat_map(|it| it.others_moved.keys().chain([&it.heading]));
    let headings: BTreeSet<&str> = headings.map(String::as_str).collect();
    let rows = kinds(grown).into_iter().map(|kind| {
        let lines = || grown.iter().filter(|it| it.kind == kind);
        let cell = |heading: &&str| {
            let fallen = lines().filter(|it| it.heading == **heading);
            let fallen = fallen.map(|it| it.spearman).reduce(f64::max);
            let moved = lines().filter_map(|it| it.others_moved.get(*heading).copied());
            match (fallen, moved.reduce(f64::max)) {
                (Some(spearman), _) => format!("ρ {}", correlation(spearman)),
                (None, Some(moved)) => format!("{moved:.2}"),
                (None, None) => "–".to_owned(),
            }
        };
        let cells = headings.iter().map(cell);
        std::iter::once(kind.to_owned()).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let header: Vec<&str> = std::iter::once("mistakes")
        .chain(headings.iter().copied())
        .collect();
    page.table(&header, &rows, 1);
    page.paragraph(
        "note",
        "ρ: the highest rank correlation of share and score over data sets, where the score must fall; it is held \
         to −0.95 or below. Other cells: by how many points a score has moved at most, over data sets and \
         shares; they are held to 5. Scores are shares of the cells that are there.",
    );
}

fn nothing(page: &mut Html, controls: &[Unchanged]) {
    let sets: BTreeSet<&str> = controls.iter().map(|it| &it.data[..]).collect();
    let mut names: Vec<&str> = Vec::new();
    for line in controls {
        if !names.contains(&&line.control[..]) {
            names.push(&line.control);
        }
    }
    let rows = sets.into_iter().map(|data| {
        let cell = |name: &&str| {
            let found = controls
                .iter()
                .find(|it| it.data == data && it.control == **name);
            match found.map(|it| it.ok) {
                Some(true) => "the same".to_owned(),
                Some(false) => "differs".to_owned(),
                None => "–".to_owned(),
            }
        };
        let cells = names.iter().map(cell);
        std::iter::once(data.to_owned()).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let header: Vec<&str> = std::iter::once("data")
        .chain(names.iter().copied())
        .collect();
    page.table(&header, &rows, usize::MAX);
}
