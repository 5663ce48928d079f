mod made;
mod page;

use consilium_evaluation::{Evaluation, Measures};
use consilium_mailbox::PartyId;
use consilium_plan::Lang;
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

use self::made::{CLASSES, COUNTS, Gave, cell, classes, experiment, generated, numbers, outcome};
use super::{
    LostOf, Report, TurnedKnob,
    line::{COLUMNS, Column},
};
use crate::{Arm, Learnt, Scale, SettingNumber};

const ONE: &str = "[[approximate]]\nname = \"coarse\"\n\"trees.bins\" = [16]\n";
const SETTING: Arm = Arm::Approximate {
    setting: SettingNumber(1),
};

fn north() -> PartyId {
    "north".parse().expect("it is a name")
}

fn gave(score: f64, apart: [f64; 3], cpu_s: f64) -> Gave {
    Gave {
        score,
        apart,
        cpu_s,
        sent_bytes: 4_000,
        wall_s: cpu_s / 2.0,
    }
}

/// Two runs of the exact plan and of a setting, one of each alone; a third of the setting failed.
fn by_hand() -> Report {
    let experiment = experiment("By hand", CLASSES, ONE);
    let local = Arm::Local { party: north() };
    let fits = [
        (Arm::Exact, 1, gave(0.80, [0.01, 0.0, 0.0], 10.0)),
        (Arm::Exact, 2, gave(0.82, [0.03, 0.0, 0.0], 12.0)),
        (SETTING, 1, gave(0.796, [0.0, 0.0, 0.0], 2.0)),
        (SETTING, 2, gave(0.818, [0.02, 0.0, 0.0], 2.5)),
        (local, 1, gave(0.70, [0.05, 0.0, 0.0], 1.0)),
    ];
    let fits = fits
        .map(|(arm, seed, gave)| outcome(&experiment, cell(&arm, seed, 0), Ok((gave, classes))));
    let failed = outcome(&experiment, cell(&SETTING, 1, 1), Err("no rows"));
    let outcomes: Vec<_> = fits.into_iter().chain([failed]).collect();
    Report::new(&experiment, &outcomes)
}

fn near(value: f64, by_hand: f64) {
    assert!((value - by_hand).abs() < 1e-6, "{value}, by hand {by_hand}");
}

#[test]
fn figures_are_those_of_a_calculation_by_hand() {
    let report = by_hand();
    let exact = report.arm(&Arm::Exact).expect("it is an arm");
    let auc = exact.measures[&report.score()];
    near(auc.mean, 0.81);
    near(auc.deviation.expect("there are two"), 0.02 / 2.0_f64.sqrt());
    near(exact.cpu_s.expect("it was measured").mean, 11.0);
    near(
        exact.parties[&north()].cpu_s.expect("it took part").mean,
        2.75,
    );
    near(
        exact.parties[&north()].score.expect("it has rows").mean,
        0.83,
    );
    near(exact.sent_bytes.expect("it was measured").mean, 4_000.0);
    near(report.overlap, 0.5);
    // Two values: t of one degree at 97.5 % is 12.7062; variance 0.0002 (1/2 + 1/2).
    let interval = exact.score.expect("there are two");
    near(
        interval.high - interval.estimate,
        12.706_204_7 * 0.0002_f64.sqrt(),
    );

    let setting = &report.settings[0];
    let verdict = setting.verdict.expect("there are pairs");
    // The mean of .005 and .002/.82, and 1 less the root of .2 times 2.5/12.
    near(verdict.lost.estimate, 0.003_719_512);
    near(verdict.saved_cpu.estimate, 0.795_875_9);
    near(verdict.saved_bytes.estimate, 0.0);
    // It keeps both bounds, but one run gave no model.
    assert!(!verdict.passes && verdict.confidence.is_none() && setting.on_front);
    assert_eq!((verdict.pairs, report.best), (2, Some(SettingNumber(1))));
    let north = setting.institutions[&north()];
    // .796 and .838 against .81 and .85; alone there is the first run only.
    near(north.exact.expect("there are two"), -0.013);
    near(north.alone.expect("there is one"), 0.046);

    let arm = report.arm(&SETTING).expect("it is an arm");
    assert_eq!((arm.fitted, arm.failures.len()), (2, 1));
    assert_eq!(arm.failures[0].reason, "no rows");
    assert_eq!(arm.curve.len(), 21);
    assert!(
        report
            .sentence(setting, Lang::En)
            .ends_with("; no model in 1 of 3 runs")
    );
}

