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
UNCOUNTED: "The fit counts rows in each cell that columns made of one, or the factors of a product, cut them into, and needs enough of each or none. Not counted are single values of numbers of five and more values, cells of three columns or of two without their product, and with noise all: if such a cell has few rows, the sums can tell how many, and what is known of these rows.", "由同一列所得各列、或乘积的因子划分各行为单元格，拟合按单元格计数，要求每个单元格有足够的行或没有行。不计数的有：有五个及以上取值的数值列的单个取值，三列之间或无乘积的两列之间的单元格；加噪时均不计数：此类单元格若行数很少，由合计可推知其行数以及这些行的情况。";
}
