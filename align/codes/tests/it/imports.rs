use consilium_codes::{
    CodesError, Edition, LibraryHead, MapHead, Mapping, RowFault, Subject, TableHead, Unclear,
    import,
};

#[test]
fn a_published_map_keeps_combinations_and_what_has_no_target() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "2018".to_owned(),
    };
    let head = MapHead::new(edition("icd-9-cm"), edition("icd-10-cm"), "CMS GEM");
    let text = "icd9cm,icd10cm,flags,approximate,no_map,combination,scenario,choice_list\n\
                0010,A000,00000,0,0,0,0,0\n\
                9989,T819XXA,10111,1,0,1,1,1\n\
                9989,T889XXA,10112,1,0,1,1,2\n\
                V641,NODX,11000,1,1,0,0,0\n\
                1.0,A000,00000,0,0,0,0,0\n";
    let imported = import::gem(text, &head).unwrap();
    let map = &imported.value;
    assert_eq!(map.mapping("001.0"), Mapping::Exact);
    assert_eq!(map.mapping("998.9"), Mapping::Combination);
    assert_eq!(map.mapping("V64.1"), Mapping::NoMap);
    let fault = RowFault::Unclear {
        column: "source",
        unclear: Unclear::LeadingZeros,
    };
    assert_eq!(imported.left_out, [(6, fault)]);
}

#[test]
fn a_source_of_which_a_row_cannot_be_taken_is_left_out_whole() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "2018".to_owned(),
    };
    let head = MapHead::new(edition("icd-9-cm"), edition("icd-10-cm"), "CMS GEM");
    let text = "icd9cm,icd10cm,flags,approximate,no_map,combination,scenario,choice_list\n\
                9989,T819XXA,10111,0,0,1,1,1\n\
                9989,?,10112,0,0,1,1,2\n\
                25050,E11311,10000,1,0,0,0,0\n\
                25050,E11319,10000,1,0,0,0,0\n";
    let imported = import::gem(text, &head).unwrap();
    assert_eq!(imported.value.mapping("998.9"), Mapping::Absent);
    assert_eq!(imported.value.mapping("250.50"), Mapping::Ambiguous);
    let (column, unclear) = ("target", Unclear::Shape);
    assert_eq!(
        imported.left_out,
        [
            (2, RowFault::Beside { line: 3 }),
            (3, RowFault::Unclear { column, unclear })
        ]
    );
}

#[test]
fn a_general_equivalence_mapping_is_read_in_its_own_direction() {
    let edition = |system: &str| Edition {
        system: system.to_owned(),
        version: "2018".to_owned(),
    };
    let head = |from, to| MapHead::new(edition(from), edition(to), "CMS GEM");
    let rest = "flags,approximate,no_map,combination,scenario,choice_list";
    let backward = format!("icd10cm,icd9cm,{rest}\nA000,0010,00000,0,0,0,0,0\n");
    let map = import::gem(&backward, &head("icd-10-cm", "icd-9-cm")).unwrap();
    assert_eq!(map.value.mapping("A00.0"), Mapping::Exact);
    assert!(map.left_out.is_empty());
    let procedures = format!("icd10pcs,icd9pcs,{rest}\n6A750Z4,0001,10000,1,0,0,0,0\n");
    let map = import::gem(&procedures, &head("icd-10-pcs", "icd-9-cm-procedures")).unwrap();
    assert_eq!(map.value.mapping("6A750Z4"), Mapping::Approximate);
    for (from, to) in [
        // The file leads the other way, and no mapping leads between these systems.
        ("icd-9-cm", "icd-10-cm"),
        ("icd-9-cm", "icd-10-pcs"),
        ("icd-10-cm", "icd-10-yb"),
    ] {
        let refused = import::gem(&backward, &head(from, to));
        assert!(
            matches!(refused, Err(CodesError::Declared(_))),
            "{from} {to}"
        );
    }
}

#[test]
fn categories_stand_under_blocks_and_blocks_under_chapters() {
    let catalogue =
        "code_lower_bound,code_upper_bound,level,catalog\nA00,B99,1,传染病\nA00,A09,2,肠道\n";
    let head = TableHead::new("icd-10", "2016", "made up");
    let table = import::icd10_cn("code\tdisease\nA00\t霍乱\nB99\t其他\n", catalogue, &head)
        .unwrap()
        .value;
    let parent = |code| table.get(code).unwrap().parent.as_deref();
    assert_eq!(parent("A00"), Some("A00-A09"));
    assert_eq!(parent("A00-A09"), Some("A00-B99"));
    assert_eq!(parent("B99"), Some("A00-B99"));
    assert_eq!(table.get("A00").unwrap().zh, "霍乱");
}

#[test]
fn a_list_of_codes_may_have_names_or_none() {
    let head = TableHead::new("icd-10-yb", "2.0", "made up");
    let imported =
        import::opendrg_codes("A00.000 霍乱　\nA00.100 1\nA00.100 1\nxyz 1\n", &head).unwrap();
    assert_eq!(imported.value.get("A00.000").unwrap().zh, "霍乱");
    assert_eq!(imported.value.get("A00.100").unwrap().zh, "");
    let lines: Vec<u64> = imported.left_out.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4]);
}

#[test]
fn variants_and_canonical_names_become_a_library() {
    let head = LibraryHead::new(Subject::Drug, "made up");
    let text =
        "variant,canonical,drugbank_id\nglucophage,metformin,DB00331\n??,metformin,DB00331\n";
    let imported = import::drug_variants(text, &head).unwrap();
    let names: Vec<&str> = imported
        .value
        .names()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(names, ["glucophage", "metformin"]);
    assert_eq!(imported.left_out.len(), 1);
}
