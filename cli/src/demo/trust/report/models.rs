//! What rows are worth to models, and what cards do to them.

use consilium_lab::figure::{Dots, Row};

use super::{
    super::{
        deal::Mistake,
        estimate::{Estimate, of_value},
        scored::Scored,
    },
    HALF, Page, class, picture, row,
};

/// Values have no bounds; areas and their differences do.
const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
const AREAS: (f64, f64) = (0.0, 1.0);
const DIFFERENCES: (f64, f64) = (-1.0, 1.0);

impl Page<'_> {
    pub(super) fn worth(&mut self) {
        self.heading("What rows are worth to a model", "数据对模型的价值");
        let lang = self.lang;
        let [four, six] = [
            lang.pick("loss without it", "缺少该院的损失"),
            lang.pick("Shapley value", "Shapley 值"),
        ];
        let drawn = |id, title, scored| Dots {
            width: HALF,
            reference: Some(0.0),
            ..picture((id, title), title, worths(scored), ANY, lang)
        };
        let mut pictures = self.key() + "<div class=\"pair\">";
        pictures += &drawn("worth-four", four, &self.found.four).draw();
        pictures += &drawn("worth-six", six, &self.found.six).draw();
        pictures += "</div>";
        self.figure(
            &pictures,
            "By how much a hospital's rows lower the deviance of rows that judge, with intervals; the dashed line is 0. Left, \
             each of the four computes at home what would be lost without it: some levels have too few patients for it to \
             show its own sums. Right, the six have consented to all coalitions; the four judge at which nothing is known to \
             be wrong. Intervals say how far other rows would move a value, not how far a model fitted anew would.",
            "各医院的数据使测试数据的偏差降低多少，附区间；虚线为 0。左：四家各在本地计算缺少自己时的损失，因为某些取值的患者过少，\
             不能出示自己的汇总。右：六家同意计算所有组合；由未发现差错的四家评判。区间只反映换一批行时数值的变动，不含重新拟合带来的差异。",
        );
    }

    pub(super) fn areas(&mut self) {
        self.heading("What cards do to the model", "评分卡对模型的影响");
        let lang = self.lang;
        let trained = &self.found.trained;
        let all = lang.pick("six, all rows alike", "六家，各行同权");
        let weighed = lang.pick("six, weighed by cards", "六家，按评分卡加权");
        let sound = lang.pick("four sound ones alone", "仅四家无差错");
        let models = [
            (all, &trained.unweighted),
            (weighed, &trained.weighted),
            (sound, &trained.sound),
        ];
        let rows = models.map(|(name, area)| row(name, Some(Estimate::of(area).into()), "exact"));
        let name = lang.pick("AUC", "AUC");
        let areas = picture(("areas", name), name, rows.into(), AREAS, lang);
        self.figure(
            &areas.draw(),
            "Areas under the ROC curve over the test rows of all six as they would be without mistakes, with intervals by \
             DeLong and others (1988). Nobody could know which four are sound: that model is what weights are measured by.",
            "在六家测试数据（假设无差错）上的 ROC 曲线下面积，区间按 DeLong 等（1988）。事先无人知道哪四家无差错：该模型仅作为参照。",
        );
        let gained = [
            (weighed, trained.gained_by_weights()),
            (sound, trained.gained_by_sound()),
        ];
        let mut rows: Vec<Row> = gained
            .into_iter()
            .map(|(name, gained)| row(name, gained.map(Into::into), "exact"))
            .collect();
        for measured in self.found.six.ranked() {
            let party = measured.party.as_str();
            let without = lang.pick(format!("without {party}"), format!("去掉 {party}"));
            let gained = trained.gained_without(party).map(Into::into);
            rows.push(row(without, gained, class(Mistake::at(party))));
        }
        let name = lang.pick("AUC gained", "AUC 增益");
        let gains = Dots {
            reference: Some(0.0),
            ..picture(("gains", name), name, rows, DIFFERENCES, lang)
        };
        self.figure(
            &(self.key() + &gains.draw()),
            "By how much each model's area is above that of all six with all rows alike: paired over the same rows, so these \
             intervals are narrower than those above. Where one holds 0, these rows don't show a difference. Stays of one \
             patient are taken as independent, so intervals are a little too narrow.",
            "各模型的面积比六家同权模型高出多少：在同一批行上配对比较，因此区间比上图窄。区间含 0 则不足以说明差异。同一患者的多次住院\
             按独立处理，因此区间略偏窄。",
        );
    }
}

fn worths(scored: &Scored) -> Vec<Row> {
    let ranked = scored.ranked().into_iter();
    let row = |it: &super::super::measured::Measured| {
        let class = class(Mistake::at(it.party.as_str()));
        row(
            it.party.as_str(),
            scored.worth(&it.party).map(of_value),
            class,
        )
    };
    ranked.map(row).collect()
}
