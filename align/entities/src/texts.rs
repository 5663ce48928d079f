//! The one table of texts that people see about keys: a code that never changes, English, Chinese.

use std::fmt;

use serde::Serialize;

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// 中文.
    pub zh: &'static str,
}

macro_rules! labels {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $code:literal: $en:literal, $zh:literal;)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = $en]
                #[serde(rename = $code)]
                $variant,
            )+
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Gives the code, which never changes.
            pub fn code(self) -> &'static str {
                match self {
                    $($name::$variant => $code,)+
                }
            }

            /// Gives the text for people.
            pub fn text(self) -> Text {
                match self {
                    $($name::$variant => Text { en: $en, zh: $zh },)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text().en)
            }
        }
    };
}

labels! {
/// What was set right in a cell without loss.
Repair:
Apostrophe "apostrophe": "an apostrophe before the number is taken off", "已去除数字前的撇号";
Formula "formula": "a number written as a spreadsheet's formula is taken out of it", "已从电子表格公式写法中取出数字";
PointZero "point-zero": "a fraction of zero after the number is taken off", "已去除数字后的“.0”";
Lifted "lifted": "a citizen id of 15 digits is lifted to 18 characters", "已将 15 位身份证号升为 18 位";
Serial "serial": "a day is read from a spreadsheet's serial number", "已由电子表格日期序号读出日期";
}

labels! {
/// Why a cell gives no key.
Reason:
TooLong "too-long": "longer than 1024 bytes", "超过 1024 字节";
Scientific "scientific": "written with an exponent, so digits are lost: format the column as text where it comes from and export it again", "以科学计数法书写，已丢失数位：请在来源处将该列设为文本后重新导出";
Rounded "rounded": "rounded to 15 digits by a spreadsheet or a program: format the column as text where it comes from and export it again", "被电子表格或程序舍入为 15 位有效数字：请在来源处将该列设为文本后重新导出";
Length "length": "not of a length that the key allows; a shorter number may have lost its leading zeros", "长度不符合声明；较短的号码可能丢失了前导零";
Characters "characters": "has characters that such a key never has; letters of an insurance number want characters = \"letters-and-digits\" in the plan's key", "含有此类键不会出现的字符；保险号若含字母，须在方案的键中写明 characters = \"letters-and-digits\"";
CheckDigit "check-digit": "the check digit does not fit", "校验码不符";
Region "region": "the first two digits are no province", "前两位不是省级行政区划代码";
BirthDate "birth-date": "the birth date in it is no day from 1800 to today", "其中的出生日期不是 1800 年至今的有效日期";
OldCentury "old-century": "15 digits with a sequence number of those born before 1900: the century is not certain", "15 位号码的顺序码属于 1900 年前出生者：世纪不能确定";
NotADate "not-a-date": "not a day in the order year, month, day", "不是按年、月、日顺序书写的有效日期";
ShortYear "short-year": "the year has fewer than four digits", "年份不足四位";
TimeOfDay "time-of-day": "a day with a time of day other than midnight, or with a time zone", "日期带有非零点的时刻或时区";
Serial "serial": "a bare number, not permitted as a spreadsheet's serial number or not one of five digits", "仅为数字，未获准作为电子表格日期序号，或不是五位";
NotMobile "not-mobile": "not a mobile number of mainland China", "不是中国大陆手机号码";
NoLetter "no-letter": "a name without a letter", "姓名中没有文字";
Placeholder "placeholder": "stands for a value that is not known: one character again and again, a number without a digit, or a day in the year 9999", "代替未知值的占位值：同一字符反复出现、号码中没有数字，或 9999 年的日期";
}

labels! {
/// Why the rows of a table give no set of keys.
Stop:
ColumnCount "column-count": "a row has another number of cells than the key has parts", "某行的单元格数与键的组成数不同";
TooManyRows "too-many-rows": "the table has more rows than are aligned at most", "表的行数超过对齐上限";
Duplicates "duplicates": "the plan refuses duplicates, and rows share a key", "方案拒绝重复键，而有多行共用同一个键";
NoKeys "no-keys": "no row has a valid key", "没有任何一行具有有效的键";
}
