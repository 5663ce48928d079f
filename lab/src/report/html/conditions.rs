//! What a reader must know to judge the figures and to get them again.

use std::collections::BTreeMap;

use consilium_mailbox::PartyId;
use consilium_plan::Lang;

use super::Page;
use crate::{
    Bargain, LinkTerms, Mode, SplitBy, TestPart, TestRows,
    report::{
        Said,
        figure::escaped,
        words::{bound, percent},
    },
};

/// What a setting discloses more, and less.
type Difference<'a> = (&'a [Said], &'a [Said]);

impl Page<'_> {
    /// Shows what settings disclose beyond the exact plan, or less: those that differ alike together.
    pub(super) fn disclosures(&mut self) {
        self.heading("Disclosures", "披露");
        let mut alike: Vec<(Difference<'_>, Vec<String>)> = Vec::new();
        for setting in &self.report.settings {
            let differs = (&setting.discloses_more[..], &setting.discloses_less[..]);
            let number = setting.number.0.to_string();
            match alike.iter_mut().find(|(known, _)| *known == differs) {
                Some((_, numbers)) => numbers.push(number),
                None => alike.push((differs, vec![number])),
            }
        }
        let all_alike = alike.len() == 1;
        for ((more, less), numbers) in alike {
            let (en, zh) = (numbers.join(", "), numbers.join("、"));
            let same = more.is_empty() && less.is_empty();
            if same && all_alike {
                self.paragraph(
                    "",
                    "Every setting discloses what the exact plan discloses, no more and no less.",
                    "所有设置的披露与精确方案相同，不多也不少。",
                );
                continue;
            }
            if same {
                self.paragraph(
                    "",
                    format!("These settings disclose what the exact plan discloses: {en}."),
                    format!("以下设置的披露与精确方案相同：{zh}。"),
                );
                continue;
            }
            self.paragraph("", format!("Settings: {en}."), format!("设置：{zh}。"));
            let lang = self.lang;
            let lines = [
                (more, lang.pick("adds", "增加")),
                (less, lang.pick("no longer", "不再有")),
            ];
            self.add("<ul>");
            for (said, word) in lines {
                for line in said {
                    let text = escaped(line.say(lang));
                    self.add(format!("<li><b>{word}</b> {text}</li>"));
                }
            }
            self.add("</ul>");
        }
    }

    pub(super) fn departures(&mut self) {
        let (report, lang) = (self.report, self.lang);
        self.heading(
            "The exact plan and the shipped defaults",
            "精确方案与出厂默认值",
        );
        if report.departures.is_empty() {
            self.paragraph(
                "",
                "Every knob of the exact plan has its shipped default.",
                "精确方案的所有旋钮均为出厂默认值。",
            );
            return;
        }
        let names = lang.pick(
            [
                "knob",
                "exact plan",
                "default",
                "turned, for less computing",
            ],
            ["旋钮", "精确方案", "默认值", "为减少计算而调时"],
        );
        let columns: Vec<(String, bool)> = names.map(|name| (name.to_owned(), false)).into();
        self.begin_table(
            (
                "Knobs in which the exact plan departs from the shipped defaults.",
                "精确方案与出厂默认值不同的旋钮。",
            ),
            &columns,
        );
        for knob in &report.departures {
            self.add("<tr>");
            for value in [Some(&knob.path), knob.value.as_ref(), knob.default.as_ref()] {
                match value {
                    Some(value) => self.add(format!("<td><code>{}</code></td>", escaped(value))),
                    None => self.add("<td>–</td>"),
                }
            }
            self.element("td", "", knob.meaning.say(lang));
            self.add("</tr>");
        }
        self.end_table();
    }

    /// Shows which cells gave no model, alike reasons together.
    pub(super) fn failures(&mut self) {
        let mut alike: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
        for arm in &self.report.arms {
            for failed in &arm.failures {
                let run = format!("{}/{}", failed.seed, failed.fold);
                let key = (self.arm_name(&arm.arm), failed.reason.as_str());
                alike.entry(key).or_default().push(run);
            }
        }
        if alike.is_empty() {
            return;
        }
        self.heading("Runs without a model", "未得到模型的运行");
        self.add("<ul>");
        let lang = self.lang;
        for ((arm, reason), runs) in alike {
            let runs = runs.join(", ");
            let line = match lang {
                Lang::En => format!("{arm}: {reason} (seed/fold {runs})"),
                Lang::Zh => format!("{arm}：{reason}（种子/折 {runs}）"),
            };
            self.element("li", "", line);
        }
        self.add("</ul>");
    }

    pub(super) fn conditions(&mut self) {
        let (report, lang) = (self.report, self.lang);
        self.heading("Conditions, and how to run it again", "条件与复现");
        let seeds: Vec<String> = report.seeds.iter().map(ToString::to_string).collect();
        let names = lang.pick(
            [
                "plan",
                "hash",
                "seeds",
                "folds",
                "rows",
                "split",
                "test rows",
                "links",
                "parties",
                "program",
            ],
            [
                "方案",
                "哈希",
                "种子",
                "折数",
                "行数",
                "划分",
                "测试行",
                "链路",
                "参与方",
                "程序",
            ],
        );
        let mode = match report.mode {
            Mode::Simulated => lang.pick(
                "tasks of one process over simulated links",
                "同一进程内的任务，链路为模拟",
            ),
            Mode::Processes => lang.pick("daemons, each a process", "各为独立进程的守护程序"),
        };
        let facts = [
            format!("{} ({})", report.plan_title, report.kind),
            report.plan.to_string(),
            seeds.join(", "),
            report.folds.to_string(),
            self.rows(),
            self.split(),
            self.test_rows(),
            self.links(),
            mode.to_owned(),
            format!("consilium {}", report.engine),
        ];
        self.add("<dl class=\"facts\">");
        for (name, fact) in names.into_iter().zip(facts) {
            self.element("dt", "", name);
            self.element("dd", "", fact);
        }
        self.add("</dl>");
        self.rows_by_party();
        self.own_bounds();
        match report.mode {
            Mode::Simulated => self.paragraph(
                "",
                "The same file, plan, rows and version give the same scores, bit for bit; CPU time varies \
                 with the machine. It is that of the protocols: daemons spend more, on sealing, TLS and what they \
                 keep, which mode = \"processes\" counts.",
                "相同的文件、方案、数据行与版本给出逐位相同的得分；CPU 时间因机器而异，且仅为协议的 CPU 时间：\
                 守护进程另有封装、TLS 与存储的开销，mode = \"processes\" 会计入。",
            ),
            Mode::Processes => self.paragraph(
                "",
                "Daemons draw anew in every run: the rounding of sums, so that scores vary from their seventh \
                 digit on, and rows, columns and batches, where a plan has them drawn. CPU time is that of the \
                 whole daemons, and varies with the machine.",
                "守护进程每次运行都重新抽取：合计的舍入，得分因此自第七位起略有变化；以及方案要求抽取的行、列\
                 与批次。CPU 时间为整个守护进程的 CPU 时间，因机器而异。",
            ),
        }
        self.add(format!(
            "<pre>consilium lab run {}</pre>",
            escaped(&report.file)
        ));
    }

    fn split(&self) -> String {
        let lang = self.lang;
        match &self.report.split {
            None => lang
                .pick("each institution has a file", "各机构各有一份文件")
                .to_owned(),
            Some(SplitBy::Column {
                column, parties, ..
            }) => {
                let values = self.values(parties);
                lang.pick(
                    format!("one table, by the values of {column}{values}"),
                    format!("同一张表，按 {column} 的取值{values}"),
                )
            }
            Some(SplitBy::LabelSkew { alpha }) => lang.pick(
                format!(
                    "one table, equal numbers of rows, each institution's mix of classes drawn from \
                     Dir(α·p), α = {alpha}, p the mix of all rows (Hsu, Qi and Brown 2019)"
                ),
                format!(
                    "同一张表，各机构行数相等，类别比例取自 Dir(α·p)，α = {alpha}，p 为全部行的比例\
                     （Hsu、Qi 与 Brown，2019）"
                ),
            ),
            Some(SplitBy::QuantityDrawn { alpha }) => lang.pick(
                format!(
                    "one table, the institutions' shares of the rows drawn from a symmetric Dirichlet \
                     distribution, Dir(α), α = {alpha}"
                ),
                format!("同一张表，各机构所占行数取自对称狄利克雷分布 Dir(α)，α = {alpha}"),
            ),
            Some(SplitBy::Quantity { shares }) => {
                let shares = shares
                    .iter()
                    .map(|(party, share)| format!("{party} {share}"));
                let shares = shares.collect::<Vec<_>>().join(", ");
                lang.pick(
                    format!("one table, rows drawn: {shares}"),
                    format!("同一张表，行随机分配：{shares}"),
                )
            }
            Some(SplitBy::Columns) => lang
                .pick(
                    "one table, each has its columns of all rows",
                    "同一张表，各有其列、行相同",
                )
                .to_owned(),
        }
    }

    /// Says where the bounds of a verdict are not the usual ones.
    fn own_bounds(&mut self) {
        let (own, usual, lang) = (self.report.bargain, Bargain::default(), self.lang);
        if own == usual {
            return;
        }
        let [lost, saved] = [own.lost_at_most, own.saved_at_least].map(|it| bound(it, lang));
        let [usual_lost, usual_saved] =
            [usual.lost_at_most, usual.saved_at_least].map(|it| bound(it, lang));
        self.paragraph(
            "",
            format!(
                "The bounds of a verdict are the experiment's own: at most {lost} lost and at least {saved} \
                 saved, in the place of {usual_lost} and {usual_saved}."
            ),
            format!(
                "判定所用的界限由本实验自定：损失至多 {lost}，节省至少 {saved}，而非通常的 {usual_lost} 与 \
                 {usual_saved}。"
            ),
        );
    }

    fn rows(&self) -> String {
        let (rows, lang) = (self.report.rows, self.lang);
        let (train, test, dropped) = (rows.train, rows.test, rows.dropped);
        let said = lang.pick(
            format!("{train} for training, {test} for testing"),
            format!("训练 {train}，测试 {test}"),
        );
        match (dropped, lang) {
            (0, _) => said,
            (_, Lang::En) => format!("{said}; {dropped} of no party, left out"),
            (_, Lang::Zh) => format!("{said}；{dropped} 行不属于任何机构，未使用"),
        }
    }

    /// Says which values are whose, in brackets.
    fn values(&self, parties: &BTreeMap<PartyId, Vec<String>>) -> String {
        let lang = self.lang;
        let is_own = |(party, values): (&PartyId, &Vec<String>)| *values == [party.to_string()];
        let said = if parties.iter().all(is_own) {
            lang.pick("each a party", "每个取值为一方").to_owned()
        } else {
            let each = parties
                .iter()
                .map(|(party, values)| format!("{party}: {}", values.join(", ")));
            each.collect::<Vec<_>>().join("; ")
        };
        lang.pick(format!(" ({said})"), format!("（{said}）"))
    }

    fn test_rows(&self) -> String {
        let lang = self.lang;
        let (part, group, stratify) = match &self.report.test {
            TestRows::Files => {
                return lang.pick("as files say", "由文件指定").to_owned();
            }
            TestRows::Drawn {
                part,
                group,
                stratify,
            } => (part, group, stratify),
        };
        let mut said = match part {
            TestPart::Share(share) => {
                let share = percent(*share, 0, lang);
                lang.pick(
                    format!("{share} of each institution's, drawn for each seed"),
                    format!("各机构的 {share}，每个种子重新抽取"),
                )
            }
            TestPart::Folds(folds) => lang.pick(
                format!("each of {folds} parts in its turn, drawn for each seed"),
                format!("{folds} 折轮流，每个种子重新抽取"),
            ),
        };
        if let Some(group) = group {
            said += &lang.pick(
                format!("; rows of one {group} stay together"),
                format!("；同一 {group} 的行不拆分"),
            );
        }
        if *stratify && !self.is_of_loss() {
            said += lang.pick("; by class", "；按类别分层");
        }
        said
    }

    fn links(&self) -> String {
        let lang = self.lang;
        if self.report.mode == Mode::Processes {
            let own = lang.pick("those of the machine", "本机自身的链路");
            return own.to_owned();
        }
        let written = |terms: &LinkTerms| {
            let LinkTerms {
                latency_ms,
                megabits,
                loss,
            } = terms;
            let mut said = vec![lang.pick(
                format!("{latency_ms}\u{a0}ms"),
                format!("延迟 {latency_ms}\u{a0}毫秒"),
            )];
            said.extend(megabits.map(|it| format!("{it}\u{a0}Mbit/s")));
            if *loss > 0.0 {
                let loss = percent(*loss, 2, lang);
                said.push(lang.pick(format!("{loss} lost"), format!("丢失 {loss}")));
            }
            said.join(lang.pick(", ", "，"))
        };
        let links = &self.report.links;
        let mut said = vec![written(&links.usual())];
        let own = links.of_parties();
        said.extend(own.map(|(party, terms)| format!("{party} {}", written(terms))));
        said.join(lang.pick("; ", "；"))
    }
}
