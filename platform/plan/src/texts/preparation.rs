//! What becomes of columns before a model takes them.

super::texts! { "preparation":
FEATURES: "It uses {count} features, made of {columns} columns by these steps. The numbers in them stand in the plan: every institution does the same, and works none out of its own rows.", "使用 {count} 个特征，由 {columns} 列按下列步骤得到。其中的数字均写在方案中：各机构的处理完全相同，且不从自己的行中推算任何数字。";
NAMED: "{name}, of {column}: {steps}", "{name}，由 {column} 得到：{steps}";
SAME: "{column}: {steps}", "{column}：{steps}";
PRODUCT: "{name}: the product of {one} and {other}", "{name}：{one} 与 {other} 的乘积";
FACTOR: "only as a factor of products", "仅作为乘积的因子";
AS_IS: "as it is", "原值";
FILLED: "missing values become {value}", "缺失值取 {value}";
MARKED: "a column of its own marks missing values", "另设一列标明缺失";
CLIPPED: "values below {low} or above {high} become these ends", "低于 {low} 或高于 {high} 的值取该端值";
LOG: "ln(1 + x)", "取 ln(1 + x)";
CENTRED: "minus {centre}", "减去 {centre}";
SPREAD: "divided by {spread}", "除以 {spread}";
ONE_HOT: "a 0/1 column for each of {levels}", "为以下各取值各设一个 0/1 列：{levels}";
REFERENCE: "compared with {level}", "以 {level} 为参照";
UNSEEN_OTHER: "one for all other values", "其余取值合为一列";
UNSEEN_ZERO: "other values are 0 in all", "其余取值在各列中均为 0";
UNSEEN_MISSING: "other values count as missing", "其余取值视为缺失";
MISSING_ZERO: "missing values are 0 in all", "缺失值在各列中均为 0";
MISSING_OTHER: "missing values count as other values", "缺失值视为其余取值";
CUT_WEIGHTS: "a weight for each interval: {weights}", "按分段取权重：{weights}";
LEVEL_WEIGHTS: "a weight for each value: {weights}", "按取值取权重：{weights}";
WEIGHT: "{weight} ({of})", "{weight}（{of}）";
BELOW: "below {high}", "低于 {high}";
BETWEEN: "{low} to below {high}", "{low} 至低于 {high}";
FROM: "{low} and above", "不低于 {low}";
MISSING_WEIGHT: "missing values weigh {weight}", "缺失值的权重为 {weight}";
UNSEEN_WEIGHT: "other values weigh {weight}", "其余取值的权重为 {weight}";
UNCOUNTED: "Of 0/1 columns and others of two values the fit needs rows enough of each. Of numbers of three or more values it does not: if few rows have one of them, as with weights, a clip or a filled boolean, the sums can tell how many, and what is known of these rows.", "对 0/1 列及其他仅有两个值的列，拟合要求每个值都有足够的行；对有三个及以上取值的数值列则不作此要求：若其中某个值仅为少数行所有（如权重、截尾或填补后的布尔列），由合计可推知其行数以及这些行的情况。";
}
