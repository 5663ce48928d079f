use consilium_codes::{
    Chosen, CodeMap, CodesError, Edition, Entry, MapHead, Mapping, RowFault, Rule, Weights,
};

use crate::map;

fn codes(codes: &[&str]) -> Chosen {
    Chosen::Codes(codes.iter().map(|&code| code.to_owned()).collect())
}

#[test]
fn a_map_tells_how_well_it_knows_a_code() {
    let map = map();
    let cases = [
        ("001.0", Mapping::Exact),
        ("002.0", Mapping::Approximate),
        ("250.50", Mapping::Ambiguous),
        ("707.02", Mapping::Ambiguous),
        ("998.9", Mapping::Combination),
        ("V64.1", Mapping::NoMap),
        ("999.9", Mapping::Absent),
    ];
    for (code, expected) in cases {
        assert_eq!(map.mapping(code), expected, "{code}");
    }
    let pressure = map.get("707.02").unwrap();
    assert_eq!(pressure.ways(), 2);
    assert_eq!(pressure.way(1).unwrap(), ["L89.129", "L97.909"]);
    assert_eq!(pressure.way(2), None);
}

#[test]
fn each_rule_chooses_what_it_says() {
    let map = map();
    let weights = "kind = \"weights\"\nsystem = \"icd-10-cm\"\nsource = \"none\"\n---\n\
                   code,weight\nE11.319,5\nE11.39,2\nL97.909,1\n";
    let weights = Rule::Weight(Weights::read(weights.as_bytes()).unwrap());
    let cases = [
        (&Rule::OnlyUnambiguous, "001.0", codes(&["A00.0"])),
        (
            &Rule::OnlyUnambiguous,
            "998.9",
            codes(&["T81.9XXA", "T88.9XXA"]),
        ),
        (&Rule::OnlyUnambiguous, "250.50", Chosen::Undecided),
        (&Rule::First, "250.50", codes(&["E11.311"])),
        (&Rule::First, "707.02", codes(&["L89.119", "L97.909"])),
        (
            &Rule::All,
            "250.50",
            codes(&["E11.311", "E11.319", "E11.39"]),
        ),
        (&Rule::CommonAncestor, "250.50", codes(&["E11.3"])),
        (&Rule::CommonAncestor, "707.02", Chosen::Undecided),
        (&weights, "250.50", codes(&["E11.319"])),
        // Neither of both ways weighs more.
        (&weights, "707.02", Chosen::Undecided),
        (&Rule::First, "V64.1", Chosen::NoMap),
        (&Rule::First, "999.9", Chosen::Absent),
    ];
    for (rule, code, expected) in cases {
        assert_eq!(rule.choose(&map, code), expected, "{} {code}", rule.name());
    }
}

#[test]
fn a_map_that_is_written_reads_back_alike() {
    let map = map();
    let again = CodeMap::read(map.to_text().as_bytes()).unwrap();
    assert!(again.iter().eq(map.iter()));
    assert_eq!(again.head(), map.head());
}

#[test]
fn the_way_back_is_ambiguous_where_two_sources_became_one() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "1".to_owned(),
    };
    let head = MapHead::new(edition("local-a"), edition("local-b"), "made up");
    let entry = |source: &str, target: &str| (source.to_owned(), Entry::single(target, false));
    let map = CodeMap::new(&head, [entry("a", "x"), entry("b", "x"), entry("c", "y")]).unwrap();
    let back = map.reversed().unwrap();
    assert_eq!(back.mapping("x"), Mapping::Ambiguous);
    assert_eq!(
        back.get("x")
            .unwrap()
            .targets()
            .into_iter()
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(back.mapping("y"), Mapping::Exact);

    // A part of a combination leads back approximately.
    let back = self::map().reversed().unwrap();
    assert_eq!(back.mapping("T81.9XXA"), Mapping::Approximate);

    let round = map.then(&back_of(&map)).unwrap();
    assert_eq!(round.mapping("a"), Mapping::Ambiguous);
    assert_eq!(round.mapping("c"), Mapping::Exact);
}

fn back_of(map: &CodeMap) -> CodeMap {
    map.reversed().unwrap()
}

#[test]
fn maps_that_do_not_meet_are_refused() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "1".to_owned(),
    };
    let entry = |source: &str, target: &str| (source.to_owned(), Entry::single(target, true));
    let first = MapHead::new(edition("local-a"), edition("local-b"), "made up");
    let second = MapHead::new(edition("local-b"), edition("local-c"), "made up");
    let first = CodeMap::new(&first, [entry("a", "x"), entry("b", "y")]).unwrap();
    let second = CodeMap::new(&second, [entry("x", "1")]).unwrap();
    let both = first.then(&second).unwrap();
    assert_eq!(both.mapping("a"), Mapping::Approximate);
    assert_eq!(both.mapping("b"), Mapping::Absent);
    assert!(matches!(second.then(&first), Err(CodesError::Apart { .. })));
    assert_eq!(both.head().licence, "");
}