#[test]
fn published_figures_stand_beside_those_of_their_arms() {
    let published = "[[published]]\nname = \"theirs\"\nsource = \"a paper\"\nmeasure = \"accuracy\"\n\
                     value = 0.75\ndeviation = 0.02\nbeside = \"exact\"\n";
    let experiment = experiment("Beside", CLASSES, &format!("{ONE}{published}"));
    let exact = |seed, score| {
        let gave = gave(score, [0.0; 3], 1.0);
        outcome(&experiment, cell(&Arm::Exact, seed, 0), Ok((gave, classes)))
    };
    let report = Report::new(&experiment, &[exact(1, 0.83), exact(2, 0.85)]);
    let [beside] = &report.published[0].here[..] else {
        panic!("it stands beside one arm");
    };
    assert_eq!(beside.arm, Arm::Exact);
    // The accuracy of such an outcome is its score less 0.05.
    near(beside.found.expect("there is a model").mean, 0.79);
    near(beside.deviations.expect("there is a deviation"), 2.0);
    let page = report.html(Lang::En);
    assert!(
        page.contains("a paper") && page.contains("± 0.0200"),
        "{page}"
    );
}

#[test]
fn the_plan_is_told_by_its_hash_and_its_departures() {
    let report = by_hand();
    assert_eq!(report.plan.to_string().len(), 64);
    assert_ne!(report.plan, report.settings[0].plan);
    let [
        TurnedKnob {
            path,
            value,
            default,
            ..
        },
    ] = &report.departures[..]
    else {
        panic!("{:?}", report.departures);
    };
    let told = (path.as_str(), value.as_deref(), default.as_deref());
    assert_eq!(told, ("trees.trees", Some("20"), Some("100")));
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("it is JSON");
    assert_eq!(json["measures"][0], "auc");
    assert_eq!(json["settings"][0]["verdict"]["passes"], false);
    assert_eq!(json["arms"][1]["party"], "north");
    assert_eq!(json["cells"].as_array().map(Vec::len), Some(6));
}

#[test]
fn rows_are_told_party_by_party_from_the_least_to_the_most() {
    let experiment = experiment("Rows", CLASSES, ONE);
    let mut cells = [1, 2].map(|seed| {
        let gave = gave(0.8, [0.0; 3], 1.0);
        outcome(&experiment, cell(&Arm::Exact, seed, 0), Ok((gave, classes)))
    });
    let (_, second) = &mut cells[1];
    second.rows.dropped = 7;
    let own = second.rows_by_party.get_mut(&north()).expect("it has rows");
    (own.train, own.mean_label) = (31, Some(0.25));
    let report = Report::new(&experiment, &cells);
    let rows = &report.rows_by_party[&north()];
    assert_eq!((rows.train.least, rows.train.most), (31, 40));
    assert_eq!((rows.test.least, rows.test.most), (20, 20));
    let label = rows.mean_label.expect("it has labels");
    assert!((label.least - 0.25).abs() < 1e-12 && (label.most - 1.0 / 3.0).abs() < 1e-12);
    let page = report.html(Lang::En);
    let row = "<td>north</td><td class=\"number\">31 to 40</td><td class=\"number\">20</td>\
               <td class=\"number\">25.0\u{a0}% to 33.3\u{a0}%</td>";
    assert!(page.contains(row), "{page}");
    cells.reverse();
    let page = Report::new(&experiment, &cells).html(Lang::Zh);
    assert!(page.contains("31 至 40") && page.contains("7 行不属于任何机构"));
}

#[test]
fn an_experiment_may_have_bounds_of_its_own() {
    let own = "[bargain]\nlost = 0.005\nsaved = 0.5\n";
    let bounds = |settings: &str| {
        let experiment = experiment("Bounds", CLASSES, settings);
        let fits = [(Arm::Exact, 0.8, 10.0), (SETTING, 0.794, 6.0)].map(|(arm, score, cpu_s)| {
            let gave = gave(score, [0.0; 3], cpu_s);
            outcome(&experiment, cell(&arm, 1, 0), Ok((gave, classes)))
        });
        let report = Report::new(&experiment, &fits);
        let verdict = report.settings[0].verdict.expect("there is a pair");
        (verdict.passes, report.html(Lang::En))
    };
    let (passes, page) = bounds(ONE);
    assert!(passes && !page.contains("the experiment's own"), "{page}");
    let (passes, page) = bounds(&format!("{own}{ONE}"));
    assert!(!passes, "it loses 0.75 % and saves 40 %");
    let said = "at most 0.5\u{a0}% lost and at least 50\u{a0}% saved, in the place of 3\u{a0}% and 10\u{a0}%";
    assert!(page.contains(said), "{page}");
}

