//! What a steward reads who can't approve.

use consilium_plan::Code;

use super::*;
use crate::hint::Hinted;

fn changed() -> Failure {
    let party = "north".parse().unwrap();
    Failure::new(Code::DataChanged)
        .of(&party)
        .with("data", "visits")
}

fn few() -> Failure {
    let party = "north".parse().unwrap();
    let few = Failure::new(Code::VerifiedTooFew).of(&party);
    few.with("verified", 1).with("minimum", 3)
}

#[test]
fn a_page_names_each_obstacle_with_its_remedy() {
    for (lang, heading) in [
        (Lang::En, "# What stands in the way here\n"),
        (Lang::Zh, "# 此处的障碍\n"),
    ] {
        let mut page = Vec::new();
        print(&[changed(), few()], &mut page, lang).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains(heading), "{page}");
        for told in [
            "DATA-CHANGED",
            "consilium data add visits",
            "VERIFIED-TOO-FEW",
            "consilium participant verify",
        ] {
            assert!(page.contains(told), "{page}");
        }
        let mut page = Vec::new();
        print(&[], &mut page, lang).unwrap();
        assert!(page.is_empty());
    }
}

#[test]
fn an_approval_is_refused_in_words_and_with_the_way_out() {
    refuse(&[], Lang::En).unwrap();
    let error = refuse(&[changed()], Lang::En).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with("nothing was signed: "), "{told}");
    assert!(told.ends_with("(DATA-CHANGED)"), "{told}");
    let hinted = error.downcast_ref::<Hinted>().unwrap();
    assert!(hinted.hint.contains("consilium data add visits"));
    let both = refuse(&[changed(), few()], Lang::Zh).unwrap_err();
    let told = both.to_string();
    assert!(
        told.contains("DATA-CHANGED") && told.contains("VERIFIED-TOO-FEW"),
        "{told}"
    );
}
