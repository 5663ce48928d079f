//! Catalogues: what is read, refused and compared; suggestions, and how good they are.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "these are tests, and tell figures"
)]

mod laws;
mod refusals;
mod suggestions;

/// A small catalogue.
const SMALL: &str = r#"
name = "small"
version = "1"
title = { en = "small", zh = "小" }

[[source]]
id = "a"
text = "a standard"

[[source]]
id = "b"
text = "a program"

[[table]]
id = "stay"
name = { en = "stay", zh = "住院" }
synonyms = ["visit", "admission"]

[[feature]]
id = "stay.days"
name = { en = "days of stay", zh = "住院天数" }
synonyms = ["los", "act_ipt_days"]
type = "integer"
unit = "d"
min = 0
max = 3660
sensitivity = 3
identifies = "no"
certainty = "seen-in-code"
sources = ["b", "a"]

[[feature]]
id = "stay.admitted_on"
name = { en = "date of admission", zh = "入院时间" }
type = "date"
zone = "Asia/Shanghai"
sensitivity = 3
identifies = "quasi"
certainty = "certain"
sources = ["a"]

[[feature]]
id = "stay.route"
name = { en = "admission route", zh = "入院途径" }
type = "category"
levels = [["emergency", "急诊", "1"], ["clinic", "门诊", "2"]]
sensitivity = 3
identifies = "no"
certainty = "certain"
sources = ["a"]

[[feature]]
id = "stay.drg"
name = { en = "group", zh = "分组" }
type = "code"
width = 4
code_system = { name = "CHS-DRG", system = "chs-drg", version = "2.0" }
window = "P1Y"
sensitivity = 3
identifies = "no"
certainty = "certain"
sources = ["a"]
"#;
