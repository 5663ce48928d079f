use consilium_codes::{
    Edition, LibraryHead, MapHead, Mapping, RowFault, Subject, TableHead, Unclear, import,
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
fn categories_stand_under_blocks_and_blocks_under_chapters() {
    let catalogue =
        "code_lower_bound,code_upper_bound,level,catalog\nA00,B99,1,传染病\nA00,A09,2,肠道\n";
    let head = TableHead::new("icd-10", "2016", "made up");
    let table = import::icd10_cn("code\tdisease\nA00\t霍乱\nB99\t其他\n", catalogue, &head)
        .unwrap()
        .value;
    assert_eq!(table.ancestors("A00"), ["A00-A09", "A00-B99"]);
    assert_eq!(table.ancestors("B99"), ["A00-B99"]);
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
