//! A page that needs nothing else: no script, no font, no file beside it.

use std::fmt::Display;

use consilium_plan::Lang;

use crate::figure::{STYLE, escaped};

/// A page of HTML that is being written, from above down.
///
/// # Security
///
/// Whatever is given as text, be it a name that stands in a file, is text in it and never markup; only
/// [`Html::add`] takes markup.
#[derive(Debug, Clone)]
pub struct Html {
    lang: Lang,
    text: String,
    figures: u32,
}

impl Html {
    /// Begins a page with its title, which stands in the window's frame alone.
    pub fn new(title: &str, lang: Lang) -> Html {
        let tag = lang.pick("en", "zh-CN");
        let title = escaped(title);
        let text = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"/>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
             <title>{title}</title><style>\n{STYLE}</style></head><body>"
        );
        Html {
            lang,
            text,
            figures: 0,
        }
    }

    /// Adds markup.
    pub fn add(&mut self, markup: impl AsRef<str>) {
        self.text.push_str(markup.as_ref());
    }

    /// Adds an element with a text in it; the class may be empty.
    pub fn element(&mut self, tag: &str, class: &str, text: impl Display) {
        let text = escaped(&text.to_string());
        let class = match class {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        self.add(format!("<{tag}{class}>{text}</{tag}>"));
    }

    /// Adds what a page begins with: a line above its title, and the title.
    pub fn head(&mut self, kicker: impl Display, title: impl Display) {
        self.element("p", "kicker", kicker);
        self.element("h1", "", title);
    }

    /// Adds the heading of a section.
    pub fn heading(&mut self, text: impl Display) {
        self.element("h2", "", text);
    }

    /// Adds a paragraph, such as a `lead`, a `remark` or a `note`; the class may be empty.
    pub fn paragraph(&mut self, class: &str, text: impl Display) {
        self.element("p", class, text);
    }

    /// Adds a list.
    pub fn list(&mut self, items: impl IntoIterator<Item = impl Display>) {
        self.add("<ul>");
        for item in items {
            self.element("li", "", item);
        }
        self.add("</ul>");
    }

    /// Adds a figure with its number and caption; the picture is markup.
    pub fn figure(&mut self, picture: &str, caption: impl Display) {
        self.add("<figure>");
        self.add(picture);
        self.caption(caption);
    }

    /// Ends a figure that was begun as markup.
    pub fn caption(&mut self, text: impl Display) {
        self.figures += 1;
        let (number, name) = (self.figures, self.lang.pick("Figure", "图"));
        let text = escaped(&text.to_string());
        self.add(format!(
            "<figcaption><b>{name}&#160;{number}.</b> {text}</figcaption></figure>"
        ));
    }

    /// Adds a table; the first so many columns are texts, those behind them numbers.
    pub fn table(
        &mut self,
        header: &[impl AsRef<str>],
        rows: &[Vec<impl AsRef<str>>],
        texts: usize,
    ) {
        let class = |place: usize| if place < texts { "" } else { "number" };
        self.add("<div class=\"wide\"><table><thead><tr>");
        for (place, name) in header.iter().enumerate() {
            self.element("th", class(place), name.as_ref());
        }
        self.add("</tr></thead><tbody>");
        for row in rows {
            self.add("<tr>");
            for (place, cell) in row.iter().enumerate() {
                self.element("td", class(place), cell.as_ref());
            }
            self.add("</tr>");
        }
        self.add("</tbody></table></div>");
    }

    /// Ends the page.
    pub fn finish(self) -> String {
        self.text + "</body></html>\n"
    }
}
