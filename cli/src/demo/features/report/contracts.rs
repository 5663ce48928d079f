//! That institutions mean the same by the columns, as they have shown each other.

use super::Page;

impl Page<'_> {
    pub(super) fn contracts(&mut self) {
        self.heading("The same by every column?", "每一列的含义都相同？");
        let (lang, found) = (self.lang, self.found);
        self.paragraph(
            "",
            "Before the first round of a study, institutions show each other what each means by the columns: name, type, \
             unit, range, levels, code system and version, by its own schema. What stands for all of it is a hash under a \
             key that they alone have. Each notes its own in its journal; whoever has the same has the same feature \
             contract. Read from the three journals, with `consilium audit export`:",
            "研究的第一轮之前，各机构相互证明自己的数据结构对各列的含义：名称、类型、单位、范围、取值、编码体系与版本。\
             全部内容由一个哈希代表，其密钥只有各机构持有。每家将自己的哈希记入日志；哈希相同即特征契约相同。以下取自三份日志\
             （可用 `consilium audit export` 导出）：",
        );
        let names = self.names();
        let header = [&[lang.pick("study", "研究")][..], &names[..]].concat();
        let contracts = found.ended.contracts.iter();
        let rows = contracts.map(|it| [vec![it.study.name(lang).to_owned()], it.digits()].concat());
        let rows: Vec<Vec<String>> = rows.collect();
        self.html.table(&header, &rows, usize::MAX);
        self.paragraph(
            "",
            "An amount in cents that calls itself dollars has the same contract: that it differs is seen in the statistics \
             (below). Where the public insurer's schema says that its amounts are in cents, the study does not begin, and \
             nobody shows anything. What its daemon says before its steward can sign:",
            "自称美元的美分，契约相同：其差异要看下面的统计。若公共医保的数据结构声明金额以美分计，研究不会开始，\
             谁也不出示任何内容。其守护进程在数据管理员签署之前给出：",
        );
        let refused = found.ended.refused.iter();
        let refused = refused.map(|failure| format!("{} ({})", failure.what(lang), failure.code));
        self.html.list(refused);
    }
}
