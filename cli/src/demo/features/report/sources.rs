//! What was mapped to what.

use super::{super::mapped::Mapped, Page, spread::unit};

/// How each institution keeps what becomes features, in English and Chinese: what, then the hospital, the
/// public insurer and the commercial one.
const KEPT: [[(&str, &str); 4]; 5] = [
    [
        ("diagnoses", "诊断"),
        (
            "ICD-9-CM without dots, ten columns a stay",
            "ICD-9-CM，无小数点，每次住院十列",
        ),
        ("ICD-10-CM, a row a diagnosis", "ICD-10-CM，每个诊断一行"),
        (
            "ICD-9-CM with dots, one cell a stay",
            "ICD-9-CM，带小数点，每次住院一格",
        ),
    ],
    [
        ("drugs", "药品"),
        (
            "names of items, such as LIPITOR 40MG TAB",
            "项目名称，如 LIPITOR 40MG TAB",
        ),
        ("ATC", "ATC"),
        ("ATC", "ATC"),
    ],
    [
        ("days", "日期"),
        ("20090412", "20090412"),
        ("2009年4月12日", "2009年4月12日"),
        ("12/04/2009, days of a workbook", "12/04/2009，工作簿日期"),
    ],
    [
        ("money", "金额"),
        ("dollars", "美元"),
        ("cents", "美分"),
        ("thousands of dollars", "千美元"),
    ],
    [
        ("format", "格式"),
        ("CSV with commas, UTF-8", "CSV，逗号，UTF-8"),
        (
            "CSV with semicolons, GB18030, Chinese headers",
            "CSV，分号，GB18030，中文列名",
        ),
        ("a workbook, and CSV with tabs", "工作簿与制表符分隔的 CSV"),
    ],
];

impl Page<'_> {
    pub(super) fn sources(&mut self) {
        self.heading("What was mapped to what", "什么映射成了什么");
        let lang = self.lang;
        let names = self.names();
        let header = [&[""][..], &names[..]].concat();
        let kept = KEPT.map(|row| row.map(|(en, zh)| lang.pick(en, zh).to_owned()).to_vec());
        self.html.table(&header, &kept, usize::MAX);
        self.paragraph(
            "",
            "Each institution's query makes the same columns of it, by one schema. The last step of each, as it \
             stands in the three files mapping.toml:",
            "每家机构的查询按同一个数据结构得出同样的列。三个 mapping.toml 中各列的最后一步：",
        );
        self.html.add("<div class=\"wide\"><table><thead><tr>");
        self.html.element("th", "", lang.pick("feature", "特征"));
        for name in names {
            self.html.element("th", "", name);
        }
        self.html.add("</tr></thead><tbody>");
        let mapped = &self.found.mapped;
        let Some(first) = mapped.first() else {
            return;
        };
        let direct = first
            .schema
            .columns()
            .iter()
            .filter(|column| !is_joined(first, column.name()));
        for column in direct {
            self.html.add("<tr>");
            let unit = column
                .unit()
                .map(|it| format!(" ({})", unit(&it.to_string(), lang)))
                .unwrap_or_default();
            self.html
                .element("td", "", self.feature(column.name()) + &unit);
            for mapped in mapped {
                self.html.add("<td>");
                self.html.element(
                    "code",
                    "",
                    expression(mapped.mapping.sql(), column.name()).unwrap_or("–"),
                );
                self.html.add("</td>");
            }
            self.html.add("</tr>");
        }
        self.row_of_groups();
        self.html.add("</tbody></table></div>");
    }

    /// The rows of what is joined to lists and codes.
    fn row_of_groups(&mut self) {
        let lang = self.lang;
        let rows = [
            [
                ("17 comorbidities of Charlson's", "Charlson 合并症 17 组"),
                (
                    "dx1 to dx10, by the lists for ICD-9-CM",
                    "dx1 至 dx10，按 ICD-9-CM 列表",
                ),
                (
                    "诊断编码, by the lists for ICD-10",
                    "诊断编码，按 ICD-10 列表",
                ),
                (
                    "diagnoses, taken apart, by the lists for ICD-9-CM",
                    "diagnoses，拆分后按 ICD-9-CM 列表",
                ),
            ],
            [
                ("10 groups of drugs", "药品 10 组"),
                (
                    "item, by the decided names, to ATC",
                    "item，经已确认的名称到 ATC",
                ),
                ("药品编码 (ATC)", "药品编码（ATC）"),
                ("atc", "atc"),
            ],
        ];
        for row in rows {
            self.html.add("<tr>");
            for (en, zh) in row {
                self.html.element("td", "", lang.pick(en, zh));
            }
            self.html.add("</tr>");
        }
    }
}

/// Tells whether a feature comes by a join to lists or codes.
fn is_joined(mapped: &Mapped, feature: &str) -> bool {
    let expression = expression(mapped.mapping.sql(), feature).unwrap_or_default();
    expression.starts_with("coalesce(g.") || expression.starts_with("coalesce(d.")
}

/// Gives what a query's last step makes a column of, where that stands in a line of its own.
fn expression<'a>(sql: &'a str, column: &str) -> Option<&'a str> {
    let ending = format!(" AS {column}");
    let lines = sql.lines().rev();
    let mut made = lines.filter_map(|line| line.trim().trim_end_matches(',').strip_suffix(&ending));
    let made = made.next()?;
    Some(made.strip_prefix("SELECT ").unwrap_or(made))
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn the_last_step_of_a_column_is_found() {
        let sql = "WITH a AS (SELECT x AS n FROM t)\nSELECT y / 100 AS n,\n  1 AS m\nFROM a";
        assert_eq!(expression(sql, "n"), Some("y / 100"));
        assert_eq!(expression(sql, "m"), Some("1"));
        assert_eq!(expression(sql, "x"), None);
    }
}
