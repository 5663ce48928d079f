//! The table of estimates beside measurements.

use super::Page;
use crate::{
    Arm, Mode,
    report::words::{bytes, seconds, significant},
};

impl Page<'_> {
    /// Shows what the plan's cost model says beside what was measured.
    pub(super) fn estimates(&mut self) {
        let (report, lang) = (self.report, self.lang);
        let arms = report.arms.iter();
        let arms = arms.filter_map(|arm| Some((arm, arm.estimated.as_ref()?)));
        let arms: Vec<_> = arms.filter(|(arm, _)| arm.fitted > 0).collect();
        if arms.is_empty() {
            return;
        }
        self.heading("Estimates beside measurements", "估计与实测");
        let names = lang.pick(["CPU time", "bytes", "time"], ["CPU 时间", "字节", "时间"]);
        let mut columns = vec![(lang.pick("arm or party", "方式或参与方").to_owned(), false)];
        for name in names {
            columns.push((
                format!("{name}{}", lang.pick(", estimated", "，估计")),
                true,
            ));
            columns.push((format!("{name}{}", lang.pick(", measured", "，实测")), true));
            columns.push((lang.pick("ratio", "比值").to_owned(), true));
        }
        let captions = match report.mode {
            Mode::Simulated => (
                "What `consilium study estimate` reckons of the protocols, without daemons, from the plan, each \
                 party's rows and the links alone, and what runs took: means of all parties, and of the exact plan \
                 each party's own. An estimate takes full trees or six of Newton's steps for granted.",
                "`consilium study estimate` 仅依据方案、各方行数与链路对协议部分的估计（不含守护进程），以及实测：\
                 所有参与方之和的均值；精确方案另列各方。估计假定树均长满或牛顿迭代六步。",
            ),
            Mode::Processes => (
                "What `consilium study estimate` reckons from the plan and each party's rows alone, and what \
                 daemons took: means of all parties, and of the exact plan each party's own. An estimate takes full \
                 trees or six of Newton's steps for granted.",
                "`consilium study estimate` 仅依据方案与各方行数的估计，以及守护进程的实测：所有参与方之和的均值；\
                 精确方案另列各方。估计假定树均长满或牛顿迭代六步。",
            ),
        };
        self.begin_table(captions, &columns);
        for (arm, estimated) in arms {
            let name = self.arm_name(&arm.arm);
            let measured = [&arm.cpu_s, &arm.sent_bytes, &arm.wall_s];
            let measured = measured.map(|it| it.as_ref().map(|it| it.mean));
            let of_all = [estimated.cpu_s, estimated.sent_bytes, estimated.wall_s];
            self.estimate(&name, of_all.map(Some), measured);
            if arm.arm != Arm::Exact {
                continue;
            }
            for (party, own) in &estimated.parties {
                let measured = arm.parties.get(party);
                let cpu = measured.and_then(|it| Some(it.cpu_s.as_ref()?.mean));
                let sent = measured.and_then(|it| Some(it.sent_bytes.as_ref()?.mean));
                let told = [Some(own.cpu_s), Some(own.sent_bytes), None];
                self.estimate(&format!("– {party}"), told, [cpu, sent, None]);
            }
        }
        self.end_table();
    }

    fn estimate(&mut self, name: &str, told: [Option<f64>; 3], measured: [Option<f64>; 3]) {
        let lang = self.lang;
        let written = |place: usize, value: f64| match place {
            1 => bytes(value),
            _ => seconds(value, lang),
        };
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        self.add("<tr>");
        self.element("td", "", name);
        for (place, (told, measured)) in told.into_iter().zip(measured).enumerate() {
            let both = told.zip(measured).filter(|(_, measured)| *measured > 0.0);
            let ratio = both.map(|(told, measured)| significant(told / measured));
            self.number(&or_none(told.map(|it| written(place, it))));
            self.number(&or_none(measured.map(|it| written(place, it))));
            self.number(&or_none(ratio));
        }
        self.add("</tr>");
    }
}
