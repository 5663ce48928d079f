//! The sample configuration that is shipped.

use consilium_participant::Config;

const SAMPLE: &str = include_str!("../../../deploy/participant.toml");

#[test]
fn the_sample_configuration_is_one() {
    Config::from_toml(SAMPLE).unwrap();
}

#[test]
fn its_commented_lines_are_the_defaults() {
    let plain = Config::from_toml(SAMPLE).unwrap();
    let open = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.contains(" = ") && !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    let opened: Vec<String> = SAMPLE.lines().map(open).collect();
    let opened = Config::from_toml(&opened.join("\n")).unwrap();
    assert_eq!(opened.admin, plain.admin);
    assert_eq!(opened.log, plain.log);
}