#[test]
fn of_counts_the_deviance_decides() {
    let experiment = experiment("Counts", COUNTS, ONE);
    let outcomes = [(Arm::Exact, 4.0, 10.0), (SETTING, 4.2, 5.0)].map(|(arm, score, cpu_s)| {
        let gave = gave(score, [0.1, 0.0, 0.0], cpu_s);
        outcome(&experiment, cell(&arm, 1, 0), Ok((gave, numbers)))
    });
    let report = Report::new(&experiment, &outcomes);
    assert_eq!(report.score().scale(), Scale::LessIsBetter);
    assert_eq!(report.lost_of, LostOf::ExplainedDeviance);
    let setting = &report.settings[0];
    let verdict = setting.verdict.expect("there is a pair");
    // The mean of the labels has 5: of 1 that is explained .2 are lost.
    near(verdict.lost.estimate, 0.2);
    near(report.nothing_loses.expect("something is explained"), 1.0);
    near(
        setting.institutions[&north()].exact.expect("it has rows"),
        -0.2,
    );
    assert!(!verdict.passes && verdict.confidence.is_none());
}

/// Two runs of the exact plan and of a setting with these measures.
fn judged(learner: &str, measures: [Measures; 4]) -> Report {
    let experiment = experiment("Judged", learner, ONE);
    let runs = [(Arm::Exact, 1), (Arm::Exact, 2), (SETTING, 1), (SETTING, 2)];
    let outcomes = runs
        .into_iter()
        .zip(measures)
        .map(|((arm, seed), measures)| {
            let cpu_s = if arm == SETTING { 2.0 } else { 10.0 };
            let gave = gave(0.8, [0.0; 3], cpu_s);
            let made = outcome(&experiment, cell(&arm, seed, 0), Ok((gave, classes)));
            let (key, mut outcome) = made;
            if let Learnt::Fitted(fitted) = &mut outcome.result {
                fitted.measures = measures;
            }
            (key, outcome)
        });
    Report::new(&experiment, &outcomes.collect::<Vec<_>>())
}

fn of_one_class() -> Measures {
    let Measures::Classes(two) = classes(0.8) else {
        panic!("they are of classes");
    };
    Measures::Classes(Evaluation {
        positives: 0,
        auc: None,
        ..two
    })
}

#[test]
fn where_a_measure_is_undefined_the_reason_says_which_and_why() {
    let report = judged(CLASSES, [(); 4].map(|()| of_one_class()));
    let setting = &report.settings[0];
    assert_eq!(
        report.sentence(setting, Lang::En),
        "no verdict: AUC is undefined where all test rows are of one class"
    );
    assert!(!report.is_judged() && !setting.passes());
    // One run of two that tells is enough, and the other is counted.
    let (some, one) = (classes(0.8), of_one_class());
    let report = judged(CLASSES, [some.clone(), one.clone(), some, one]);
    let said = report.sentence(&report.settings[0], Lang::En);
    let left_out = "; 1 of 2 runs left out: AUC is undefined where all test rows are of one class";
    assert!(
        said.starts_with("passes: ") && said.ends_with(left_out),
        "{said}"
    );
    assert!(report.is_judged());
}

#[test]
fn an_exact_plan_that_tells_nothing_judges_nobody() {
    let report = judged(CLASSES, [(); 4].map(|()| classes(0.51)));
    let said = report.sentence(&report.settings[0], Lang::En);
    assert!(said.contains("so near to chance"), "{said}");
    let report = judged(COUNTS, [5.0, 5.001, 5.0, 5.001].map(numbers));
    let said = report.sentence(&report.settings[0], Lang::En);
    assert!(said.contains("does not clearly lie below"), "{said}");
    assert!(!report.is_judged() && report.nothing_loses.is_none());
}

#[test]
fn what_holds_of_all_is_said_once() {
    let remarks = |report: &Report| report.remarks(Lang::En).join(" ");
    let report = judged(CLASSES, [0.8, 0.82, 0.81, 0.831].map(classes));
    assert_eq!((report.cells.len(), report.of), (4, 24));
    let said = remarks(&report);
    assert!(said.contains("Unfinished: 4 of 24 cells."), "{said}");
    assert!(
        said.contains("the whole interval is a gain of setting 1."),
        "{said}"
    );
    assert!(report.html(Lang::En).contains(&said[..26]), "{said}");
    let whole = generated(&experiment("Whole", CLASSES, ""), classes, |_| false);
    assert_eq!(whole.remarks(Lang::En), Vec::<String>::new());
}

