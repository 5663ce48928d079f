//! What each contributor learns, in the words that a steward approves.

use consilium_evaluation::Disclosure;

/// Everything that can be learnt, beside that messages come: by contributors alone.
pub const DISCLOSURE: Disclosure = Disclosure::to_contributor(
    "whether this institution means the same by the plan's columns and has the same tables of codes for \
     them; of a column that differs type, unit, code system and version; of a range, levels or a table \
     whether they equal a guess",
    "本机构对方案各列的含义是否相同、所用编码表是否相同；若某列不同：其类型、单位、编码体系与版本；\
     对范围、取值或编码表，仅能验证某个猜测是否相符",
);
