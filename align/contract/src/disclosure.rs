//! What each contributor learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

/// What the coordinator learns, with everybody, if the comparison fails, beside that messages come.
pub const OF_FAILURE: Disclosure = Disclosure::to_aggregator(
    "if contributors mean different things by a column or have different tables of codes: the study fails with \
     which columns, which contributors, and these columns' types, units, code systems and versions; of ranges, \
     levels and the contents of tables only that they differ",
    "若各贡献方对某列的含义不同或编码表不同：研究失败，并告知是哪些列、哪些贡献方，以及这些列的类型、单位、\
     编码体系与版本；对范围、取值与编码表内容，仅告知其不同",
);

/// What contributors learn, beside that messages come.
pub const DISCLOSURE: Disclosure = Disclosure::to_contributor(
    "whether this institution means the same by the plan's columns and has the same tables of codes for \
     them; of a column that differs type, unit, code system and version; of a range, levels or a table \
     whether they equal a guess",
    "本机构对方案各列的含义是否相同、所用编码表是否相同；若某列不同：其类型、单位、编码体系与版本；\
     对范围、取值或编码表，仅能验证某个猜测是否相符",
);