#[test]
fn a_setting_that_discloses_more_says_what() {
    let rounds = "[[approximate]]\n\"trees.bins\" = [16]\n\"trees.rows\" = [{ share = 0.5 }]\n";
    let experiment = experiment("Disclosures", CLASSES, rounds);
    let report = Report::new(&experiment, &[]);
    let setting = &report.settings[0];
    let lines = |plan: &consilium_plan::Plan| -> Vec<String> {
        let doubled = "coordinator, the coordinator, learns";
        let line = |it: &consilium_plan::Disclosure| it.line(Lang::En);
        plan.disclosures()
            .iter()
            .map(|it| line(it).replace(doubled, "the coordinator learns"))
            .collect()
    };
    let (exact, own) = (
        lines(experiment.exact()),
        lines(&experiment.settings()[0].plan),
    );
    let more: Vec<&String> = own.iter().filter(|line| !exact.contains(line)).collect();
    let less: Vec<&String> = exact.iter().filter(|line| !own.contains(line)).collect();
    assert_eq!(
        setting
            .discloses_more
            .iter()
            .map(|it| &it.en)
            .collect::<Vec<_>>(),
        more
    );
    assert_eq!(
        setting
            .discloses_less
            .iter()
            .map(|it| &it.en)
            .collect::<Vec<_>>(),
        less
    );
    let said = "no verdict: not run yet";
    assert_eq!(report.sentence(setting, Lang::En), said);
    assert_eq!((setting.verdict, report.best), (None, None));
}

#[test]
fn csv_and_parquet_are_read_back_equal() {
    let settings = "[[approximate]]\nname = \"a \\\"b\\\", c\"\n\"trees.bins\" = [16, 32]\n";
    let experiment = experiment("Tables", CLASSES, settings);
    let report = generated(&experiment, classes, |cell| {
        cell.arm == SETTING && cell.seed == 2
    });
    assert_eq!(report.cells.len(), 28);
    let expected: Vec<Vec<Option<String>>> = report.cells.iter().map(written).collect();

    let csv = report.csv();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    assert_eq!(reader.headers().expect("there are names"), names);
    let some = |field: &str| (!field.is_empty()).then(|| field.to_owned());
    let read = reader
        .records()
        .map(|line| line.expect("it is CSV").iter().map(some).collect());
    assert_eq!(read.collect::<Vec<Vec<_>>>(), expected);

    let file = report.parquet().expect("memory takes it");
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("it is Parquet");
    let text = |field: &Field| match field {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        Field::ULong(count) => Some(count.to_string()),
        Field::Double(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).expect("it has rows");
    let read = rows.map(|row| {
        let row = row.expect("it is a row");
        let names_of_row: Vec<&str> = row
            .get_column_iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names_of_row, names);
        row.get_column_iter()
            .map(|(_, field)| text(field))
            .collect()
    });
    assert_eq!(read.collect::<Vec<Vec<_>>>(), expected);
}

#[test]
fn a_cell_with_costs_that_nobody_has_makes_a_report_all_the_same() {
    let experiment = experiment("Damaged", CLASSES, ONE);
    let gave = gave(0.8, [0.0; 3], 10.0);
    let (key, mut damaged) = outcome(&experiment, cell(&Arm::Exact, 1, 0), Ok((gave, classes)));
    let Learnt::Fitted(fitted) = &mut damaged.result else {
        panic!("it has a model");
    };
    fitted.parties[0].sent_bytes = u64::MAX;
    let report = Report::new(&experiment, &[(key, damaged)]);
    assert_eq!(report.cells[0].sent_bytes, Some(u64::MAX));
    assert!(report.html(Lang::En).ends_with("</html>\n"));
}

#[test]
fn the_guide_names_every_column_and_every_field() {
    let guide = include_str!("../../../docs/guide/lab.md");
    let (_, files) = guide
        .split_once("## The files")
        .expect("it has a section on them");
    let json: serde_json::Value = serde_json::from_str(&by_hand().json()).expect("it is JSON");
    let fields = |value: &serde_json::Value| -> Vec<String> {
        let object = value.as_object().expect("it is an object");
        object.keys().cloned().collect()
    };
    let mut all = fields(&json);
    for path in [
        "/bargain",
        "/rows",
        "/rows_by_party/north",
        "/rows_by_party/north/train",
        "/arms/4",
        "/settings/0",
        "/settings/0/verdict",
        "/settings/0/verdict/lost",
    ] {
        all.extend(fields(json.pointer(path).expect(path)));
    }
    all.extend(COLUMNS.iter().map(|(name, _)| (*name).to_owned()));
    for name in all {
        assert!(files.contains(&format!("`{name}`")), "{name}");
    }
}

fn written(line: &super::Line) -> Vec<Option<String>> {
    let columns = COLUMNS.iter().map(|(_, column)| match column {
        Column::Text(of) => of(line),
        Column::Count(of) => of(line).map(|count| count.to_string()),
        Column::Number(of) => of(line).map(|number| number.to_string()),
    });
    columns.collect()
}