#[test]
fn what_the_second_map_does_not_know_is_absent_and_not_without_target() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "1".to_owned(),
    };
    let map = |systems: [&str; 2], rows: &str| {
        let [from, to] = systems;
        let text = format!(
            "kind = \"map\"\nsource = \"made up\"\nlicence = \"{to}\"\n[from]\nsystem = \"{from}\"\n\
             version = \"1\"\n[to]\nsystem = \"{to}\"\nversion = \"1\"\n---\n\
             source,target,scenario,choice\n{rows}"
        );
        CodeMap::read(text.as_bytes()).unwrap()
    };
    let first = map(
        ["local-a", "local-b"],
        "known,x,,\nnone,y,,\nunknown,z,,\nboth,y,,\nboth,z,,\nsome,x,,\nsome,z,,\n\
         together,x,1,1\ntogether,z,1,2\nnothing,,,\n",
    );
    let second = map(["local-b", "local-c"], "x,1,,\ny,,,\n");
    let joined = first.then(&second).unwrap();
    for (code, expected) in [
        ("known", Mapping::Exact),
        ("none", Mapping::NoMap),
        ("nothing", Mapping::NoMap),
        ("unknown", Mapping::Absent),
        ("both", Mapping::Absent),
        ("together", Mapping::Absent),
        ("some", Mapping::Exact),
    ] {
        assert_eq!(joined.mapping(code), expected, "{code}");
    }
    assert_eq!(joined.head().licence, "local-b; local-c");

    // 300 scenarios of two codes each: more than 255, and fewer than 4,096.
    let rows: Vec<String> = (0..300)
        .map(|it| format!("x{it},p{it},1,1\nx{it},q{it},1,2\n"))
        .collect();
    let many = map(["local-b", "local-c"], &rows.concat());
    let to = |it: usize| (format!("a{}", it / 300), format!("x{it}"));
    let rows: Vec<String> = (0..300)
        .map(to)
        .map(|(from, to)| format!("{from},{to},,\n"))
        .collect();
    let wide = map(["local-a", "local-b"], &rows.concat());
    let joined = wide.then(&many).unwrap();
    assert_eq!(joined.get("a0").unwrap().ways(), 300);
    assert_eq!(joined.head().from, edition("local-a"));
}

#[test]
fn rows_that_contradict_each_other_are_refused() {
    let text = include_str!("../files/map.csv");
    for row in [
        "V64.1,A00.0,,,",
        "001.0,A00.0,,,",
        "001.1,,,1,1",
        "001.1,A00.1,,1,",
        "001.1,A00.1,2,,",
    ] {
        let refused = CodeMap::read(format!("{text}{row}\n").as_bytes());
        assert!(
            matches!(refused, Err(CodesError::Row { line: 23, .. })),
            "{row}: {refused:?}"
        );
    }
}

/// The head of a map between systems of a house.
const LOCAL: &str = "kind = \"map\"\nsource = \"none\"\n[from]\nsystem = \"local-a\"\nversion = \"1\"\n\
                     [to]\nsystem = \"local-b\"\nversion = \"1\"\n---\nsource,target\n";

#[test]
fn many_targets_of_one_source_and_many_sources_of_one_target_are_taken_in_one_go() {
    use std::fmt::Write as _;
    let mut text = LOCAL.to_owned();
    for target in 0..200_000 {
        writeln!(text, "one,t{target}").unwrap();
    }
    let map = CodeMap::read(text.as_bytes()).unwrap();
    assert_eq!(map.get("one").unwrap().ways(), 200_000);
    let turned = map.reversed().unwrap();
    assert_eq!(
        turned.reversed().unwrap().get("one").unwrap().ways(),
        200_000
    );
}

#[test]
fn a_row_that_stands_twice_is_named_with_the_line_of_the_first() {
    for (rows, fault) in [
        ("a,x\na,y\na,x\n", RowFault::Twice { first: 11 }),
        ("a,\na,x\n", RowFault::NoTarget),
        ("a,x\na,\n", RowFault::NoTarget),
        ("a,\na,\n", RowFault::NoTarget),
    ] {
        let line = 10 + rows.lines().count() as u64;
        let error = CodeMap::read(format!("{LOCAL}{rows}").as_bytes()).unwrap_err();
        assert_eq!(error, CodesError::Row { line, fault }, "{rows}");
    }
}
