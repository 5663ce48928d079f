//! What a page is, whatever is on it.

use consilium_plan::Lang;

use super::{CLASSES, COUNTS, ONE, SETTING, classes, experiment, generated, numbers};
use crate::{Arm, Report};

const CANARY: &str = "<script>alert('x & y')</script>";
const MANY: &str =
    "[[approximate]]\n\"trees.bins\" = [16, 32, 64, 128, 200]\n\"trees.trees\" = [5, 10, 30, 40]\n";

/// Reads markup as XML reads it: every element is closed, in order, and its texts and attributes
/// hold nothing that is markup. Gives the names of all elements and the text.
fn read(page: &str) -> (Vec<String>, String) {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("it is HTML");
    let (mut open, mut names, mut text) = (Vec::new(), Vec::new(), String::new());
    while let Some((before, behind)) = rest.split_once('<') {
        check_text(before);
        text += before;
        let (tag, behind) = behind.split_once('>').expect("a tag ends");
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "near {text:.80}");
            continue;
        }
        let (tag, is_empty) = tag
            .strip_suffix('/')
            .map_or((tag, false), |tag| (tag, true));
        let name = tag.split(' ').next().unwrap_or_default().to_owned();
        check_attributes(tag.strip_prefix(&name).unwrap_or_default());
        names.push(name.clone());
        if name == "style" {
            let (_, behind) = rest.split_once("</style>").expect("the style ends");
            rest = behind;
        } else if !is_empty {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    (names, text)
}

fn check_attributes(mut rest: &str) {
    while !rest.is_empty() {
        let (name, behind) = rest.split_once("=\"").expect("an attribute has a value");
        let (value, behind) = behind.split_once('"').expect("a value ends");
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let name = name.strip_prefix(' ').expect("attributes are apart");
        assert!(!name.is_empty() && name.chars().all(is_name), "{name}");
        check_text(value);
        rest = behind;
    }
}

fn check_text(text: &str) {
    assert!(!text.contains(['<', '>']), "{text}");
    for reference in text.split('&').skip(1) {
        let (name, _) = reference.split_once(';').expect("a reference ends");
        let known = ["amp", "lt", "gt", "quot", "#39", "#160"];
        assert!(known.contains(&name), "&{name};");
    }
}

fn reports() -> Vec<Report> {
    let named = format!(
        "[[approximate]]\nname = {CANARY:?}\n\"trees.bins\" = [16, 32]\n[[published]]\nname = {CANARY:?}\nsource = {CANARY:?}\n\
         measure = \"auc\"\nvalue = 0.7\nbeside = {CANARY:?}\n"
    );
    vec![
        generated(&experiment(CANARY, CLASSES, MANY), classes, |_| false),
        generated(&experiment("One", CLASSES, ONE), classes, |_| false),
        generated(&experiment("Failed", CLASSES, &named), classes, |cell| {
            cell.arm == SETTING
        }),
        generated(&experiment("Nothing", CLASSES, ONE), classes, |_| true),
        generated(&experiment("None", CLASSES, ""), classes, |_| false),
        generated(&experiment("Counts", COUNTS, MANY), numbers, |cell| {
            cell.seed == 2
        }),
        Report::new(&experiment("Not run", COUNTS, MANY), &[]),
    ]
}

#[test]
fn pages_are_well_formed_and_need_nothing_else() {
    for report in reports() {
        for lang in Lang::ALL {
            let page = report.html(lang);
            let (names, _) = read(&page);
            for foreign in ["script", "link", "img", "iframe", "object"] {
                assert!(!names.iter().any(|name| name == foreign), "{foreign}");
            }
            for outside in ["http:", "https:", "url(", "@import", "NaN", "inf\""] {
                assert!(!page.contains(outside), "{outside} in {}", report.title);
            }
            let pictures = page.matches("<svg ").count();
            assert!((1..=6).contains(&pictures), "{pictures}");
            assert_eq!(page.matches("<svg role=\"img\"").count(), pictures);
            assert_eq!(page.matches("-title\"><title id=").count(), 0);
            assert_eq!(page.matches("</title><desc id=").count(), pictures);
        }
    }
}

#[test]
fn what_files_say_is_text_and_never_markup() {
    let reports = reports();
    for (report, times) in [(&reports[0], 2), (&reports[2], 1)] {
        let page = report.html(Lang::En);
        assert!(!page.contains("<script"), "{}", report.title);
        let escaped = "&lt;script&gt;alert(&#39;x &amp; y&#39;)&lt;/script&gt;";
        assert!(page.matches(escaped).count() >= times, "{}", report.title);
    }
    let page = reports[2].html(Lang::En);
    assert!(page.contains("its &lt;rows&gt; are all of one class &amp; give no model"));
}

#[test]
fn every_setting_is_there_with_its_verdict_and_failures_with_their_reason() {
    for report in reports() {
        for lang in Lang::ALL {
            let (_, text) = read(&report.html(lang));
            let text = text.replace("&quot;", "\"");
            for setting in &report.settings {
                assert!(text.contains(&setting.turned()), "{}", setting.turned());
                let sentence = report.sentence(setting, lang);
                assert!(text.contains(&sentence), "{sentence}");
            }
            assert!(
                text.contains(&report.plan.to_string()),
                "the exact plan's hash"
            );
            assert!(text.contains("consilium lab run lab.toml"));
            for departure in &report.departures {
                assert!(text.contains(departure.meaning.say(lang)));
            }
            let failed = report.arms.iter().any(|arm| !arm.failures.is_empty());
            assert_eq!(text.contains("give no model"), failed);
        }
    }
}

#[test]
fn labels_are_names_where_few_are_short_and_numbers_else() {
    let page = reports()[1].html(Lang::En);
    assert!(page.contains(">1 · bins 16</text>"));
    let page = reports()[0].html(Lang::En);
    assert!(page.contains("class=\"label\"") && page.contains(">20</text>"));
    let exact = reports()[0].arm(&Arm::Exact).map(|arm| arm.fitted);
    assert_eq!(exact, Some(4));
}
