//! What the studies have found: stability between institutions, the model, who learnt what.

use consilium_evaluation::Placements;
use consilium_lab::figure::{Caption, Dot, Dots, Row};

use super::{
    super::{compared::areas, files::PARTIES},
    CLASSES, Page, WIDTH,
    missing::point,
};
use crate::findings::{interval, moments, short};

/// So many features are shown in a picture of the most.
const MOST: usize = 16;

/// Below it a feature is commonly held to be stable (Siddiqi 2006).
const STABLE: f64 = 0.1;

impl Page<'_> {
    pub(super) fn stability(&mut self) {
        self.heading("Do features mean the same?", "特征含义是否一致？");
        let lang = self.lang;
        let found = self.found;
        let columns = found.ended.findings.columns.iter();
        let mut rows: Vec<(f64, Row)> = columns
            .filter_map(|column| {
                let of = |(place, party): (usize, &&str)| {
                    let mut all = found.stability(party);
                    let (_, index) = all.find(|(name, _)| *name == column.name)?;
                    Some(Dot {
                        value: point(index),
                        class: CLASSES[place],
                        hint: format!("{}: {index:.3}", self.names()[place]),
                    })
                };
                let dots: Vec<Dot> = PARTIES.iter().enumerate().filter_map(of).collect();
                let most = dots.iter().map(|dot| dot.value.estimate).reduce(f64::max)?;
                let label = self.feature(&column.name);
                let instead = None;
                Some((
                    most,
                    Row {
                        label,
                        dots,
                        instead,
                    },
                ))
            })
            .collect();
        rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        rows.truncate(MOST);
        let picture = Dots {
            caption: Caption {
                id: "fig-stability",
                title: lang
                    .pick("Stability between institutions", "机构间稳定性")
                    .to_owned(),
                alt: lang
                    .pick(
                        "Stability index of each feature at each institution",
                        "各特征在各机构的稳定性指数",
                    )
                    .to_owned(),
            },
            width: WIDTH,
            name: lang.pick("population stability index", "群体稳定性指数（PSI）"),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            within: (0.0, f64::INFINITY),
            reference: Some(STABLE),
            legend: self.legend(),
        };
        self.figure(
            &picture.draw(),
            &format!(
                "Population stability index of each institution's rows against those of the two others, by the \
                 protocol; the {MOST} least stable features. Each index is known to its institution alone. Below \
                 {STABLE} (dashed) a feature is commonly held to be stable (Siddiqi 2006)."
            ),
            &format!(
                "各机构的行与另两家相比的群体稳定性指数，由协议得出；列出最不稳定的 {MOST} 个特征。每个指数只有该机构自己知道。\
                 通常认为低于 {STABLE}（虚线）为稳定（Siddiqi 2006）。"
            ),
        );
        self.mistaken();
        self.together();
    }

    /// What a unit that was not converted looks like.
    fn mistaken(&mut self) {
        let lang = self.lang;
        let header = [
            lang.pick(
                "had the public insurer left cents",
                "假设公共医保未换算美分",
            ),
            lang.pick("its stability index", "其稳定性指数"),
            lang.pick("as it is", "实际"),
            lang.pick("its mean difference", "其标准化均值差"),
        ];
        let found = self.found;
        let told =
            |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| format!("{it:.3}"));
        let rows = found.ended.mistaken.columns.iter().map(|column| {
            let mut as_it_is = found.stability("public");
            let as_it_is = as_it_is.find(|(name, _)| *name == column.name);
            vec![
                self.feature(&column.name),
                told(column.stability_index),
                told(as_it_is.map(|(_, index)| index)),
                told(column.mean_difference),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        self.html.table(&header, &rows, 1);
        self.paragraph(
            "note",
            "The same statistics were run once more over rows that the public insurer's mapping had made without \
             dividing by 100: indices leave the scale of the picture. Inpatient care, for which nothing was paid for \
             most people, is told by its mean alone.",
            "用公共医保未除以 100 的映射所得的行再运行一次同样的统计：指数远超上图范围。多数人没有住院支付，该特征仅由均值\
             显出差异。",
        );
    }

    /// What is known of numbers over all rows.
    fn together(&mut self) {
        let lang = self.lang;
        let header = [
            lang.pick("over all three", "三方合计"),
            lang.pick("rows", "行"),
            lang.pick("missing", "缺失"),
            lang.pick("mean", "均值"),
            lang.pick("standard deviation", "标准差"),
            lang.pick("median", "中位数"),
            lang.pick("information value", "信息值"),
        ];
        let none = || "–".to_owned();
        let findings = &self.found.ended.findings;
        let columns = findings
            .columns
            .iter()
            .filter_map(|column| Some((column, column.numbers.as_ref()?)));
        let rows = columns.map(|(column, numbers)| {
            let rows: Option<u64> = findings
                .rows
                .zip(column.missing)
                .map(|(all, missing)| all - missing);
            let count = |it: Option<u64>| it.map_or_else(none, |it| it.to_string());
            let [mean, deviation] = moments(numbers);
            let median = numbers
                .quantiles
                .iter()
                .find(|it| (it.share - 0.5).abs() < f64::EPSILON);
            let median = median.map(|it| interval(&it.within));
            let value = column
                .evidence
                .as_ref()
                .map(|it| format!("{:.3}", it.information_value));
            vec![
                self.feature(&column.name),
                count(rows),
                count(column.missing),
                mean,
                deviation,
                median.unwrap_or_else(none),
                value.unwrap_or_else(none),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        self.html.table(&header, &rows, 1);
    }

    pub(super) fn model(&mut self) {
        self.heading("The model", "模型");
        let lang = self.lang;
        let compared = &self.found.compared;
        let (trained, tested) = (compared.trained, compared.tested);
        self.paragraph(
            "",
            format!(
                "Who will cost 5000 dollars or more in 2010? A logistic regression over {trained} rows; {tested} rows, every \
                 fifth, are kept for testing."
            ),
            format!("谁在 2010 年会花费不少于 5000 美元？逻辑回归，训练 {trained} 行；每第五行留作测试，共 {tested} 行。"),
        );
        let federated = lang.pick("all three, federated", "三方联邦").to_owned();
        let pooled = lang.pick("all three in one place", "三方集中").to_owned();
        let alone = compared.alone.iter();
        let models: Vec<(String, Option<&Placements>, &str)> = alone
            .map(|(party, model)| (self.name(party.as_str()), model.as_ref(), "alone"))
            .chain([
                (federated, Some(&compared.joint), "pass"),
                (pooled, Some(&compared.pooled), "pooled"),
            ])
            .collect();
        let rows = models
            .iter()
            .map(|(name, model, class)| row(name.clone(), model.map(Placements::auc), class));
        let rows: Vec<Row> = rows.collect();
        let picture = Dots {
            caption: Caption {
                id: "fig-auc",
                title: lang.pick("Area under the curve", "AUC").to_owned(),
                alt: lang
                    .pick(
                        "AUC by the rows that a model was trained on",
                        "各模型的 AUC",
                    )
                    .to_owned(),
            },
            width: WIDTH,
            name: lang.pick(
                "AUC over the test rows of all three",
                "三方全部测试行上的 AUC",
            ),
            rows,
            within: (0.0, 1.0),
            reference: None,
            legend: Vec::new(),
        };
        let apart = compared.coefficient_difference;
        self.figure(
            &picture.draw(),
            &format!(
                "Models of the rows of each institution alone, of all three by the protocol, and of all three in one \
                 place. No coefficient of the two last differs by more than {apart:.0e} of its standard error."
            ),
            &format!(
                "仅用各机构自己的行、三方按协议、三方集中训练的模型。后两者的系数相差均不超过其标准误的 {apart:.0e}。"
            ),
        );
        self.areas(&models);
        self.coefficients();
    }

    /// How sure the areas under the curve are.
    fn areas(&mut self, models: &[(String, Option<&Placements>, &str)]) {
        let lang = self.lang;
        let joint = &self.found.compared.joint;
        let rows = models.iter().map(|(name, model, _)| {
            let [area, more] = areas(joint, *model);
            vec![name.clone(), area, more]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let header = [
            lang.pick("model of the rows of", "模型所用的行"),
            lang.pick("AUC (95 %)", "AUC（95%）"),
            lang.pick("joint model above it (95 %)", "联合模型高出（95%）"),
        ];
        self.html.table(&header, &rows, 1);
        self.paragraph(
            "note",
            "Intervals by DeLong and others (1988), over the test rows: where one of the last column holds 0, these rows \
             don't show which model is better. What fills gaps, scales and the choice of features come from the \
             statistics over all rows, test rows and their labels too, so all areas may come out somewhat too good.",
            "区间按 DeLong 等（1988）由测试行算得：最后一列的区间若含 0，则这些行不足以说明哪个模型更好。填补值、缩放和特征选择\
             来自全部行的统计，包括测试行及其标签，因此各 AUC 可能略偏高。",
        );
    }

    /// The coefficients that lie most standard errors from 0.
    fn coefficients(&mut self) {
        let lang = self.lang;
        let mut estimates: Vec<_> = self.found.ended.fit.estimates.iter().skip(1).collect();
        estimates.sort_by(|a, b| b.statistic.abs().total_cmp(&a.statistic.abs()));
        let rows = estimates.into_iter().take(MOST).map(|estimate| {
            let name = estimate.name.as_str();
            // A level or a mark of what is missing stands behind the column's name.
            let (column, term) = name.split_at(name.find(['=', '?']).unwrap_or(name.len()));
            let term = match term.strip_prefix('=') {
                Some(level) => format!(" = {level}"),
                None if term.is_empty() => String::new(),
                None => lang.pick(", missing", "，缺失").to_owned(),
            };
            vec![
                self.feature(column) + &term,
                short(estimate.coefficient),
                short(estimate.standard_error),
                format!("{:.1}", estimate.statistic),
                format!("{:.2}", estimate.standardised.exp()),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let header = [
            lang.pick("what tells most, as prepared", "影响最大的特征（预处理后）"),
            lang.pick("coefficient", "系数"),
            lang.pick("standard error", "标准误"),
            "z",
            lang.pick("odds ratio of one standard deviation", "每个标准差的比值比"),
        ];
        self.html.table(&header, &rows, 1);
    }

    pub(super) fn learnt(&mut self) {
        self.heading("Who learnt what", "谁得知了什么");
        let ended = &self.found.ended;
        for (title, learnt) in [
            (
                self.lang.pick("From the statistics", "从统计").to_owned(),
                &ended.statistics.learnt,
            ),
            (
                self.lang.pick("From the training", "从训练").to_owned(),
                &ended.trained.learnt,
            ),
        ] {
            self.html.element("h3", "", title);
            for (reader, lines) in learnt {
                self.html.element("p", "", reader);
                self.html.list(lines);
            }
        }
        let (seconds, bytes) = (ended.wall_s, ended.wire_bytes);
        self.paragraph(
            "note",
            format!(
                "Every party a daemon of its own, mutual TLS. {seconds:.1} s for all studies, {bytes} bytes over all \
                 connections."
            ),
            format!("每个参与方一个守护进程，双向 TLS。各项研究共 {seconds:.1} 秒，所有连接共 {bytes} 字节。"),
        );
    }
}

fn row(label: String, auc: Option<f64>, class: &'static str) -> Row {
    let hint = auc.map_or_else(String::new, |auc| format!("{auc:.4}"));
    let dot = auc.map(|auc| Dot {
        value: point(auc),
        class,
        hint,
    });
    Row {
        label,
        instead: dot.is_none().then(|| "–".to_owned()),
        dots: dot.into_iter().collect(),
    }
}
