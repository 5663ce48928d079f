//! Holds a rule file against its tables and prints the report as one line of JSON: rule file, program.

use std::path::PathBuf;
use std::{env, fs};

use consilium_data::Date;
use consilium_mapping::Program;
use consilium_quality::{Check, Given, RuleSet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let (Some(file), Some(program)) = (args.next(), args.next()) else {
        return Err("say which rule file, and which program runs queries".into());
    };
    let file = file.canonicalize()?;
    let schema = |_: &str| Err("this example reads no schema".to_owned());
    let given = Given {
        today: Date::at(0).ok_or("no day")?,
        schema: &schema,
    };
    let rules = RuleSet::from_toml(&fs::read_to_string(&file)?, given)?;
    let folder = file.parent().ok_or("no folder")?;
    let program = Program::at(program.canonicalize()?);
    let checked = Check::new(&rules, folder, &program).run(&mut |step| {
        // People see how far it is, programs the line below.
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("{} of {}: {}\n", step.done, step.of, step.table),
        );
    })?;
    let line = serde_json::to_string(&checked.report)?;
    std::io::Write::write_all(&mut std::io::stdout(), format!("{line}\n").as_bytes())?;
    Ok(())
}
